"""Into whose hands a task may be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from app.identity.actors import Actor
from app.identity.models import Person, PersonRole
from app.identity.permissions import allowed
from app.identity.services import as_actor
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import facts_of

MOST_PEOPLE = 200


def possible_hands(session: Session, instance: ProcessInstance, task: Task, *, besides: str) -> list[Actor]:
    """People who could take the task over from ``besides``; four eyes already seen to."""
    if not task.candidates:
        return []
    query = select(Person).where(Person.active, Person.username != besides, or_(*_members(task.candidates)))
    people = session.scalars(query.order_by(Person.id).limit(MOST_PEOPLE).options(selectinload(Person.roles)))
    facts = replace(facts_of(instance, task), assignee=None)
    return [actor for actor in map(as_actor, people) if allowed(actor, "task.claim", facts)]


def _members(groups: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions on a person, one for each group: department, role, or ``department:role``."""
    return [_member(*group.partition(":")) for group in groups]


def _member(first: str, colon: str, role: str) -> ColumnElement[bool]:
    if colon:
        return and_(Person.department_key == first, Person.roles.any(PersonRole.role == role))
    return or_(Person.department_key == first, Person.roles.any(PersonRole.role == first))
