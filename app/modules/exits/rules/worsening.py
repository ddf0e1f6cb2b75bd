"""Which attributes get worse for a customer who is moved from one product to another, and what is proposed for each.

Where it cannot be told (free text, a rule replaced), it counts as worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.content import Content, as_fraction
from app.modules.catalogue.rules.difference import Change, changed, difference
from app.modules.catalogue.types import product_type

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


def changes_between(pinned: Content, target: Content) -> list[Change]:
    """What differs for a holder: in the attributes of either type, each path once."""
    found = changed(difference(pinned, target))
    if pinned["type"] != target["type"]:
        known = {change.path for change in found}
        left = changed(difference(pinned, {**target, "type": pinned["type"]}))
        found += [change for change in left if change.path not in known]
    return [change for change in found if change.group not in NEUTRAL]


def is_guaranteed_rate(change: Change) -> bool:
    """A rate that was promised until the end, or a row of such rates that the target does not have."""
    if change.holder == FIXED or (change.row or {}).get("kind") == "fixed":
        return change.value_kind == "rate" or (change.group == "rates" and change.kind == "removed")
    return False


def is_worse(change: Change, family: str) -> bool:
    """Whether the customer of a product of ``family`` loses by taking the target's value."""
    if change.value_kind == "rate":
        return _rate_worse(change, family)
    if change.kind == "removed":
        return change.group not in BURDENS
    if change.kind == "added":
        return change.group in BURDENS or change.attribute == "minimum"
    old, new = _number(change.old), _number(change.new)
    if old is None or new is None:
        return True
    return new < old if change.group in _MORE_IS_BETTER else new > old


def _rate_worse(change: Change, family: str) -> bool:
    if change.old is None or change.new is None:
        return (change.new is None) == (family in RECEIVES)
    rises = as_fraction(change.new) > as_fraction(change.old)
    return rises != (family in RECEIVES)


def _number(value: Any) -> Decimal | None:
    raw = value.get("amount", value.get("value")) if isinstance(value, Mapping) else value
    try:
        return Decimal(str(raw)) if raw is not None and not isinstance(raw, bool) else None
    except ArithmeticError:
        return None


def proposal(change: Change, *, worse: bool) -> str:
    """What stands in the map until somebody chooses: a promise is kept, what is no loss is taken, else one asks."""
    if not worse:
        return TAKE
    return KEEP if is_guaranteed_rate(change) or (change.group == "rates" and change.kind == "removed") else ASK


def family_of(content: Content) -> str:
    return product_type(content["type"]).family


def worsens(rows: Sequence[tuple[str, bool]]) -> bool:
    """Of ``(choice, worse)``: whether a customer who is moved without a word would lose by it."""
    return any(worse and choice != KEEP for choice, worse in rows)
