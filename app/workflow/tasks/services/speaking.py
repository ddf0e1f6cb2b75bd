"""Beside the work itself: send back 退回, comment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit
from app.kernel.errors import invalid
from app.workflow.instances import services as instances
from app.workflow.instances.progress import Step, resume, stream
from app.workflow.models import Comment
from app.workflow.tasks.services.locking import facts_of, locked, require_open


def comment(uow: Session, *, task_id: int, text: str, actor: Actor, now: datetime) -> Comment:
    """A remark for all who take part in the case."""
    instance, task = locked(uow, task_id, actor)
    require(actor, "task.comment", facts_of(instance, task))
    found = Comment(instance_id=instance.id, task_id=task.id, author=actor.username, at=now, text=text)
    uow.add(found)
    uow.flush()
    audit.record(uow, stream(instance), [audit.Entry("comment", actor.username, now, {"comment": found.id})])
    return found


def send_back(
    uow: Session, *, task_id: int, element_id: str, reason: str, version: int | None, actor: Actor, now: datetime
) -> Step:
    """Send the case back to an earlier step 退回, cancelling all live work after it."""
    instance, task = locked(uow, task_id, actor)
    require_open(instance, task, version)
    require(actor, "task.send_back", facts_of(instance, task))
    step = resume(uow, instance, actor, now)
    if element_id not in step.run.earlier_steps(task.element_id):
        raise invalid("/element_id", "That is not an earlier step of this process.")
    return instances.send_back(uow, instance=instance, element_id=element_id, actor=actor, now=now, reason=reason)
