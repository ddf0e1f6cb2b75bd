"""Keeping records: entered by one person of risk management, confirmed by the head who did not enter them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit, clock
from app.kernel.errors import Conflict, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import content_hash
from app.modules.risk.books import BOOKS, DATED, Book
from app.modules.risk.models import RiskRecord
from app.modules.risk.queries import NO_RECORD

ENTER, CONFIRM = "risk.enter", "risk.confirm"
FIRST_YEAR = 1990


def stream(row: RiskRecord) -> str:
    return f"risk_record:{row.id}"


@dataclass(frozen=True)
class Prepared:
    """A record as it will be kept."""

    book: Book
    content: Mapping[str, Any]
    valid_from: date
    source: str


def prepared(*, book: str, given: Mapping[str, Any], actor: Actor) -> Prepared:
    """What becomes of what was given, before any transaction: a model is fitted here. 422 where nothing can."""
    require(actor, ENTER)
    if not FIRST_YEAR <= given["valid_from"].year <= clock.LAST_YEAR:
        raise invalid("/valid_from", N_("Must be a day from the year %(low)s on."), low=FIRST_YEAR)
    kept = {name: value for name, value in given.items() if name not in DATED}
    return Prepared(BOOKS[book], BOOKS[book].completed(kept), given["valid_from"], given["source"])


def enter(uow: Session, *, wanted: Prepared, actor: Actor, now: datetime) -> RiskRecord:
    """Put a record into its book; it holds once the head confirms it."""
    require(actor, ENTER)
    content = dict(wanted.content)
    wanted.book.check(uow, content)
    row = RiskRecord(
        book=wanted.book.key, subject=wanted.book.subject(content), content=content, content_hash=content_hash(content),
        valid_from=wanted.valid_from, source=wanted.source, entered_by=actor.username, entered_at=now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    _note(uow, row, "risk.entered", actor, now)
    return row


def confirm(uow: Session, *, book: str, record_id: int, shown: str, actor: Actor, now: datetime) -> RiskRecord:
    """Put a record in force, as the head who did not enter it. 409 if it is, or if something else was shown."""
    row = uow.scalars(select(RiskRecord).where(RiskRecord.id == record_id).with_for_update()).one_or_none()
    if row is None or row.book != book:
        raise NotFound(NO_RECORD)
    require(actor, CONFIRM, Facts(initiator=row.entered_by))
    if row.confirmed_at is not None:
        raise Conflict(N_("It has been confirmed already."), code="confirmed")
    if shown != row.content_hash:
        raise Conflict(N_("This is not what was shown to you; look again."), code="not_what_was_shown")
    row.confirmed_by, row.confirmed_at = actor.username, now
    uow.flush()
    _note(uow, row, "risk.confirmed", actor, now)
    return row


def told(row: RiskRecord) -> dict[str, Any]:
    """What the audit chain keeps of a record."""
    names = ("book", "subject", "content_hash", "source", "entered_by", "confirmed_by")
    return {**{name: getattr(row, name) for name in names}, "valid_from": row.valid_from.isoformat()}


def _note(uow: Session, row: RiskRecord, action: str, actor: Actor, now: datetime) -> None:
    audit.record(uow, stream(row), [audit.Entry(action, actor.username, now, {"old": None, "new": told(row)})])
