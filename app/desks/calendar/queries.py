"""What the calendar says, day by day, and what the bank said of single days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel import calendar
from app.kernel.calendar import BankDay


@dataclass(frozen=True)
class Day:
    """One day: worked or not, by which calendar, and whether that may still change."""

    day: date
    works: bool
    national: bool
    """Whether the national calendar has it worked."""
    own: BankDay | None
    provisional: bool


def own_days(session: Session, first: date, last: date) -> Mapping[date, BankDay]:
    """The bank's days between ``first`` and ``last``, both included, as they hold now."""
    latest = select(func.max(BankDay.id)).where(BankDay.day.between(first, last)).group_by(BankDay.day)
    rows = session.scalars(select(BankDay).where(BankDay.id.in_(latest)).order_by(BankDay.day))
    return {row.day: row for row in rows if row.works is not None}


def days(session: Session, first: date, last: date) -> list[Day]:
    """Every day from ``first`` to ``last``, both included."""
    own = own_days(session, first, last)
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [_day(day, own.get(day)) for day in span]


def _day(day: date, own: BankDay | None) -> Day:
    national = calendar.is_national_business_day(day)
    works = own.works if own is not None and own.works is not None else national
    return Day(day, works, national, own, calendar.is_provisional(day))


def said(session: Session, *, limit: int = 100) -> Sequence[BankDay]:
    """What was entered, the latest first, withdrawn entries included."""
    return session.scalars(select(BankDay).order_by(BankDay.id.desc()).limit(limit)).all()
