"""Which rate a holding bears: what was agreed individually, else its tier of the version it is pinned to (rule 4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.content import SIDE_RATES, Content, row_key
from app.modules.catalogue.rules.tiers import tiers
from app.modules.catalogue.types import product_type


def tier_of(content: Content, term: str | None, principal: Decimal) -> Mapping[str, Any] | None:
    """The tier of this term in whose balance band the principal lies; the first where several do."""
    rows = (content.get("rates") or {}).get("tiers", ())
    for tier in tiers([row for row in rows if row["kind"] not in SIDE_RATES]):
        low, high = tier.bounds["balance"]
        if tier.row.get("term") in (None, term) and low <= principal < high:
            return tier.row
    return None


def rate_of(
    content: Content, term: str | None, principal: Decimal, negotiated: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The rate of a holding as ``{value, unit, period, day_count}``; nothing where its product bears none."""
    tier = tier_of(content, term, principal)
    if tier is None:
        return None
    found: Mapping[str, Any] = (negotiated or {}).get(rate_path(content, tier), tier["rate"])
    return found


def rate_path(content: Content, tier: Mapping[str, Any]) -> str:
    """How the difference of two versions names the rate of a tier."""
    attribute = product_type(content["type"]).group("rates").attribute("tiers")
    return f"rates.tiers[{row_key(attribute, tier)}].rate"
