"""The rates of a Consumer Data Right record, as rows of a content document.

They are fractions per annum in strings. The standard does not name a day-count
basis; Australian banks accrue daily on 365 days, so ``ACT/365F`` is written.
Published bands name both ends ("0 to 999", "1000 to 4999"): an upper end one
unit below the next band's lower one is that bound, excluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice, pairwise
from itertools import product as combinations
from typing import Any

from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules import tiers, values

Record = Mapping[str, Any]

DEPOSIT_RATES = ("FIXED", "BONUS", "BUNDLE_BONUS", "VARIABLE", "INTRODUCTORY", "FLOATING", "MARKET_LINKED")
LENDING_RATES = (
    "FIXED",
    "VARIABLE",
    "INTRODUCTORY",
    "DISCOUNT",
    "PENALTY",
    "FLOATING",
    "MARKET_LINKED",
    "CASH_ADVANCE",
    "PURCHASE",
    "BUNDLE_DISCOUNT_FIXED",
    "BUNDLE_DISCOUNT_VARIABLE",
)
_DIMENSION = {"DOLLAR": "balance", "PERCENT": "ratio", "MONTH": "term", "DAY": "term"}
MOST_RATES = 1000
_ENDLESS = Decimal(1_000_000_000)
"""From a thousand million on, an upper bound means "and above"."""


def filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """The members that hold something."""
    return {key: value for key, value in row.items() if value not in (None, "", [])}


def rates(record: Record) -> list[dict[str, Any]]:
    """Rows in the order of the record, exact repetitions dropped, bands joined."""
    rows = [row for row, _ in _distinct(record)]
    for dimension in ("balance", "ratio", "term"):
        _join_bands(rows, dimension)
    return rows


def rate_pointers(record: Record) -> list[str]:
    """Where each row of ``rates.tiers`` stands in the record, as JSON pointers."""
    return [pointer for _, pointer in _distinct(record)]


def _distinct(record: Record) -> Iterator[tuple[dict[str, Any], str]]:
    seen: set[str] = set()
    for row, pointer in islice(_published(record), MOST_RATES + 1):
        if len(seen) == MOST_RATES:
            raise invalid("/depositRates" if "depositRates" in record else "/lendingRates", N_("Has too many entries."))
        known = repr(sorted(row.items(), key=lambda cell: cell[0]))
        if known not in seen:
            seen.add(known)
            yield row, pointer


def _published(record: Record) -> Iterator[tuple[dict[str, Any], str]]:
    for member, kind in (("depositRates", "depositRateType"), ("lendingRates", "lendingRateType")):
        for place, item in enumerate(record.get(member, ())):
            yield from _rate_rows(item, item[kind].lower(), f"/{member}/{place}")


def _rate_rows(item: Record, kind: str, pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    """One row per band. Tiers of different units hold together: 3 to 6 months *and* up to 100,000."""
    by_unit: dict[str, list[tuple[int, Record]]] = {}
    for place, tier in enumerate(item.get("tiers", ())):
        by_unit.setdefault(_DIMENSION[tier["unitOfMeasure"]], []).append((place, tier))
    common = _common(item, kind)
    only = len(item.get("tiers", ())) == 1
    for bands in combinations(*by_unit.values()):
        row = dict(common)
        for _, tier in bands:
            row |= _band(tier) | (_case(tier) if only else {})
        notes = (common.get("condition"), *(_condition(tier) for _, tier in bands))
        row["condition"] = "; ".join(dict.fromkeys(note for note in notes if note))
        yield filled(row), pointer + (f"/tiers/{bands[-1][0]}" if bands else "")


def _common(item: Record, kind: str) -> dict[str, Any]:
    term, words = _term(item.get("additionalValue"))
    return filled(
        {
            "kind": kind,
            "term": term,
            "rate": _rate(item["rate"]),
            "comparison_rate": _rate(item["comparisonRate"]) if "comparisonRate" in item else None,
            "repayment": item.get("repaymentType", "").lower(),
            "purpose": item.get("loanPurpose", "").lower(),
            "due": item.get("interestPaymentDue", "").lower(),
            "calculated": _duration(item.get("calculationFrequency")),
            "paid": _duration(item.get("applicationFrequency")),
            "condition": "; ".join(part for part in (words, item.get("additionalInfo")) if part),
        }
    )


def _rate(text: str) -> dict[str, str]:
    return {"value": text, "unit": "fraction", "period": "P1Y", "day_count": "ACT/365F"}


def _duration(text: str | None) -> str | None:
    return text if values.is_duration(text) else None


def _term(text: str | None) -> tuple[str | None, str | None]:
    """A term, or the words that stand in its place; "3M" is read as P3M."""
    for candidate in (text, f"P{text}"):
        if values.is_duration(candidate):
            return candidate, None
    return None, text


def _band(tier: Record) -> dict[str, Any]:
    unit, dimension = tier["unitOfMeasure"], _DIMENSION[tier["unitOfMeasure"]]
    low, high = tier.get("minimumValue"), tier.get("maximumValue")
    row: dict[str, Any] = {"per_tier": True} if tier.get("rateApplicationMethod") == "PER_TIER" else {}
    if dimension == "term" and low == high and low is not None:
        return row | {"term": _period(low, unit)}
    if high is not None and high >= _ENDLESS:
        high = None
    write = (lambda v: _period(v, unit)) if dimension == "term" else values.canonical_decimal
    row[f"{dimension}_from"] = write(low) if low is not None else None
    row[f"{dimension}_to"] = write(high) if high is not None else None
    return row


def _case(tier: Record) -> dict[str, Any]:
    """The only tier of a rate, in per cent, with a name free of figures, names a case and not a band."""
    names_a_band = tier["unitOfMeasure"] != "PERCENT" or any(c.isdigit() for c in tier["name"])
    return {} if names_a_band else {"case": tier["name"]}


def _period(value: Decimal, unit: str) -> str:
    return f"P{int(value)}{unit[0]}"


def _condition(tier: Record) -> str | None:
    found = tier.get("applicabilityConditions") or {}
    return found.get("additionalInfo")


def _join_bands(rows: list[dict[str, Any]], dimension: str) -> None:
    """Where a band ends one unit below the next, its upper bound is the next one's lower bound."""
    for line in tiers.lines_of(rows, dimension):
        for lower, upper in pairwise(line):
            end, start = lower.bounds[dimension][1], upper.bounds[dimension][0]
            if end < start <= end + _unit(dimension, start):
                rows[lower.place][f"{dimension}_to"] = rows[upper.place][f"{dimension}_from"]


def _unit(dimension: str, bound: Decimal) -> Decimal:
    if dimension == "ratio":
        return Decimal(1) if bound > 2 else Decimal("0.01")
    return Decimal(32) if dimension == "term" else Decimal(1)
