"""Ids as the reader calls them: people, departments, roles, processes, elements."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from app.identity.directory import departments, names_of
from app.identity.roles import role_word
from app.kernel.i18n import gettext, pick
from app.workflow.deployments.queries import newest_of_each

KEPT_SECONDS = 60
"""The names of the processes change when somebody deploys one."""

_processes: WeakKeyDictionary[Any, tuple[float, dict[str, Mapping[str, str]]]] = WeakKeyDictionary()


def process_names(session: Session) -> dict[str, Mapping[str, str]]:
    """Process key → names by language, of the processes there are."""
    since, names = _processes.get(session.get_bind(), (float("-inf"), {}))
    if time.monotonic() - since > KEPT_SECONDS:
        names = {d.key: d.names for d in newest_of_each(session)}
        _processes[session.get_bind()] = (time.monotonic(), names)
    return names


@dataclass
class Words:
    """What a page needs to call people, groups and steps by their names."""

    people: dict[str, Mapping[str, str]] = field(default_factory=dict)
    departments: dict[str, Mapping[str, str]] = field(default_factory=dict)
    elements: dict[str, Mapping[str, str]] = field(default_factory=dict)
    tables: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def person(self, username: str | None) -> str:
        return pick(self.people.get(username or ""), username or "")

    def group(self, group: str) -> str:
        """``risk`` → Risk management; ``risk:officer`` → Risk management, officer."""
        first, _, role = group.partition(":")
        name = pick(self.departments.get(first)) or role_word(first)
        return f"{name} · {role_word(role)}" if role else name

    def element(self, element_id: str) -> str:
        return pick(self.elements.get(element_id), element_id)

    def table(self, key: str) -> str:
        return pick(self.tables.get(key), key)

    def error(self, template: str, values: Mapping[str, object]) -> str:
        """What an error says, people called by their names."""
        named = {k: self.person(str(v)) if k == "who" else v for k, v in values.items()}
        return gettext(template, named)


def words_for(session: Session, usernames: Iterable[str | None]) -> Words:
    return Words(people=names_of(session, usernames), departments=departments(session))
