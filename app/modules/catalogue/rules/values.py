"""Decimals, durations and instants as they stand in a content document: exact, and one way to write each."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,12})?\Z", re.ASCII)
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?\Z", re.ASCII)
_DAYS_PER_MONTH = Decimal("30.4375")


def parse_decimal(text: object) -> Decimal:
    """The decimal in a string; ``ValueError`` for anything else, numbers included."""
    if not isinstance(text, str) or not _DECIMAL.match(text):
        raise ValueError("not a decimal in a string")
    return Decimal(text)


def canonical_decimal(value: Decimal) -> str:
    """The one way to write a decimal: no exponent, no trailing zeros."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def is_duration(text: object) -> bool:
    return isinstance(text, str) and _DURATION.match(text) is not None


def duration_parts(text: str) -> tuple[int, int]:
    """Months and days of an ISO 8601 duration; ``ValueError`` if it is none."""
    match = _DURATION.match(text)
    if match is None:
        raise ValueError("not a duration")
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    return years * 12 + months, weeks * 7 + days


def canonical_duration(text: str) -> str:
    """``P12M`` and ``P1Y`` are one term; weeks become days."""
    months, days = duration_parts(text)
    years, months = divmod(months, 12)
    written = (f"{years}Y" if years else "") + (f"{months}M" if months else "") + (f"{days}D" if days else "")
    return f"P{written or '0D'}"


def duration_days(text: str) -> Decimal:
    """For ordering and bands only: a month counts as a twelfth of 365.25 days."""
    months, days = duration_parts(text)
    return months * _DAYS_PER_MONTH + days


def parse_instant(text: object) -> datetime:
    """An ISO 8601 instant with its offset, between 1900 and 2200; ``ValueError`` otherwise."""
    if not isinstance(text, str) or len(text) > 40:
        raise ValueError("not an instant")
    value = datetime.fromisoformat(text)
    if value.tzinfo is None or not 1900 <= value.year <= 2200:
        raise ValueError("an instant needs an offset and a year from 1900 to 2200")
    return value.astimezone(UTC)


def canonical_instant(value: datetime) -> str:
    text = value.astimezone(UTC).isoformat(timespec="microseconds" if value.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def is_clean(text: str) -> bool:
    """No control characters (tab and line ends aside) and no lone surrogates: both databases can keep it."""
    return not any((ord(c) < 32 and c not in "\t\n\r") or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in text)
