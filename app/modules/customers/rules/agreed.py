"""Which rate a holding bears: what was agreed individually, else its tier of the version it is pinned to (rule 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.content import SIDE_RATES, Content, Row, row_key
from app.modules.catalogue.rules.tiers import Tier, tiers
from app.modules.catalogue.rules.values import duration_days
from app.modules.catalogue.types import product_type

_RATE = re.compile(r"rates\.tiers\[kind=([a-z_]+)(?:,.*)?\]\.rate\Z", re.DOTALL)


def own_tiers(content: Content) -> list[Tier]:
    """The tiers whose rate a holding bears; penalties and discounts are none."""
    rows = (content.get("rates") or {}).get("tiers", ())
    return tiers([row for row in rows if row["kind"] not in SIDE_RATES])


def meeting(found: Sequence[Tier], term: str | None, principal: Decimal) -> list[Row]:
    """Those of this term in whose balance band the principal lies; several where other conditions tell them apart."""
    return [
        tier.row
        for tier in found
        if _of_term(tier, term) and tier.bounds["balance"][0] <= principal < tier.bounds["balance"][1]
    ]


def _of_term(tier: Tier, term: str | None) -> bool:
    """Whether a tier is for this term or for a band of terms around it; a term that is not known lies in no band."""
    if term is None:
        return not tier.row.keys() & {"term", "term_from", "term_to"}
    low, high = tier.bounds["term"]
    return tier.row.get("term") in (None, term) and low <= duration_days(term) < high


def tier_of(content: Content, term: str | None, principal: Decimal) -> Row | None:
    """The tier of a holding; the first where several meet it."""
    return next(iter(meeting(own_tiers(content), term, principal)), None)


def rate_of(
    content: Content, term: str | None, principal: Decimal, negotiated: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The rate of a holding as ``{value, unit, period, day_count}``; nothing where its product bears none.

    Where the version has no tier for it, it bears what it brought along from the product that it was moved from.
    """
    agreed, tier = negotiated or {}, tier_of(content, term, principal)
    if tier is not None:
        found: Mapping[str, Any] = agreed.get(rate_path(content, tier), tier["rate"])
        return found
    known = {rate_path(content, tier.row) for tier in own_tiers(content)}
    return next((rate for path, rate in agreed.items() if is_own_rate(path) and path not in known), None)


def rate_path(content: Content, tier: Row) -> str:
    """How the difference of two versions names the rate of a tier."""
    return f"{tier_path(content, tier)}.rate"


def tier_path(content: Content, tier: Row) -> str:
    """How the difference of two versions names a tier."""
    attribute = product_type(content["type"]).group("rates").attribute("tiers")
    return f"rates.tiers[{row_key(attribute, tier)}]"


def is_own_rate(path: str) -> bool:
    """Whether the path names the rate of a tier that a holding bears."""
    found = _RATE.match(path)
    return found is not None and found[1] not in SIDE_RATES
