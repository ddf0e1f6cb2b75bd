"""Finance's assumptions: drafted by one person of finance, approved by another, then fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit, clock
from app.kernel.errors import Invalid, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import content_hash
from app.modules.development.models import FinanceAssumptions
from app.modules.development.rules import sheets
from app.modules.development.rules.states import ASSUMPTIONS, move

DRAFT, EDIT, APPROVE = "assumptions.draft", "assumptions.edit", "assumptions.approve"
FIRST_YEAR = 2000
Seen = Callable[[FinanceAssumptions], None]


def draft(
    uow: Session, *, currency: str, valid_from: date, content: Mapping[str, Any], actor: Actor, now: datetime
) -> FinanceAssumptions:
    """Draft assumptions; sheets may rest on them once a second person has approved them."""
    require(actor, DRAFT)
    row = FinanceAssumptions(state="draft", drafted_by=actor.username, drafted_at=now)
    _take(row, currency, valid_from, content)
    uow.add(row)
    uow.flush()
    _record(uow, row, "assumptions.drafted", actor, now)
    return row


def edit(
    uow: Session,
    row: FinanceAssumptions,
    *,
    currency: str,
    valid_from: date,
    content: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> FinanceAssumptions:
    """Change one's own draft, of a row that is ``locked``."""
    require(actor, EDIT, Facts(initiator=row.drafted_by))
    row.state = move(ASSUMPTIONS, row.state, "edit")
    _take(row, currency, valid_from, content)
    _record(uow, row, "assumptions.edited", actor, now)
    return row


def approve(uow: Session, row: FinanceAssumptions, *, actor: Actor, now: datetime) -> FinanceAssumptions:
    """Put a ``locked`` row in force, as somebody of finance who did not draft it (rule 5)."""
    require(actor, APPROVE, Facts(initiator=row.drafted_by))
    row.state = move(ASSUMPTIONS, row.state, "approve")
    row.approved_by, row.approved_at = actor.username, now
    _record(uow, row, "assumptions.approved", actor, now)
    return row


def locked(uow: Session, assumptions_id: int, seen: Seen) -> FinanceAssumptions:
    """The row under its lock; ``seen`` raises where it is not what the person saw (rule 6)."""
    wanted = select(FinanceAssumptions).where(FinanceAssumptions.id == assumptions_id)
    row = uow.scalars(wanted.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(N_("There are no such assumptions."))
    seen(row)
    return row


def _take(row: FinanceAssumptions, currency: str, valid_from: date, content: Mapping[str, Any]) -> None:
    if not FIRST_YEAR <= valid_from.year <= clock.LAST_YEAR:
        raise invalid("/valid_from", N_("Must be a day from the year %(low)s on."), low=FIRST_YEAR)
    faults = list(sheets.assumption_faults(content))
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    row.currency, row.valid_from, row.content = currency, valid_from, dict(content)
    row.content_hash = content_hash(
        {"currency": currency, "valid_from": valid_from.isoformat(), "content": row.content}
    )


def _record(uow: Session, row: FinanceAssumptions, action: str, actor: Actor, now: datetime) -> None:
    told = {"state": row.state, "currency": row.currency, "valid_from": row.valid_from.isoformat()}
    payload = {"new": {**told, "content": row.content}, "content_hash": row.content_hash}
    audit.record(uow, f"assumptions:{row.id}", [audit.Entry(action, actor.username, now, payload)])
