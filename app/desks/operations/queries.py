"""What operators and auditors look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel import audit
from app.kernel.audit import AuditEvent, AuditStream, Break
from app.workflow.models import Incident, ProcessInstance

MOST_BREAKS = 200


def incidents(session: Session, *, limit: int = 50) -> list[tuple[Incident, ProcessInstance]]:
    """Incidents that nobody solved yet, the oldest first, with their cases."""
    query = (
        select(Incident, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


@dataclass(frozen=True)
class Wanted:
    """Which audit events: all that are left empty do not narrow."""

    stream: str = ""
    actor: str = ""
    action: str = ""


def events(session: Session, wanted: Wanted, *, before: int | None, limit: int) -> list[AuditEvent]:
    """Audit events, newest first; one more than ``limit`` when there are more."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit + 1)
    for column, value in (
        (AuditEvent.stream, wanted.stream),
        (AuditEvent.actor, wanted.actor),
        (AuditEvent.action, wanted.action),
    ):
        if value:
            query = query.where(column == value)
    return list(session.scalars(query.where(AuditEvent.id < before) if before else query))


@dataclass(frozen=True)
class Verified:
    """What recomputing the chains showed."""

    streams: int
    links: int
    breaks: Sequence[Break]


def verified(session: Session) -> Verified:
    """Recompute every chain, now."""
    row = session.execute(select(func.count(), func.sum(AuditStream.length)).select_from(AuditStream)).one()
    found = []
    for broken in audit.verify(session):
        found.append(broken)
        if len(found) == MOST_BREAKS:
            break
    return Verified(row[0], int(row[1] or 0), found)
