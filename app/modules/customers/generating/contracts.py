"""What a generated customer holds: amounts, terms, maturities and activity, drawn from a random generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.kernel.clock import accounting_date
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules.content import SIDE_RATES
from app.modules.customers.queries import OWED
from app.modules.customers.rules.agreed import rate_path
from app.modules.customers.rules.terms import after

MEDIANS = {"deposit": 20_000, "loan": 300_000, "card": 6_000, "wealth": 50_000, "fx": 3_000, "precious_metal": 8_000}
"""Of the principal, in units of the currency; a few are far larger (log-normal)."""
WEALTH = {"affluent": 12, "private": 100}
"""How many times as much these customers place; what they owe is as what others owe."""
SPREAD = 1.0
ASLEEP = 0.06
"""The share of holdings that nobody moved since they were opened."""
NEGOTIATED = 0.03
ENDED_EARLY = 0.04
PAID_OUT = 0.6
"""Of what has matured."""
LONGEST = 4 * 365
"""Days that the oldest contract lies back."""


@dataclass(frozen=True)
class Sold:
    """A version in the time in which it was sold."""

    number: int
    since: date
    until: date
    terms: Sequence[tuple[str | None, dict[str, Any] | None]]
    """Term, and what of it may be agreed individually: the path of the rate with the rate."""


@dataclass(frozen=True)
class Line:
    """A product as it is sold to generated customers."""

    code: str
    currency: str
    median: Decimal
    minimum: Decimal
    owed: bool
    segments: frozenset[str]
    versions: Sequence[Sold]


def line(product: Product, versions: Sequence[ProductVersion], today: date) -> Line:
    """``versions``: those published, in order."""
    latest = versions[-1].content
    terms = latest.get("terms") or {}
    minimum = Decimal((terms.get("minimum") or {}).get("amount", "0"))
    return Line(
        code=product.code,
        currency=terms.get("currency", "CNY"),
        median=Decimal(MEDIANS.get(product.family, 0)),
        minimum=minimum,
        owed=product.family in OWED,
        segments=frozenset(_segments(latest)),
        versions=[_sold(version, today) for version in versions if _day(version.valid_from, today) <= today],
    )


def _segments(content: dict[str, Any]) -> set[str]:
    scopes = (content.get("availability") or {}).get("scopes", ())
    found = {group for scope in scopes for group in scope.get("groups", ())}
    return found or {"mass", "affluent"}


def _day(moment: Any, otherwise: date) -> date:
    return accounting_date(moment) if moment is not None else otherwise


def _sold(version: ProductVersion, today: date) -> Sold:
    until = _day(version.valid_to, today + timedelta(days=1))
    return Sold(version.number, _day(version.valid_from, today), until, _terms(version.content))


def _terms(content: dict[str, Any]) -> Sequence[tuple[str | None, dict[str, Any] | None]]:
    rows = [row for row in (content.get("rates") or {}).get("tiers", ()) if row["kind"] not in SIDE_RATES]
    terms = content.get("terms") or {}
    whole = terms.get("term") or terms.get("longest_term")
    if not rows:
        return [(whole, None)]
    return [(row.get("term", whole), {rate_path(content, row): row["rate"]}) for row in rows]


def contract(rng: Random, sold: Line, segments: Sequence[str], today: date) -> dict[str, Any]:
    """The columns of one holding of a customer of these groups, without whose it is."""
    opened = max(today - timedelta(days=rng.randrange(LONGEST)), sold.versions[0].since)
    version = next(v for v in reversed(sold.versions) if v.since <= opened)
    term, rate = rng.choice(version.terms)
    matures = after(opened, term) if term else None
    return {
        "product_code": sold.code,
        "version": version.number,
        "principal": _principal(rng, sold, segments),
        "currency": sold.currency,
        "term": term,
        "negotiated": _better(rate) if rate and rng.random() < NEGOTIATED else None,
        "opened_on": opened,
        "matures_on": matures,
        "last_activity_on": _last_activity(rng, opened, today),
        "status": _status(rng, matures, today),
    }


def _principal(rng: Random, sold: Line, segments: Sequence[str]) -> Decimal:
    """Whole tens, at least the product's minimum; more for those who have more."""
    times = 1 if sold.owed else max(WEALTH.get(key, 1) for key in segments)
    typical = max(sold.median * times, sold.minimum * 2)
    if not typical:
        return Decimal(0)
    drawn = Decimal(round(rng.lognormvariate(math.log(typical), SPREAD) / 10) * 10)
    return max(drawn, sold.minimum, Decimal(10))


def _better(rate: dict[str, Any]) -> dict[str, Any]:
    """Ten basis points more than the tier's rate."""
    return {path: {**agreed, "value": str(_raised(agreed))} for path, agreed in rate.items()}


def _raised(rate: dict[str, Any]) -> Decimal:
    return Decimal(rate["value"]) + Decimal("0.1" if rate["unit"] == "percent" else "0.001")


def _last_activity(rng: Random, opened: date, today: date) -> date:
    if rng.random() < ASLEEP:
        return opened
    return max(opened, today - timedelta(days=int(rng.expovariate(1 / 45))))


def _status(rng: Random, matures: date | None, today: date) -> str:
    if matures is not None and matures <= today:
        return "closed" if rng.random() < PAID_OUT else "matured"
    return "closed" if rng.random() < ENDED_EARLY else "active"
