"""Interest: fractions of a year and what accrues in them. Decimal throughout, rounded once at the end.

==============  =================================================================================
``ACT/360``     actual days by 360 (ISDA 2006, 4.16 e); the yuan's daily rate is the year's by 360
``ACT/365F``    actual days by 365 (4.16 d)
``ACT/ACT``     days in leap years by 366, other days by 365 (4.16 b, ISDA)
``30/360``      months of 30 days, bond basis (4.16 f): a first day of 31 counts as 30, a last day of 31
                counts as 30 if the first is 30 or 31
==============  =================================================================================

Rounding: half up 四舍五入 to the smallest unit of the currency, of the whole amount and of nothing before it.
A period includes its first day and excludes its last, as everywhere (rule 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

from babel.numbers import get_currency_precision

from app.modules.catalogue.rules.content import as_fraction
from app.modules.catalogue.rules.values import duration_parts

Rate = Mapping[str, Any]
"""As in a version's content: ``{value, unit, period, day_count}``."""
EXACT = Context(prec=50)
"""Precise enough that rounding to a cent of any amount decides nothing wrongly."""
_MONTHS = 12
_DAYS = {"ACT/360": 360, "ACT/365F": 365, "ACT/ACT": 365, "30/360": 360}
"""What turns a rate per day into a rate per year."""


def year_fraction(day_count: str, start: date, end: date) -> Decimal:
    """The part of a year from ``start`` to ``end``; ``ValueError`` where that runs backwards."""
    if end < start:
        raise ValueError("a period ends on or after the day it begins")
    with localcontext(EXACT):
        if day_count == "ACT/ACT":
            return _actual(start, end)
        if day_count == "30/360":
            return Decimal(_thirty(start, end)) / 360
        return Decimal((end - start).days) / _DAYS[day_count]


def _actual(start: date, end: date) -> Decimal:
    """Year by year, each day in the year it belongs to."""
    total = Decimal(0)
    for year in range(start.year, end.year + 1):
        first, last = max(start, date(year, 1, 1)), min(end, date(year + 1, 1, 1)) if year < end.year else end
        total += Decimal((last - first).days) / (366 if _is_leap(year) else 365)
    return total


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _thirty(start: date, end: date) -> int:
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def annual(rate: Rate) -> Decimal:
    """The rate of a year, as a fraction: one per month twelve times, one per day as often as its year has days."""
    months, days = duration_parts(rate["period"])
    if bool(months) == bool(days):
        raise ValueError("a rate is one per months or one per days")
    with localcontext(EXACT):
        times = Decimal(_MONTHS) / months if months else Decimal(_DAYS[rate["day_count"]]) / days
        return as_fraction(rate) * times


def interest(
    principal: Decimal, rate: Rate, start: date, end: date, *, currency: str, compounded: str | None = None
) -> Decimal:
    """What ``principal`` bears from ``start`` to ``end``, in whole smallest units of ``currency``.

    ``compounded``: how often interest is added to the principal, ``P3M``; without it interest is simple. A broken
    period counts as its part of a power: (1 + r/m) to the m·t.
    """
    with localcontext(EXACT):
        time = year_fraction(rate["day_count"], start, end)
        grown = _growth(annual(rate), time, compounded)
        return rounded(principal * grown, currency)


def _growth(yearly: Decimal, time: Decimal, compounded: str | None) -> Decimal:
    """Interest on one unit of principal."""
    if compounded is None:
        return yearly * time
    often = times_a_year(compounded)
    return (1 + yearly / often) ** (often * time) - 1


def times_a_year(period: str) -> int:
    """How often a period of months fits into a year; ``ValueError`` where it does not fit evenly."""
    months, days = duration_parts(period)
    if days or not months or _MONTHS % months:
        raise ValueError("interest is added every so many months, evenly in a year")
    return _MONTHS // months


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the smallest unit of the currency (ISO 4217), half up."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP)
