"""Jobs and their lines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.identity.actors import Actor
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.catalogue.models import ImportLine, Job


def job_by_id(session: Session, job_id: int, actor: Actor) -> Job:
    """404 if there is none, or if it is neither the actor's own nor the actor reads all."""
    job = session.get(Job, job_id) if job_id < 2**63 else None
    if job is None or not (actor.reads_all or job.created_by == actor.username):
        raise NotFound(N_("There is no such job."))
    return job


def lines_of_job(session: Session, job: Job) -> Sequence[ImportLine]:
    """Lines that are done, without the records themselves."""
    return session.scalars(
        select(ImportLine)
        .where(ImportLine.job_id == job.id, ImportLine.position < job.done)
        .order_by(ImportLine.position)
        .options(defer(ImportLine.raw))
    ).all()
