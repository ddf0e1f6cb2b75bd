"""What people type when they create a product, and the document it stands for.

A field is named like the JSON pointer of its value (``terms/minimum/amount``), so
that a fault of the document finds its field. Nothing is judged here: what is not
right stays as it was typed and is refused by the document's own check. Rates and
ratios are typed in per cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from app.modules.catalogue.rules.values import canonical_decimal, parse_decimal
from app.modules.catalogue.types import Attribute, Group

Form = MultiDict[str, str]
Fields = Iterable[tuple[Group, Attribute]]
RATE_ROWS = 8
RATE_COLUMNS = ("kind", "term", "balance_from", "balance_to", "rate")


def typed_members(form: Form, fields: Fields) -> dict[str, dict[str, Any]]:
    """Group → attribute → value, of the fields that were filled in."""
    found: dict[str, dict[str, Any]] = {}
    for group, attribute in fields:
        value = _value(form, f"{group.key}/{attribute.key}", attribute)
        found.setdefault(group.key, {})[attribute.key] = value
    return found


def merged(document: Mapping[str, Any], typed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The document with what was typed in its place; what was emptied is gone."""
    result = dict(document)
    for key, members in typed.items():
        kept = {**(document.get(key) or {}), **members}
        result[key] = {name: value for name, value in kept.items() if value not in (None, "", [], {})}
        if not result[key]:
            del result[key]
    return result


def _value(form: Form, name: str, attribute: Attribute) -> Any:
    text = form.get(name, "").strip()
    match attribute.kind:
        case "phrase":
            return {key: typed for key in ("en", "zh") if (typed := form.get(f"{name}/{key}", "").strip())}
        case "money":
            return _money(form, name)
        case "rate":
            return _rate(form, name)
        case "choices" | "codes":
            return [item for item in form.getlist(name) if item]
        case "boolean":
            return {"true": True, "false": False}.get(text)
        case "integer":
            return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
        case "decimal" if attribute.unit == "ratio":
            return _percent(text)
        case _:
            return text


def _money(form: Form, name: str) -> dict[str, str] | None:
    amount = form.get(f"{name}/amount", "").replace(",", "").strip()
    return {"amount": amount, "currency": form.get(f"{name}/currency", "").strip().upper()} if amount else None


def _rate(form: Form, name: str) -> dict[str, str] | None:
    value = form.get(f"{name}/value", "").strip().removesuffix("%").strip()
    day_count = form.get(f"{name}/day_count", "ACT/360")
    return {"value": value, "unit": "percent", "period": "P1Y", "day_count": day_count} if value else None


def _percent(text: str) -> str:
    try:
        return canonical_decimal(parse_decimal(text.removesuffix("%").strip()) / Decimal(100))
    except ValueError:
        return text


def typed_tiers(form: Form, columns: Iterable[Attribute]) -> list[dict[str, Any]]:
    """The rows of the rate grid that were filled in, in their places."""
    wanted = [column for column in columns if column.key in RATE_COLUMNS]
    rows = []
    for place in range(RATE_ROWS):
        row = {c.key: _value(form, f"rates/tiers/{place}/{c.key}", c) for c in wanted}
        filled = {key: value for key, value in row.items() if value not in (None, "")}
        if set(filled) - {"kind"}:
            rows.append(filled)
    return rows
