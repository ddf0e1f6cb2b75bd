"""Which ceiling a rate falls under, and by how much it is above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from app.modules.catalogue.rules.content import as_fraction
from app.modules.catalogue.rules.values import duration_days, duration_parts
from app.modules.catalogue.types import product_type

_YEAR_OF = {"ACT/360": Decimal(360), "30/360": Decimal(360)}
_NOT_OFFERED = frozenset(
    {"penalty", "early_withdrawal", "discount", "bundle_discount_fixed", "bundle_discount_variable"}
)
"""Kinds of rates that no customer is offered for keeping money."""


class Ceiling(Protocol):
    """What is asked of a ceiling (see ``models.RateCeiling``)."""

    id: Any
    family: Any
    product_type: Any
    currency: Any
    term: Any
    rate: Any
    document: Any


@dataclass(frozen=True)
class Measured:
    """One rate of a version beside the ceiling that holds for it."""

    place: int
    """Of the row in ``rates/tiers``."""
    row: Mapping[str, Any]
    ceiling: Ceiling
    excess_bp: Decimal
    """Basis points above the ceiling; not above zero where it is kept."""

    @property
    def exceeds(self) -> bool:
        return self.excess_bp > 0


def measure(content: Mapping[str, Any], ceilings: Sequence[Ceiling]) -> Iterator[Measured]:
    """Each rate offered that has a ceiling among ``ceilings``: those in force, the latest of each kind only."""
    found = product_type(content["type"])
    currency = (content.get("terms") or {}).get("currency") or "CNY"
    mine = [c for c in ceilings if c.family == found.family and c.currency == currency]
    own = [c for c in mine if c.product_type == found.key] or [c for c in mine if c.product_type is None]
    for place, row in enumerate((content.get("rates") or {}).get("tiers") or ()):
        ceiling = _for_term(own, row.get("term") or row.get("term_from"))
        if ceiling is not None and row["kind"] not in _NOT_OFFERED:
            yield Measured(place, row, ceiling, above(row["rate"], ceiling.rate))


def _for_term(ceilings: Sequence[Ceiling], term: str | None) -> Ceiling | None:
    """The ceiling of the longest term that is not longer; of none, the one for any term."""
    days = duration_days(term) if term else Decimal(-1)
    within = [c for c in ceilings if c.term and duration_days(c.term) <= days]
    return max(within, key=lambda c: duration_days(c.term), default=next((c for c in ceilings if not c.term), None))


def above(rate: Mapping[str, Any], ceiling: Mapping[str, Any]) -> Decimal:
    """How many basis points a rate lies above a ceiling, each taken for a year of 365 days where their bases differ."""
    alike = all(rate[key] == ceiling[key] for key in ("period", "day_count"))
    difference = as_fraction(rate) - as_fraction(ceiling) if alike else yearly(rate) - yearly(ceiling)
    return difference * 10_000


def yearly(rate: Mapping[str, Any]) -> Decimal:
    """A rate as a fraction for 365 days, by simple interest."""
    months, days = duration_parts(rate["period"])
    years = Decimal(months) / 12 + Decimal(days) / 365
    base = _YEAR_OF.get(rate["day_count"], Decimal(365))
    return as_fraction(rate) / (years or 1) * 365 / base
