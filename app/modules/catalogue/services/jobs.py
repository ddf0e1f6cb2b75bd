"""Large imports: rows that wait, worked in chunks by a tick, with progress anyone may ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.identity.services import actor_named
from app.kernel.database import unit_of_work
from app.modules.catalogue.models import ImportLine, Job
from app.modules.catalogue.services.imports import QUARANTINED, import_one, reason_json
from app.modules.catalogue.services.reading import as_text, read_json

CDR_IMPORT = "cdr_import"
CHUNK = 50


def start_import(uow: Session, records: Sequence[Any], *, actor: Actor, now: datetime) -> Job:
    """Keep the records as rows and leave them to ``run_jobs``."""
    job = Job(kind=CDR_IMPORT, state="waiting", total=len(records), done=0, created_by=actor.username, created_at=now)
    uow.add(job)
    uow.flush()
    rows = [
        {"job_id": job.id, "position": n, "raw": as_text(record), "by": actor.username, "at": now}
        for n, record in enumerate(records)
    ]
    uow.execute(insert(ImportLine), rows)
    return job


def run_jobs(*, now: datetime, limit: int = 10) -> int:
    """Work at most ``limit`` chunks of what waits; gives the number of records done.

    Called by a tick. Each chunk is a unit of work of its own; a job that another
    worker holds is passed over.
    """
    worked = 0
    for _ in range(limit):
        with unit_of_work() as uow:
            done = _work_chunk(uow, now)
        if done is None:
            break
        worked += done
    return worked


def _work_chunk(uow: Session, now: datetime) -> int | None:
    waiting = select(Job).where(Job.kind == CDR_IMPORT, Job.state.in_(("running", "waiting")))
    job = uow.scalar(waiting.order_by(Job.id).limit(1).with_for_update(skip_locked=True))
    if job is None:
        return None
    lines = uow.scalars(
        select(ImportLine)
        .where(ImportLine.job_id == job.id, ImportLine.position >= job.done)
        .order_by(ImportLine.position)
        .limit(CHUNK)
    ).all()
    actor = actor_named(uow, job.created_by) or SYSTEM
    for line in lines:
        _work_line(uow, job, line, actor, now)
    job.done += len(lines)
    job.state = "done" if job.done >= job.total else "running"
    job.finished_at = now if job.state == "done" else None
    return len(lines)


def _work_line(uow: Session, job: Job, line: ImportLine, actor: Actor, now: datetime) -> None:
    record = read_json(line.raw or "null")
    item = import_one(uow, line.position, record, actor=actor, now=now, seen=_seen(uow, job, record), keep=False)
    line.product, line.outcome, line.reason, line.at = item.product, item.outcome, reason_json(item), now
    if item.outcome != QUARANTINED:
        line.raw = None
    uow.flush()


def _seen(uow: Session, job: Job, record: Any) -> set[str]:
    """The record's code, if an earlier line of this job already dealt with it."""
    code = record.get("productId") if isinstance(record, dict) else None
    if not isinstance(code, str):
        return set()
    earlier = select(func.count()).where(
        ImportLine.job_id == job.id, ImportLine.product == code, ImportLine.outcome != QUARANTINED
    )
    return {code} if uow.scalar(earlier) else set()
