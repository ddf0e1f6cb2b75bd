"""What people type into the editor of a version, and the document it stands for.

A field is named like the JSON pointer of its value (``content/terms/minimum/amount``),
so that a fault of the document finds its field. Nothing is judged here: what cannot be
read stays as it was typed and is refused by the document's own check. People type
rates and ratios in per cent, amounts with separators or in 万, durations in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.clock import accounting_date, start_of_day
from app.kernel.i18n import language
from app.modules.catalogue.rules.values import canonical_instant, duration_parts, parse_decimal, parse_instant
from app.modules.catalogue.types import Attribute, Group

Form = MultiDict[str, str]

_SCALES = {"万": 4, "亿": 8, "%": 0}
_SPACES = re.compile(r"[\s,，_]")
_INTEGER = re.compile(r"-?\d{1,9}\Z", re.ASCII)
_DURATION = re.compile(r"\s*(\d{1,5})\s*(years?|y|年|months?|m|个月|月|weeks?|w|周|days?|d|天|日)\s*", re.IGNORECASE)
_LETTER = {"年": "Y", "个": "M", "月": "M", "周": "W", "天": "D", "日": "D"}
_ORDER = "YMWD"
_WORDS = {
    "en": {"Y": (" year", " years"), "M": (" month", " months"), "D": (" day", " days")},
    "zh": {"Y": ("年", "年"), "M": ("个月", "个月"), "D": ("天", "天")},
}


def group_content(form: Form, prefix: str, group: Group, base: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a group as typed. ``base`` is what stood there: unchanged days keep their instant."""
    found = {a.key: value_of(form, f"{prefix}/{a.key}", a, base.get(a.key)) for a in group.attributes}
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def value_of(form: Form, name: str, attribute: Attribute, base: Any = None) -> Any:
    """The JSON value of one field, nothing when it was left empty."""
    if attribute.kind == "list":
        return rows_of(form, name, attribute)
    if attribute.kind in {"choices", "codes"}:
        # In the document's own order, so that the order of the page's boxes is no change.
        return sorted({text for text in form.getlist(name) if text})
    if attribute.kind == "phrase":
        return _filled({key: _text(form, f"{name}/{key}") for key in ("en", "zh")})
    if attribute.kind == "money":
        amount = number(_text(form, f"{name}/amount"))
        return {"amount": amount, "currency": _text(form, f"{name}/currency").upper()} if amount else None
    if attribute.kind == "rate":
        return _rate(form, name)
    return _single(_text(form, name), attribute, base)


def rows_of(form: Form, name: str, attribute: Attribute) -> list[dict[str, Any]]:
    """The rows of a list in the order of the page; a row in which nothing was typed is none."""
    rows = [(place, _row(form, f"{name}/{place}", attribute)) for place in places(form, name)]
    return [row for _, row in rows if row]


def places(form: Form, name: str) -> list[int]:
    """The numbers that the page gave to the rows of a list."""
    found = (key[len(name) + 1 :].split("/", 1)[0] for key in form if key.startswith(name + "/"))
    return sorted({int(place) for place in found if place.isascii() and place.isdigit() and len(place) < 6})


def filled_places(form: Form, name: str, attribute: Attribute) -> list[int]:
    """The numbers of the rows in which something was typed: the n-th is row n of the document."""
    return [place for place in places(form, name) if _row(form, f"{name}/{place}", attribute)]


def _row(form: Form, name: str, attribute: Attribute) -> dict[str, Any]:
    cells = {c.key: value_of(form, f"{name}/{c.key}", c) for c in attribute.columns}
    return {key: value for key, value in cells.items() if value not in (None, "", [], {})}


def _text(form: Form, name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if text}


def _rate(form: Form, name: str) -> dict[str, Any] | None:
    typed = _text(form, f"{name}/value")
    if not typed:
        return None
    unit = _text(form, f"{name}/unit") or "fraction"
    return {
        "value": number(typed) if unit == "percent" else out_of_percent(typed),
        "unit": unit,
        "period": _text(form, f"{name}/period") or "P1Y",
        "day_count": _text(form, f"{name}/day_count") or "ACT/360",
    }


def _single(text: str, attribute: Attribute, base: Any) -> Any:
    if not text:
        return None
    if attribute.kind == "integer":
        return int(number(text)) if _INTEGER.match(number(text)) else text
    if attribute.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if attribute.kind == "decimal":
        return out_of_percent(text) if attribute.unit == "ratio" else number(text)
    if attribute.kind == "duration":
        return duration(text)
    return instant(text, base) if attribute.kind == "instant" else text


def number(text: str) -> str:
    """``50,000`` → 50000; ``5万`` → 50000; full-width digits count. Anything else as it was typed."""
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text))
    scale = _SCALES.get(plain[-1:])
    exact = _exact(plain[:-1] if scale is not None else plain)
    if exact is None:
        return text
    return _plain(exact.scaleb(scale)) if scale else str(exact)


def out_of_percent(text: str) -> str:
    """``1.55`` → 0.0155, exactly."""
    exact = _exact(number(text))
    return text if exact is None else _plain(exact.scaleb(-2))


def percent(value: Any) -> str:
    """0.0155 → ``1.55``; what is no number stays as it was typed."""
    exact = _exact(value)
    return str(value) if exact is None else _plain(exact.scaleb(2))


def rate_text(rate: Any) -> str:
    """The value of a rate in per cent, as it is typed."""
    if not isinstance(rate, Mapping):
        return ""
    value = rate.get("value", "")
    return percent(value) if rate.get("unit", "fraction") == "fraction" else str(value)


def _exact(text: Any) -> Decimal | None:
    try:
        return parse_decimal(text)
    except ValueError:
        return None


def _plain(value: Decimal) -> str:
    return format(value, "f")


def duration(text: str) -> str:
    """``3 months``, ``3M``, ``3个月``, ``P3M`` → P3M. Anything else as it was typed."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.upper().startswith("P"):
        return plain.upper()
    parts: dict[str, str] = {}
    place = 0
    while match := _DURATION.match(plain, place):
        letter = _LETTER.get(match[2][0], match[2][0].upper())
        if letter in parts:
            return text
        parts[letter], place = match[1], match.end()
    written = "".join(f"{parts[letter]}{letter}" for letter in _ORDER if letter in parts)
    return f"P{written}" if written and place == len(plain) else text


def duration_text(value: Any) -> str:
    """P3M → ``3 months`` or ``3个月``, as it is shown and typed."""
    try:
        months, days = duration_parts(value or "")
    except (TypeError, ValueError):
        return str(value or "")
    parts = zip("YMD", (months // 12, months % 12, days), strict=True)
    said = [f"{count}{_WORDS[language()][letter][count != 1]}" for letter, count in parts if count]
    return ("" if language() == "zh" else " ").join(said) or f"0{_WORDS[language()]['D'][1]}"


def instant(text: str, base: Any = None) -> str:
    """The beginning of an accounting date; the same day keeps the instant it had."""
    if base and day_text(base) == text:
        return str(base)
    try:
        return canonical_instant(start_of_day(date.fromisoformat(text)))
    except (ValueError, OverflowError):
        return text


def day_text(value: Any) -> str:
    """The accounting date of an instant, for a date field."""
    try:
        return accounting_date(parse_instant(value)).isoformat() if value else ""
    except (ValueError, OverflowError):
        return str(value)
