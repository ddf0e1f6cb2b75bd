"""The platform's clock and the bank's day.

Time is passed in: services take ``now``; only the edge asks the clock. A demo
bank may be moved forward in time; the shift is a row, so that all processes
agree. The accounting date 日切 is the calendar date in the bank's time zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.database import Record, session, table_of

BANK_ZONE = ZoneInfo("Asia/Shanghai")
LAST_YEAR = 2200
"""How far ahead the platform looks: no effective day, and no demo clock, lies beyond it."""


class ClockShift(Record):
    """How far the demo clock is ahead of the real one; at most one row."""

    __tablename__ = "clock_shift"
    id: Mapped[int] = mapped_column(primary_key=True)
    seconds: Mapped[int]


# The column of the table: nothing to map, and this is asked with every request.
_SHIFT = select(table_of(ClockShift).c.seconds)
SHIFT = _SHIFT.scalar_subquery()
"""For a statement that asks the clock along with something else; ``moved`` takes what it gives."""


def real() -> datetime:
    """This instant in UTC, whatever the demo clock says: for what has nothing to do with the bank's days."""
    return datetime.now(UTC)


def now() -> datetime:
    """This instant in UTC, moved forward in demo mode."""
    if not current_app.config["DEMO"]:
        return real()
    return moved(session().scalar(_SHIFT))


def moved(seconds: int | None) -> datetime:
    """This instant in UTC, moved forward by what ``SHIFT`` gave, in demo mode."""
    return real() + timedelta(seconds=seconds or 0) if current_app.config["DEMO"] else real()


def advance(uow: Session, by: timedelta) -> None:
    """Move the demo clock forward. Time never runs backwards."""
    if by < timedelta(0):
        raise ValueError("the clock only moves forward")
    shift = uow.scalar(select(ClockShift).with_for_update())
    if shift is None:
        shift = ClockShift(id=1, seconds=0)
        uow.add(shift)
    shift.seconds += int(by.total_seconds())


def accounting_date(at: datetime) -> date:
    """The bank's accounting date 日切 that ``at`` falls on."""
    return at.astimezone(BANK_ZONE).date()


def end_of_day(day: date) -> datetime:
    """The instant, in UTC, at which the next accounting date begins; the last day of all ends as it begins."""
    return start_of_day(min(day, date.max - timedelta(days=1)) + timedelta(days=1))


def start_of_day(day: date) -> datetime:
    """The instant, in UTC, at which an accounting date begins."""
    return datetime.combine(day, time.min, BANK_ZONE).astimezone(UTC)
