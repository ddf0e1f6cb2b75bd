"""Business days 工作日: the mainland China calendar, make-up working days included.

Source: the `holidays` library, which follows the State Council's yearly notices.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from app.kernel.clock import BANK_ZONE

_DAY = timedelta(days=1)


@lru_cache(maxsize=1)
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("CN")


def is_business_day(day: date) -> bool:
    """Whether the bank works on ``day``; a make-up Saturday counts as a business day."""
    return bool(_calendar().is_working_day(day))


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
