"""A case that could not go on by itself: how it is stopped, and how it is tried again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.kernel import audit
from app.kernel.errors import Conflict
from app.workflow.instances.progress import stream
from app.workflow.instances.services import resume_instance, visible
from app.workflow.models import Incident, ProcessInstance


def fail(uow: Session, *, instance: ProcessInstance, element_id: str | None, message: str, now: datetime) -> None:
    """Stop a case with an incident, instead of failing again at every tick. The caller holds the lock."""
    payload = {"old": instance.state, "new": "failed", "reason": message}
    instance.state = "failed"
    uow.add(Incident(instance_id=instance.id, element_id=element_id, message=message, at=now))
    audit.record(uow, stream(instance), [audit.Entry("instance.state", SYSTEM.username, now, payload)])


def retry(uow: Session, *, instance_id: int, actor: Actor, now: datetime) -> ProcessInstance:
    """As an operator, let a failed case try again; its incidents count as solved."""
    instance = visible(uow, instance_id, actor)
    if instance.state != "failed":
        raise Conflict("The case is %(state)s.", state=instance.state)
    return resume_instance(uow, instance_id=instance_id, actor=actor, now=now)
