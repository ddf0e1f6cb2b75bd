"""JSON as it is sent to the import: read without floats, kept as ASCII text."""

from __future__ import annotations

import json
from decimal import Decimal
from math import isfinite
from typing import Any

from app.kernel.errors import invalid
from app.kernel.i18n import N_


def unwrap(raw: Any) -> list[Any]:
    """The records in one record, a list of them, or the envelope ``{data, links}`` as published."""
    inner = raw.get("data") if isinstance(raw, dict) else None
    if isinstance(inner, dict) and isinstance(inner.get("products"), list):
        inner = inner["products"]
    if isinstance(inner, dict | list):
        raw = inner
    if isinstance(raw, list):
        return [_unwrapped(record) for record in raw]
    if isinstance(raw, dict):
        return [raw]
    raise invalid("", N_("Send one record, a list of records, or an envelope with data."))


def _unwrapped(record: Any) -> Any:
    return record["data"] if isinstance(record, dict) and isinstance(record.get("data"), dict) else record


def as_text(record: Any) -> str:
    """JSON in ASCII, which every database keeps: control characters stay escaped."""
    try:
        return json.dumps(record, default=_plain)
    except (ValueError, RecursionError, TypeError):
        return json.dumps(repr(record)[:100_000])


def _plain(value: Any) -> Any:
    """A decimal as the JSON number it was, or as text where a float would lose digits."""
    number = float(value)
    return number if isfinite(number) and Decimal(repr(number)) == value else str(value)


def read_json(text: str | bytes) -> Any:
    """JSON without floats: numbers stay exact, ``NaN`` becomes text. 422 if it cannot be read."""
    try:
        return json.loads(text, parse_float=_exact, parse_int=_whole, parse_constant=str)
    except (ValueError, RecursionError):
        raise invalid("", N_("This is not JSON that can be read.")) from None


def _exact(text: str) -> Any:
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def _whole(text: str) -> Any:
    return int(text) if len(text) < 30 else _exact(text)
