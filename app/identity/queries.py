"""Reads over people and departments for pages."""

from __future__ import annotations

import time
from collections.abc import Mapping

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.identity.models import Department, Person
from app.kernel.database import session

KEPT_SECONDS = 60
"""A department's name is on every page and changes once in years."""


def department_names(key: str) -> Mapping[str, str] | None:
    """The names of a department, asked at most once a minute."""
    kept: dict[str, tuple[float, Mapping[str, str]]] = current_app.extensions.setdefault("department_names", {})
    since, names = kept.get(key, (0.0, None))
    if names is None or time.monotonic() - since > KEPT_SECONDS:
        names = session().scalar(select(Department.names).where(Department.key == key))
        if names is not None:
            kept[key] = (time.monotonic(), names)
    return names


def people_by_department() -> list[tuple[Department | None, list[Person]]]:
    """Everybody who may sign in, grouped by department, in the order they joined."""
    departments = {d.key: d for d in session().scalars(select(Department))}
    groups: dict[str, list[Person]] = {}
    people = select(Person).where(Person.active).order_by(Person.id).options(selectinload(Person.roles))
    for person in session().scalars(people):
        groups.setdefault(person.department_key or "", []).append(person)
    return [(departments.get(key), group) for key, group in groups.items()]
