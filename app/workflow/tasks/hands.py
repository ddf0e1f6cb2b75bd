"""Into whose hands a task may be given."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.people import people_in
from app.identity.permissions import allowed
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import facts_of


def possible_hands(session: Session, instance: ProcessInstance, task: Task, *, besides: str) -> list[Actor]:
    """People who could take the task over from ``besides``; four eyes already seen to."""
    if not task.candidates:
        return []
    facts = replace(facts_of(instance, task), assignee=None)
    others = (actor for actor in people_in(session, task.candidates) if actor.username != besides)
    return [actor for actor in others if allowed(actor, "task.claim", facts)]
