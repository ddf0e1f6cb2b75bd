"""Names of people and departments for lists: asked together, kept for a minute.

A list of 25 rows names dozens of people; none of them is worth a statement of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM
from app.identity.models import Department, Person

KEPT_SECONDS = 60
MOST_KEPT = 20_000

Names = Mapping[str, str]


@dataclass
class _Kept:
    """What is remembered of one database, each with the time it was read."""

    people: dict[str, tuple[float, Names]] = field(default_factory=dict)
    departments: tuple[float, dict[str, Names]] = (float("-inf"), {})


_memory: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()


def names_of(session: Session, usernames: Iterable[str | None]) -> dict[str, Names]:
    """Username → names by language. Somebody unknown is called by the username."""
    kept = _kept(session).people
    wanted = {name for name in usernames if name} - {SYSTEM.username}
    missing = [name for name in wanted if name not in kept or _stale(kept[name][0])]
    if missing:
        if len(kept) > MOST_KEPT:
            kept.clear()
        people = session.execute(select(Person.username, Person.names).where(Person.username.in_(missing)))
        kept.update({name: (time.monotonic(), names) for name, names in people})
    unknown = {name: {"en": name} for name in wanted if name not in kept}
    return {SYSTEM.username: SYSTEM.names, **unknown, **{name: kept[name][1] for name in wanted if name in kept}}


def departments(session: Session) -> dict[str, Names]:
    """Department key → names by language."""
    kept = _kept(session)
    if _stale(kept.departments[0]):
        found: dict[str, Names] = {d.key: d.names for d in session.scalars(select(Department))}
        kept.departments = (time.monotonic(), found)
    return kept.departments[1]


def _kept(session: Session) -> _Kept:
    return _memory.setdefault(session.get_bind(), _Kept())


def _stale(since: float) -> bool:
    return time.monotonic() - since > KEPT_SECONDS
