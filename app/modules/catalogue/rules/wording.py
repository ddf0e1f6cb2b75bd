"""A value in words, in both languages, for a sentence that is translated where it is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal, duration_parts
from app.modules.catalogue.types.description import UNITS, Attribute, Labels, label

_LENGTHS = (
    (" years", " year", "年"),
    (" months", " month", "个月"),
    (" days", " day", "天"),
)


def said(attribute: Attribute, value: Any) -> Labels | str:
    """``2.5 %``, ``200,000 CNY``, ``3 months``, the words of a choice; anything else as it stands."""
    if value is None:
        return "–"
    match attribute.kind:
        case "money":
            return f"{_grouped(value['amount'])} {value['currency']}"
        case "rate":
            return _percent(Decimal(value["value"]) * (100 if value["unit"] == "fraction" else 1))
        case "duration":
            return length(value)
        case "choice":
            return attribute.choices.get(value, str(value))
        case "decimal" if attribute.unit == "ratio":
            return _percent(Decimal(value) * 100)
        case "decimal" | "integer":
            return _counted(str(value), attribute.unit)
        case _:
            return str(value)


def length(duration: str) -> Labels:
    months, days = duration_parts(duration)
    counts = (months // 12, months % 12, days)
    parts = [(count, words) for count, words in zip(counts, _LENGTHS, strict=True) if count]
    en = " ".join(f"{count}{words[count == 1]}" for count, words in parts)
    return label(en or "0 days", "".join(f"{count}{words[2]}" for count, words in parts) or "0天")


def _counted(number: str, unit: str | None) -> Labels:
    words = UNITS.get(unit or "", {})
    return label(*(f"{_grouped(number)} {words.get(key, '')}".strip() for key in ("en", "zh")))


def _percent(value: Decimal) -> str:
    return f"{canonical_decimal(value)} %"


def _grouped(number: str) -> str:
    return f"{Decimal(number):,f}"
