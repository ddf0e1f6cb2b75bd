"""Which attributes get worse for a customer who is moved from one product to another, and what is proposed for each.

Where it cannot be told (free text, a rule replaced), it counts as worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.content import SIDE_RATES, Content
from app.modules.catalogue.rules.difference import Change, changed, difference
from app.modules.catalogue.rules.tiers import CASE, tiers
from app.modules.catalogue.types import product_type
from app.modules.customers.rules.agreed import own_tiers
from app.modules.customers.rules.interest import annual

KEEP, TAKE, ASK = "keep", "take", "ask"
CHOICES = (KEEP, TAKE, ASK)
RECEIVES = frozenset({"deposit", "wealth", "fx", "precious_metal"})
"""Families in which the customer is paid the rate."""
NEUTRAL = frozenset({"basics", "documents", "target_market", "availability", "channels"})
"""Groups that describe the product and owe the holder nothing."""
BURDENS = frozenset({"fees", "constraints", "eligibility", "limits"})
"""Groups that cost or bind the customer: less of them is better."""
FIXED = "fixed"
_MORE_IS_BETTER = frozenset({"limits", "features"})
_UPPER_BOUNDS = frozenset({"term_to", "balance_to", "ratio_to"})
_SAME_CASE = tuple(key for key in CASE if key != "kind")


def changes_between(pinned: Content, target: Content) -> list[Change]:
    """What differs for a holder: in the attributes of either type, each path once."""
    found = changed(difference(pinned, target))
    if pinned["type"] != target["type"]:
        known = {change.path for change in found}
        left = changed(difference(pinned, {**target, "type": pinned["type"]}))
        found += [change for change in left if change.path not in known]
    return [change for change in found if change.group not in NEUTRAL]


def is_guaranteed_rate(change: Change, pinned: Content) -> bool:
    """A rate that was promised until the end, by the type or by the version that is held; or a row of such rates."""
    own: Mapping[str, str] = pinned.get("holders") or {}
    promised = FIXED in {change.holder, own.get(f"{change.group}.{change.attribute}")}
    if promised or (change.row or {}).get("kind") == "fixed":
        return change.value_kind == "rate" or (change.group == "rates" and change.column is None)
    return False


def is_worse(change: Change, pinned: Content) -> bool:
    """Whether who holds the version with this content loses by taking the target's value."""
    if change.value_kind == "rate":
        return is_lower(change.old, change.new, pinned)
    if change.column in _UPPER_BOUNDS:
        return _falls_out(change)
    if change.kind == "removed":
        return change.group not in BURDENS
    if change.kind == "added":
        return change.group in BURDENS or change.attribute == "minimum" or _undercuts(change, pinned)
    old, new = _number(change.old), _number(change.new)
    if old is None or new is None:
        return True
    return new < old if change.group in _MORE_IS_BETTER else new > old


def _falls_out(change: Change) -> bool:
    """Amounts or terms above a lowered bound find another row, or none."""
    old, new = _number(change.old), _number(change.new)
    return change.new is not None and (old is None or new is None or new < old)


def _undercuts(change: Change, pinned: Content) -> bool:
    """A tier that the version does not have, for amounts that bear a better rate there."""
    if (change.group, change.attribute) != ("rates", "tiers") or change.new["kind"] in SIDE_RATES:
        return False
    (added,) = tiers([change.new])
    return any(
        added.meets(tier)
        and all(added.row.get(key) == tier.row.get(key) for key in _SAME_CASE)
        and is_lower(tier.row["rate"], added.row["rate"], pinned)
        for tier in own_tiers(pinned)
    )


def is_lower(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, pinned: Content) -> bool:
    """Whether a rate is less to the customer than before: higher, where it is the customer who pays it.

    By what it comes to in a year of days: 1.51 % by 365 days is less than 1.50 % by 360.
    """
    receives = family_of(pinned) in RECEIVES
    if old is None or new is None:
        return (new is None) == receives
    try:
        before, after = _yearly(old), _yearly(new)
    except ValueError:
        return True
    return after < before if receives else after > before


def _yearly(rate: Mapping[str, Any]) -> Decimal:
    return annual(rate) * (Decimal(365) / 360 if rate["day_count"] == "ACT/360" else 1)


def _number(value: Any) -> Decimal | None:
    raw = value.get("amount", value.get("value")) if isinstance(value, Mapping) else value
    try:
        return Decimal(str(raw)) if raw is not None and not isinstance(raw, bool) else None
    except ArithmeticError:
        return None


def proposal(change: Change, *, worse: bool, guaranteed: bool) -> str:
    """What stands in the map until somebody chooses: a promise is kept, what is no loss is taken, else one asks."""
    if not worse:
        return TAKE
    return KEEP if guaranteed or (change.group == "rates" and change.kind == "removed") else ASK


def family_of(content: Content) -> str:
    return product_type(content["type"]).family


def worsens(rows: Sequence[tuple[str, bool]]) -> bool:
    """Of ``(choice, worse)``: whether a customer who is moved without a word would lose by it."""
    return any(worse and choice != KEEP for choice, worse in rows)
