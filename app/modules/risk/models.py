"""What risk management knows: records that one person enters and another confirms, and that never change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, Text, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from app.kernel.database import Instant, Json, Record


class RiskRecord(Record):
    """A dated record 有日期的记录: an environment factor, a limit, a reading, a transfer or a model.

    It holds from ``valid_from`` once a second person has confirmed it; a later one of the same book and
    subject replaces it from its own day on.
    """

    __tablename__ = "risk_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str] = mapped_column(Text)
    """A key of ``books.BOOKS``: what kind of record it is."""
    subject: Mapped[str] = mapped_column(Text)
    """What it is about: the key of the factor, limit or model, or the policy number of a transfer."""
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    """As the book's schema describes it; numbers are exact texts."""
    content_hash: Mapped[str] = mapped_column(Text)
    """SHA-256 of the content as canonical JSON: what a confirmation binds to."""
    valid_from: Mapped[date]
    """An accounting date."""
    source: Mapped[str] = mapped_column(Text)
    """The paper or publication it comes from."""
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_risk_record_subject", "book", "subject", "valid_from"),)


class RiskRecordKept(RuntimeError):
    """Somebody tried to change or delete what risk management has on record."""


_CONFIRMED_ONCE = frozenset({"confirmed_by", "confirmed_at"})


def _refuse_changes(mapper: Mapper[Any], connection: object, row: RiskRecord) -> None:
    """A record is confirmed once; nothing else of it ever changes."""
    attributes = inspect(row).attrs
    touched = {a.key for a in attributes if a.history.has_changes()}
    again = any(old is not None for key in _CONFIRMED_ONCE for old in attributes[key].history.deleted)
    if touched - _CONFIRMED_ONCE or again:
        raise RiskRecordKept(f"{row.book} {row.id}: {', '.join(sorted(touched))}")


def _refuse_deletion(mapper: Mapper[Any], connection: object, row: Record) -> None:
    raise RiskRecordKept(f"{type(row).__name__} is kept (rule 14)")


event.listen(RiskRecord, "before_update", _refuse_changes)
event.listen(RiskRecord, "before_delete", _refuse_deletion)
