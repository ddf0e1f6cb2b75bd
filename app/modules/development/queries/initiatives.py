"""Initiatives for reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.audit import AuditEvent
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.development.models import GateVerdict, Initiative, InitiativeFile
from app.modules.development.rules.initiatives import burn_of
from app.modules.development.rules.states import OPEN
from app.modules.development.services.initiatives import NO_INITIATIVE, stream


def initiative_by_id(session: Session, initiative_id: int) -> Initiative:
    found = session.get(Initiative, initiative_id)
    if found is None:
        raise NotFound(NO_INITIATIVE)
    return found


def initiative_of_idea(session: Session, idea_id: int) -> Initiative | None:
    """What became of an idea."""
    return session.scalars(select(Initiative).where(Initiative.idea_id == idea_id)).one_or_none()


def initiatives(session: Session, *, after: int | None = None, limit: int) -> Sequence[Initiative]:
    """At most ``limit`` + 1, the latest first."""
    rows = select(Initiative).order_by(Initiative.id.desc()).limit(limit + 1)
    return session.scalars(rows.where(Initiative.id < after) if after is not None else rows).all()


def verdicts_on(session: Session, initiative_id: int) -> Sequence[GateVerdict]:
    """In the order in which they were given."""
    wanted = select(GateVerdict).where(GateVerdict.initiative_id == initiative_id)
    return session.scalars(wanted.order_by(GateVerdict.id)).all()


PLAN_IN = {"initiative.founded": "plan", "initiative.planned": "new"}
"""Where the chain tells a plan."""


def spent_over_time(session: Session, row: Initiative, today: date) -> list[tuple[date, Decimal]]:
    """What was spent in all by the end of a day, as its chain tells; until its end, or ``today`` while it has none."""
    chain = select(AuditEvent.at, AuditEvent.action, AuditEvent.payload).where(AuditEvent.stream == stream(row))
    told, spent = {}, Decimal(0)
    for at, action, payload in session.execute(chain.order_by(AuditEvent.number)):
        plan = (payload or {}).get(PLAN_IN.get(action))
        spent = burn_of(plan).spent if plan else spent
        told[clock.accounting_date(at)] = spent
    if row.state in OPEN:
        told[today] = spent
    return list(told.items())


def evidence_of(session: Session, initiative_id: int) -> Sequence[InitiativeFile]:
    """The files for all its gates, as they were given, without their contents."""
    wanted = select(InitiativeFile).where(InitiativeFile.initiative_id == initiative_id)
    return session.scalars(wanted.order_by(InitiativeFile.id)).all()


def evidence_by_id(session: Session, initiative_id: int, file_id: int) -> InitiativeFile:
    """A file of this very initiative."""
    found = session.get(InitiativeFile, file_id)
    if found is None or found.initiative_id != initiative_id:
        raise NotFound(N_("There is no such file."))
    return found
