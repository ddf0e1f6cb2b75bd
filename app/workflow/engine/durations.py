"""ISO 8601 durations and instants. Months and years go by the calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from app.workflow.engine.errors import ExpressionError

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)
_CYCLE = re.compile(r"R(\d{0,6})/(P.+)", re.ASCII)


def after(start: datetime, duration: str) -> datetime:
    """``start`` plus a duration such as ``P30D``; 31 January plus a month is the last day of February."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ExpressionError(f"not an ISO 8601 duration: {duration[:60]!r}")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[:6])
    try:
        later = _months_later(start, 12 * years + months)
        return later + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=float(match[7] or 0))
    except (OverflowError, ValueError):
        raise ExpressionError(f"too long a duration: {duration[:60]!r}") from None


def _months_later(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if not months:
        return start
    if year > 9_998:
        raise OverflowError
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def instant(value: object, now: datetime) -> datetime:
    """A duration from ``now``, or an ISO 8601 instant, as UTC. Without a zone it is UTC."""
    text = str(value).strip()
    if text.startswith("P"):
        return after(now, text)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ExpressionError(f"not an instant: {text[:60]!r}") from None


def cycle(value: object, now: datetime) -> tuple[int, str]:
    """``R3/P2D`` as turns and duration; ``R/P2D`` has no end, which is told as -1."""
    match = _CYCLE.fullmatch(str(value).strip())
    if match is None or (match[1] and int(match[1]) == 0):
        raise ExpressionError(f"not a repeating interval: {str(value)[:60]!r}")
    if after(now, match[2]) <= now:
        raise ExpressionError(f"a repeating interval without length: {str(value)[:60]!r}")
    return int(match[1] or -1), match[2]
