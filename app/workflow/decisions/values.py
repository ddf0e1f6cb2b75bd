"""Values on their way into a table and out of it. Numbers are exact both ways."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(r"-?\d{1,25}(\.\d{1,25})?", re.ASCII)
TYPES = {
    "string": "string",
    "boolean": "boolean",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "decimal": "number",
    "date": "date",
    "any": "any",
    "": "any",
}
"""``typeRef`` in lower case → the type used here."""


def as_type(value: Any, kind: str) -> Any:
    """``value`` as the type of its column; ``ValueError`` with its description otherwise.

    A number comes as an integer, a ``Decimal`` or text. A float is refused: what
    it was before it was rounded, nobody knows.
    """
    _refuse_nested(value)
    if value is None or kind == "any":
        return value
    if kind == "number":
        return _number(value)
    if kind == "date" and isinstance(value, date | str):
        return date.fromisoformat(str(value)[:10]).isoformat()
    expected: dict[str, Any] = {"string": str, "boolean": bool, "list": list | tuple}
    if kind not in expected or not isinstance(value, expected[kind]):
        raise ValueError(described(value))
    return value


def _refuse_nested(value: Any) -> None:
    """A value is a scalar or a list of scalars, and can be kept as it is."""
    for item in value if isinstance(value, list | tuple) else [value]:
        if not isinstance(item, str | int | Decimal | date | None) or (isinstance(item, str) and not _keepable(item)):
            raise ValueError(described(item))


def _keepable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _number(value: Any) -> Decimal:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise ValueError(described(value))


def described(value: Any) -> str:
    """A value in few words, for a message."""
    if isinstance(value, float):
        return f"the floating-point number {value}; send it as text"
    return f"{type(value).__name__} {str(value)[:40]!r}"


def plain(value: Any) -> Any:
    """A value as JSON keeps it: whole numbers as integers, other exact numbers as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else format(value, "f")
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value
