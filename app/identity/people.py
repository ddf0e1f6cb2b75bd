"""Who belongs to a group."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from app.identity.actors import Actor
from app.identity.models import Person, PersonRole
from app.identity.services import as_actor

MOST_PEOPLE = 200


def people_in(session: Session, groups: Sequence[str], *, limit: int = MOST_PEOPLE) -> list[Actor]:
    """Everybody active in one of ``groups``, in the order they joined.

    A group is a department, a role, or a role within a department: ``risk:head``.
    """
    query = select(Person).where(Person.active, or_(*(_member(*group.partition(":")) for group in groups)))
    people = session.scalars(query.order_by(Person.id).limit(limit).options(selectinload(Person.roles)))
    return [as_actor(person) for person in people]


def _member(first: str, colon: str, role: str) -> ColumnElement[bool]:
    if colon:
        return and_(Person.department_key == first, Person.roles.any(PersonRole.role == role))
    return or_(Person.department_key == first, Person.roles.any(PersonRole.role == first))
