"""A Consumer Data Right record as a content document.

Source: Consumer Data Standards, banking 1.30.0, ``BankingProductDetailV4``. Its rates
are read by ``rules.cdr_rates``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.modules.catalogue.rules import values
from app.modules.catalogue.rules.cdr_rates import Record, filled, rates
from app.modules.catalogue.types import CHOICES

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


def content(record: Record) -> dict[str, Any]:
    """The document, not yet canonical."""
    return {
        "type": CATEGORIES[record["productCategory"]],
        "basics": _basics(record),
        "terms": _terms(record),
        "rates": {"tiers": rates(record)},
        "fees": {"fees": [_fee(fee) for fee in record.get("fees", ())]},
        "features": {"features": [_feature(feature) for feature in record.get("features", ())]},
        "eligibility": _eligibility(record.get("eligibility", ())),
        "constraints": {"constraints": [_constraint(c) for c in record.get("constraints", ())]},
        "documents": {"documents": list(_documents(record))},
        "availability": filled({"sale_from": record.get("effectiveFrom"), "sale_until": record.get("effectiveTo")}),
    }


def _basics(record: Record) -> dict[str, Any]:
    description = record.get("description")
    return filled(
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
    return filled({"kind": item["featureType"].lower(), "value": item.get("additionalValue"), "note": _note(item)})


def _known(kind: str, kinds: Mapping[str, Any]) -> str:
    return kind.lower() if kind.lower() in kinds else "other"


def _constraint(item: Record) -> dict[str, Any]:
    amount, note = _decimal(item.get("additionalValue")), _note(item)
    if amount is None:
        note = " ".join(part for part in (item.get("additionalValue"), note) if part) or None
    kind = _known(item["constraintType"], CHOICES["constraint_kinds"])
    return filled({"kind": kind, "amount": amount, "note": note})


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
    kind = _known(item["eligibilityType"], CHOICES["eligibility_rules"])
    return filled({"kind": kind, "value": item.get("additionalValue"), "note": _note(item)})


def _fee(item: Record) -> dict[str, Any]:
    currency = item.get("currency", "AUD")
    every = item.get("additionalValue") or ""
    is_period = values.is_duration(every)
    note = " ".join(part for part in (None if is_period else every, _note(item)) if part)
    return filled(
        {
            "name": item["name"],
            "kind": _known(item["feeType"], CHOICES["fee_kinds"]),
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
            yield filled({"kind": kind, "title": item.get("description"), "uri": item["additionalInfoUri"]})
