"""Evidence on tasks: files kept with their hash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed, require
from app.kernel import audit
from app.kernel.errors import NotFound, invalid
from app.kernel.files import judged
from app.kernel.i18n import N_
from app.workflow.instances.progress import stream
from app.workflow.instances.services import facts_of as case_facts
from app.workflow.models import Attachment, ProcessInstance
from app.workflow.tasks.services import facts_of, locked

NOT_ATTACHED = N_("Attach the files to this task first.")


def attach(uow: Session, *, task_id: int, filename: str, content: bytes, actor: Actor, now: datetime) -> Attachment:
    """Keep a file as evidence."""
    instance, task = locked(uow, task_id, actor)
    require(actor, "task.attach", facts_of(instance, task))
    found = Attachment(
        instance_id=instance.id,
        task_id=task.id,
        **judged(filename, content),
        uploaded_by=actor.username,
        uploaded_at=now,
    )
    uow.add(found)
    uow.flush()
    payload = {"attachment": found.id, **found.told()}
    audit.record(uow, stream(instance), [audit.Entry("attachment.add", actor.username, now, payload)])
    return found


def read_attachment(session: Session, *, attachment_id: int, actor: Actor) -> Attachment:
    """A file, for those who may see its case."""
    row = session.execute(
        select(Attachment, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Attachment.instance_id)
        .where(Attachment.id == attachment_id)
    ).first()
    if row is None or not allowed(actor, "instance.see", case_facts(row[1])):
        raise NotFound("There is no such file.")
    found: Attachment = row[0]
    return found


def require_attached(uow: Session, instance_id: int | None, files: Sequence[int]) -> None:
    """422 for evidence that is no file of this very case."""
    mine = select(Attachment.id).where(Attachment.id.in_(files), Attachment.instance_id == instance_id)
    if set(uow.scalars(mine)) != set(files):
        raise invalid("/data/evidence", NOT_ATTACHED, code="not_attached")
