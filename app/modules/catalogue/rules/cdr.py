"""A Consumer Data Right record as a content document.

Source: Consumer Data Standards, banking 1.30.0, ``BankingProductDetailV4``. Rates
there are fractions per annum in strings. The standard does not name a day-count
basis; Australian banks accrue daily on 365 days, so ``ACT/365F`` is written.
Published bands name both ends ("0 to 999", "1000 to 4999"): an upper end one
unit below the next band's lower one is that bound, excluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice, pairwise
from itertools import product as combinations
from typing import Any

from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules import tiers, values
from app.modules.catalogue.types.groups import CONSTRAINT_KINDS, FEE_KINDS, RULE_KINDS

Record = Mapping[str, Any]

CATEGORIES: Mapping[str, str] = {
    "TRANS_AND_SAVINGS_ACCOUNTS": "demand_deposit",
    "REGULATED_TRUST_ACCOUNTS": "demand_deposit",
    "TERM_DEPOSITS": "time_deposit",
    "TRAVEL_CARDS": "standard_card",
    "CRED_AND_CHRG_CARDS": "standard_card",
    "RESIDENTIAL_MORTGAGES": "housing_loan",
    "BUSINESS_LOANS": "working_capital_loan",
    "OVERDRAFTS": "working_capital_loan",
    "TRADE_FINANCE": "working_capital_loan",
    "LEASES": "fixed_asset_loan",
    "PERS_LOANS": "other_loan",
    "MARGIN_LOANS": "other_loan",
}
"""The standard's categories in the bank's own families."""

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


def content(record: Record) -> dict[str, Any]:
    """The document, not yet canonical."""
    return {
        "type": CATEGORIES[record["productCategory"]],
        "basics": _basics(record),
        "terms": _terms(record),
        "rates": {"tiers": _rates(record)},
        "fees": {"fees": [_fee(fee) for fee in record.get("fees", ())]},
        "features": {"features": [_feature(feature) for feature in record.get("features", ())]},
        "eligibility": _eligibility(record.get("eligibility", ())),
        "constraints": {"constraints": [_constraint(c) for c in record.get("constraints", ())]},
        "documents": {"documents": list(_documents(record))},
        "availability": _drop({"sale_from": record.get("effectiveFrom"), "sale_until": record.get("effectiveTo")}),
    }


def _drop(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value not in (None, "", [])}


def _basics(record: Record) -> dict[str, Any]:
    description = record.get("description")
    return _drop(
        {
            "name": {"en": record["name"]},
            "description": {"en": description} if description else None,
            "brand": record.get("brandName") or record.get("brand"),
            "tailored": record.get("isTailored"),
        }
    )


def _terms(record: Record) -> dict[str, Any]:
    """The currency is known only where all fees name one and the same."""
    named = {fee["currency"] for fee in record.get("fees", ()) if "currency" in fee}
    return {"currency": named.pop()} if len(named) == 1 else {}


def _note(item: Record) -> str | None:
    """Free text and its address, in one note."""
    return " ".join(part for part in (item.get("additionalInfo"), item.get("additionalInfoUri")) if part) or None


def _feature(item: Record) -> dict[str, Any]:
    return _drop({"kind": item["featureType"].lower(), "value": item.get("additionalValue"), "note": _note(item)})


def _known(kind: str, kinds: Mapping[str, Any]) -> str:
    return kind.lower() if kind.lower() in kinds else "other"


def _constraint(item: Record) -> dict[str, Any]:
    amount, note = _decimal(item.get("additionalValue")), _note(item)
    if amount is None:
        note = " ".join(part for part in (item.get("additionalValue"), note) if part) or None
    kind = _known(item["constraintType"], CONSTRAINT_KINDS)
    return _drop({"kind": kind, "amount": amount, "note": note})


def _decimal(text: str | None) -> str | None:
    try:
        return str(values.parse_decimal((text or "").replace(",", "").removeprefix("$")))
    except ValueError:
        return None


_AGES = {"MIN_AGE": "min_age", "MAX_AGE": "max_age"}


def _eligibility(items: Sequence[Record]) -> dict[str, Any]:
    found: dict[str, Any] = {"rules": []}
    for item in items:
        age = item.get("additionalValue") or ""
        key = _AGES.get(item["eligibilityType"])
        if key and key not in found and age.isascii() and age.isdigit() and int(age[:4]) <= 150:
            found[key] = int(age)
        else:
            found["rules"].append(_rule(item))
    return found


def _rule(item: Record) -> dict[str, Any]:
    kind = _known(item["eligibilityType"], RULE_KINDS)
    return _drop({"kind": kind, "value": item.get("additionalValue"), "note": _note(item)})


def _fee(item: Record) -> dict[str, Any]:
    currency = item.get("currency", "AUD")
    every = item.get("additionalValue") or ""
    is_period = values.is_duration(every)
    note = " ".join(part for part in (None if is_period else every, _note(item)) if part)
    return _drop(
        {
            "name": item["name"],
            "kind": _known(item["feeType"], FEE_KINDS),
            "amount": {"amount": item["amount"], "currency": currency} if "amount" in item else None,
            "balance_rate": item.get("balanceRate"),
            "transaction_rate": item.get("transactionRate"),
            "accrued_rate": item.get("accruedRate"),
            "every": every if is_period else None,
            "note": note,
            "waiver": "; ".join(_discount(d) for d in item.get("discounts", ())),
        }
    )


def _discount(item: Record) -> str:
    shown = ("description", "amount", "balanceRate", "transactionRate", "feeRate", "additionalValue", "additionalInfo")
    return " ".join(item[key] for key in shown if key in item) or item["discountType"]


_LINKS = {"overviewUri": "overview", "termsUri": "terms", "eligibilityUri": "eligibility", "feesAndPricingUri": "fees"}
_MORE_LINKS = {
    "additionalOverviewUris": "overview",
    "additionalTermsUris": "terms",
    "additionalEligibilityUris": "eligibility",
    "additionalFeesAndPricingUris": "fees",
    "additionalBundleUris": "bundle",
}


def _documents(record: Record) -> Iterator[dict[str, Any]]:
    found = record.get("additionalInformation") or {}
    for key, kind in {**_LINKS, "bundleUri": "bundle"}.items():
        if key in found:
            yield {"kind": kind, "uri": found[key]}
    for key, kind in _MORE_LINKS.items():
        for item in found.get(key, ()):
            yield _drop({"kind": kind, "title": item.get("description"), "uri": item["additionalInfoUri"]})


def _rates(record: Record) -> list[dict[str, Any]]:
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
        yield _drop(row), pointer + (f"/tiers/{bands[-1][0]}" if bands else "")


def _common(item: Record, kind: str) -> dict[str, Any]:
    term, words = _term(item.get("additionalValue"))
    return _drop(
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
