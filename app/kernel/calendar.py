"""Business days 工作日: the mainland China calendar, make-up working days included, and the bank's own days on top.

Source of the national days: the `holidays` library, which follows the State Council's yearly notices. A year whose
notice has not been published is counted by weekends and fixed holidays only, and is said to be provisional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from flask import current_app, has_app_context
from sqlalchemy import Date, Index, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.clock import BANK_ZONE
from app.kernel.database import Instant, Record, session, table_of

_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)
_KEPT = "bank_calendar"


class BankDay(Record):
    """What the bank said of one day. Append-only: the latest row of a day holds."""

    __tablename__ = "bank_day"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    works: Mapped[bool | None]
    """Whether the bank works; nothing where the national calendar holds again."""
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_bank_day_day", "day", "id"),)


_ROWS = table_of(BankDay)
_LAST = select(func.coalesce(func.max(_ROWS.c.id), 0))
REVISION = _LAST.scalar_subquery()
"""For a statement that finds out who asks: ``seen`` takes what it gives."""


@dataclass(frozen=True)
class _Own:
    """The bank's own days as of a revision."""

    revision: int
    days: Mapping[date, bool]


def seen(revision: int | None) -> None:
    """The bank's calendar stands at ``revision``: what this process remembers of another is forgotten."""
    kept = current_app.extensions.get(_KEPT)
    if kept is not None and kept.revision != (revision or 0):
        current_app.extensions.pop(_KEPT, None)


def refresh(session: Session) -> None:
    """Ask at which revision the calendar stands; for what runs without anybody asking."""
    seen(session.scalar(_LAST))


def _own() -> Mapping[date, bool]:
    if not has_app_context():
        return {}
    kept: _Own | None = current_app.extensions.get(_KEPT)
    if kept is None:
        kept = _loaded(session())
        current_app.extensions[_KEPT] = kept
    return kept.days


def _loaded(session: Session) -> _Own:
    rows = session.execute(select(_ROWS.c.id, _ROWS.c.day, _ROWS.c.works).order_by(_ROWS.c.id)).all()
    latest = {row.day: row.works for row in rows}
    return _Own(rows[-1].id if rows else 0, {day: works for day, works in latest.items() if works is not None})


@lru_cache(maxsize=1)
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("CN")


@lru_cache(maxsize=1)
def last_published_year() -> int:
    """The last year whose national calendar, make-up days included, has been published and is known here."""
    return int(max(_calendar().special_public_holidays))


def is_provisional(day: date) -> bool:
    """Whether ``day`` lies in a year for which no national calendar has been published yet."""
    return day.year > last_published_year()


def is_national_business_day(day: date) -> bool:
    """Whether ``day`` is worked by the national calendar; a make-up Saturday counts as a business day."""
    return bool(_calendar().is_working_day(day))


def is_business_day(day: date) -> bool:
    """Whether the bank works on ``day``: by its own calendar, else by the national one."""
    own = _own().get(day)
    return is_national_business_day(day) if own is None else own


MOST_LATE = 250
"""Business days of delay that are counted; beyond a year nobody counts."""


def business_days_late(due: datetime, now: datetime) -> int:
    """How many business days after the day of ``due`` have passed to their end; counted as deadlines are."""
    moment = now.astimezone(BANK_ZONE)
    last = moment.date() if moment.time() >= _LAST_SECOND else moment.date() - _DAY
    return _worked(due.astimezone(BANK_ZONE).date(), last)


def business_days_since(start: datetime, now: datetime) -> int:
    """How many business days have begun after the day of ``start``, today included."""
    return _worked(start.astimezone(BANK_ZONE).date(), now.astimezone(BANK_ZONE).date())


def _worked(day: date, last: date) -> int:
    """Business days after ``day`` up to and including ``last``."""
    found = 0
    while day < last and found < MOST_LATE:
        day += _DAY
        found += is_business_day(day)
    return found


def add_business_days(start: datetime, days: int) -> datetime:
    """The end of the ``days``-th business day after ``start``, in UTC.

    Zero days is the end of the current business day, or of the next one if the
    bank is closed: what arrives on a closed day counts as received on the next
    business day, and the day of receipt is not counted. A deadline is the last
    instant of that day in the bank's zone.
    """
    day = start.astimezone(BANK_ZONE).date()
    while not is_business_day(day):
        day += _DAY
    for _ in range(days):
        day += _DAY
        while not is_business_day(day):
            day += _DAY
    end = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=BANK_ZONE)
    return end.astimezone(start.tzinfo)
