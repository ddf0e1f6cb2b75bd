"""The ceilings, each a row that is added and never changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, Text, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from app.kernel.database import Instant, Json, Record


class RateCeiling(Record):
    """A ceiling 自律上限 as of a day: entered by an officer of asset and liability management, in force once confirmed.

    A later row for the same products, currency and term replaces it from its own day on.
    """

    __tablename__ = "rate_ceiling"
    id: Mapped[int] = mapped_column(primary_key=True)
    family: Mapped[str] = mapped_column(Text)
    product_type: Mapped[str | None] = mapped_column(Text)
    """Nothing: every type of the family that has no ceiling of its own."""
    currency: Mapped[str] = mapped_column(Text)
    term: Mapped[str | None] = mapped_column(Text)
    """``P1Y``: from this term on, up to the next that has a ceiling. Nothing: any term below those, and none."""
    rate: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{value, unit, period, day_count}`` as in a version's content: exact."""
    valid_from: Mapped[date]
    """An accounting date."""
    document: Mapped[str] = mapped_column(Text)
    """The paper it comes from, with its number."""
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_rate_ceiling_in_force", "family", "currency", "valid_from"),)


class CeilingKept(RuntimeError):
    """Somebody tried to change or delete a ceiling."""


_CONFIRMED_ONCE = frozenset({"confirmed_by", "confirmed_at"})


def _refuse_changes(mapper: Mapper[Any], connection: object, ceiling: RateCeiling) -> None:
    """A ceiling is confirmed once; nothing else of it ever changes."""
    attributes = inspect(ceiling).attrs
    touched = {a.key for a in attributes if a.history.has_changes()}
    again = any(old is not None for key in _CONFIRMED_ONCE for old in attributes[key].history.deleted)
    if touched - _CONFIRMED_ONCE or again:
        raise CeilingKept(f"ceiling {ceiling.id}: {', '.join(sorted(touched))}")


def _refuse_deletion(mapper: Mapper[Any], connection: object, ceiling: RateCeiling) -> None:
    raise CeilingKept(f"ceiling {ceiling.id} is kept (rule 14)")


event.listen(RateCeiling, "before_update", _refuse_changes)
event.listen(RateCeiling, "before_delete", _refuse_deletion)
