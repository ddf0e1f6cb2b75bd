"""The content document of a version: one canonical form, its hash, and what stands in the headline."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.values import duration_days, is_duration
from app.modules.catalogue.types import Attribute, product_type

Content = Mapping[str, Any]
Row = Mapping[str, Any]


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(content: Content) -> str:
    """SHA-256 of the canonical JSON: what an approval binds to (rule 6)."""
    return hashlib.sha256(canonical(content)).hexdigest()


def row_key(attribute: Attribute, row: Row) -> str:
    """What identifies a row of a list from one version to the next."""
    cells = ((key, row.get(key)) for key in attribute.key_by)
    return ",".join(f"{key}={_flat(value)}" for key, value in cells if value not in (None, "", []))


def _flat(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def keyed(attribute: Attribute, rows: Sequence[Row]) -> dict[str, Row]:
    """Rows by key; rows that share a key are numbered in their canonical order."""
    seen: Counter[str] = Counter()
    found: dict[str, Row] = {}
    for row in rows:
        key = row_key(attribute, row)
        seen[key] += 1
        found[key if seen[key] == 1 else f"{key}#{seen[key]}"] = row
    return found


def in_order(attribute: Attribute, rows: Sequence[Row]) -> list[Row]:
    """Rows in canonical order, exact repetitions dropped: the order they were typed in does not matter."""
    unique = {canonical(row): row for row in rows}
    return [row for _, row in sorted(unique.items(), key=lambda item: (_rank(attribute, item[1]), item[0]))]


def _rank(attribute: Attribute, row: Row) -> list[tuple[int, Decimal, str]]:
    return [_sortable(row.get(key)) for key in attribute.key_by]


def _sortable(value: Any) -> tuple[int, Decimal, str]:
    if value in (None, "", []):
        return (0, Decimal(0), "")
    if is_duration(value):
        return (1, duration_days(value), "")
    try:
        return (1, Decimal(value), "")
    except (ArithmeticError, TypeError, ValueError):
        return (2, Decimal(0), _flat(value))


def public(content: Content) -> dict[str, Any]:
    """What customers may see: without what the type marks as internal, such as the estimate of a return (rule 11)."""
    found = product_type(content["type"])
    shown: dict[str, Any] = {"type": found.key}
    for group in found.groups:
        members = content.get(group.key) or {}
        told = [a for a in group.attributes if a.key in members and not internal(a)]
        if told:
            shown[group.key] = {a.key: _open(a, members[a.key]) for a in told}
    return shown


def internal(attribute: Attribute) -> bool:
    return attribute.audience == "internal"


def _open(attribute: Attribute, value: Any) -> Any:
    hidden = {column.key for column in attribute.columns if internal(column)}
    return [{k: v for k, v in row.items() if k not in hidden} for row in value] if hidden else value


def effective_rating(content: Content) -> str | None:
    """Of issuer's and seller's risk rating the higher counts (rule 11)."""
    risk = content.get("risk") or {}
    return max((r for r in (risk.get("issuer_rating"), risk.get("seller_rating")) if r), default=None)


def as_fraction(rate: Row) -> Decimal:
    """The value of a rate as a fraction: 1.55 percent is 0.0155."""
    value = Decimal(rate["value"])
    return value / 100 if rate["unit"] == "percent" else value


SIDE_RATES = frozenset({"penalty", "early_withdrawal", "discount", "bundle_discount_fixed", "bundle_discount_variable"})


def headline(content: Content) -> dict[str, Any]:
    """Rate, term and minimum in a few members, for lists: a projection of the content, never a source."""
    terms = content.get("terms") or {}
    found: dict[str, Any] = {
        key: terms[key] for key in ("currency", "minimum", "annual_fee", "interest_free") if key in terms
    }
    found |= {} if "minimum" in found else _published_minimum(content, terms)
    rows = [r for r in (content.get("rates") or {}).get("tiers", ()) if r["kind"] not in SIDE_RATES]
    found |= _rate_range([row["rate"] for row in rows])
    found |= _benchmark(content.get("benchmark") or {})
    return found | _term_range([row["term"] for row in rows if "term" in row] or _own_term(terms))


_MINIMA = ("opening_balance", "min_balance", "min_limit")


def _published_minimum(content: Content, terms: Row) -> dict[str, Any]:
    """An imported record names its minimum among the constraints."""
    rows = (content.get("constraints") or {}).get("constraints", ())
    amounts = {row["kind"]: row["amount"] for row in rows if "amount" in row}
    found = next((amounts[kind] for kind in _MINIMA if kind in amounts), None)
    return {"minimum": {"amount": found, "currency": terms["currency"]}} if found and "currency" in terms else {}


def _rate_range(rates: Sequence[Row]) -> dict[str, Any]:
    if not rates:
        return {}
    return {"rate_low": min(rates, key=as_fraction), "rate_high": max(rates, key=as_fraction)}


def _benchmark(benchmark: Row) -> dict[str, Any]:
    bounds = [benchmark[key] for key in ("low", "high") if key in benchmark]
    return {"benchmark": True, **_rate_range(bounds)} if bounds else {}


def _own_term(terms: Row) -> list[str]:
    return [terms[key] for key in ("term", "longest_term") if key in terms]


def _term_range(terms: Sequence[str]) -> dict[str, Any]:
    if not terms:
        return {}
    return {"term_low": min(terms, key=duration_days), "term_high": max(terms, key=duration_days)}
