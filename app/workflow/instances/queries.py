"""Reads on cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.audit import AuditEvent
from app.kernel.errors import NotFound
from app.workflow.instances.progress import stream
from app.workflow.instances.services import facts_of
from app.workflow.models import (
    Attachment,
    Comment,
    Incident,
    ProcessDefinition,
    ProcessInstance,
    Task,
    Timer,
)


def instance_for(session: Session, instance_id: int, actor: Actor) -> ProcessInstance:
    """A case, if ``actor`` may see it: otherwise it is not there."""
    found = session.get(ProcessInstance, instance_id)
    if found is None or not allowed(actor, "instance.see", facts_of(found)):
        raise NotFound("There is no such case.")
    return found


def active_elements(session: Session, instance_ids: Sequence[int]) -> dict[int, list[str]]:
    """Where cases stand: elements with open tasks or waiting timers."""
    found: dict[int, list[str]] = {i: [] for i in instance_ids}
    for model, state in ((Task, Task.state == "open"), (Timer, None)):
        query = select(model.instance_id, model.element_id).where(model.instance_id.in_(instance_ids))
        for instance_id, element_id in session.execute(query.where(state) if state is not None else query):
            if element_id not in found[instance_id]:
                found[instance_id].append(element_id)
    return found


def instances(
    session: Session, actor: Actor, *, after: int | None, limit: int, filters: dict[str, Any]
) -> list[tuple[ProcessInstance, int]]:
    """Cases ``actor`` may see with their definition's version, newest first.

    Those who read all see all; others see what they started or what their
    department takes part in, found by scanning newest first.
    """
    query = (
        select(ProcessInstance, ProcessDefinition.version)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .order_by(ProcessInstance.id.desc())
    )
    for name in ("process_key", "state", "business_key"):
        if filters.get(name):
            query = query.where(getattr(ProcessInstance, name) == filters[name])
    found: list[tuple[ProcessInstance, int]] = []
    while len(found) <= limit:
        page = query.where(ProcessInstance.id < after) if after is not None else query
        rows = session.execute(page.limit(200)).all()
        found += [(i, v) for i, v in rows if allowed(actor, "instance.see", facts_of(i))]
        if len(rows) < 200:
            break
        after = rows[-1][0].id
    return found[: limit + 1]


def history(session: Session, instance: ProcessInstance, *, after: int, limit: int) -> list[AuditEvent]:
    """The audit chain of a case, oldest first."""
    return list(
        session.scalars(
            select(AuditEvent)
            .where(AuditEvent.stream == stream(instance), AuditEvent.number > after)
            .order_by(AuditEvent.number)
            .limit(limit)
        )
    )


def latest_history(session: Session, instance: ProcessInstance, *, limit: int) -> list[AuditEvent]:
    """The end of the audit chain of a case, newest first."""
    query = select(AuditEvent).where(AuditEvent.stream == stream(instance))
    return list(session.scalars(query.order_by(AuditEvent.number.desc()).limit(limit)))


def timers_of(session: Session, instance_id: int) -> list[Timer]:
    """The timers that wait in a case, the next first."""
    return list(session.scalars(select(Timer).where(Timer.instance_id == instance_id).order_by(Timer.due_at)))


def incidents_of(session: Session, instance_id: int) -> list[Incident]:
    """What stopped a case, newest first."""
    query = select(Incident).where(Incident.instance_id == instance_id)
    return list(session.scalars(query.order_by(Incident.id.desc())))


def comments_of(session: Session, instance_id: int) -> list[Comment]:
    """The remarks on a case, oldest first."""
    return list(session.scalars(select(Comment).where(Comment.instance_id == instance_id).order_by(Comment.id)))


def attachments_of(session: Session, instance_id: int) -> list[Attachment]:
    """The evidence of a case without its contents, oldest first."""
    query = select(Attachment).where(Attachment.instance_id == instance_id)
    return list(session.scalars(query.order_by(Attachment.id)))


def tasks_of(session: Session, instance_id: int) -> list[Task]:
    """All tasks a case ever had, oldest first."""
    return list(session.scalars(select(Task).where(Task.instance_id == instance_id).order_by(Task.id)))
