"""What a difference means for routing: a flat record of numbers and truths for the DMN tables.

Where it cannot be told whether a change widens or narrows (free text, a rule
replaced), it counts as the more serious of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

from app.modules.catalogue.rules.content import Content, as_fraction, effective_rating
from app.modules.catalogue.rules.difference import Change, changed, difference
from app.modules.catalogue.types import ProductType, product_type

_CUSTOMER_RECEIVES = frozenset({"deposit", "wealth", "fx"})


def facts(old: Content, new: Content) -> dict[str, Any]:
    """Inputs of the materiality rule, computed from the two versions and never typed in (rule 7).

    * ``family``, ``type``: keys of the product type
    * ``new_product``: nothing was live before
    * ``groups``: keys of the attribute groups touched and of those they count as; ``changes``: how many changes
    * ``rate_change_bp``, ``rate_rise_bp``, ``rate_cut_bp``: the largest change of one rate in basis points
      (hundredths of a percentage point), whole numbers rounded up, never negative
    * ``rates_added``, ``rates_removed``: rows of the rate table
    * ``rate_worse_for_customer``: a rate paid falls or a rate charged rises, or a rate row disappears
    * ``fee_raised``, ``fee_added``; ``eligibility_widened``, ``eligibility_narrowed``
    * ``risk_rating``: the effective rating ("" if none), ``risk_rating_changed``, ``risk_rating_raised``
    * ``limit_raised``, ``limits_changed``, ``terms_changed``, ``availability_changed``, ``documents_changed``,
      ``promotion_changed`` (description, strengths, scenarios or promotional documents)
    """
    changes = changed(difference(old, new))
    found = product_type(new["type"])
    groups = _groups(found, changes)
    return {
        "family": found.family,
        "type": found.key,
        "new_product": not old,
        "groups": groups,
        "changes": len(changes),
        **_rates(changes, found.family),
        "fee_raised": any(_fee_raised(c) for c in changes),
        "fee_added": any(c.group == "fees" and c.kind == "added" and c.column is None for c in changes),
        **_eligibility(changes),
        **_rating(old, new),
        "limit_raised": any(c.group == "limits" and _rises(c) for c in changes),
        "limits_changed": "limits" in groups or "constraints" in groups,
        "terms_changed": "terms" in groups,
        "availability_changed": "availability" in groups,
        "documents_changed": "documents" in groups,
        "promotion_changed": any(_promotes(c) for c in changes),
    }


def _groups(found: ProductType, changes: Sequence[Change]) -> list[str]:
    """The groups touched, and those that they count as."""
    touched = [g for g in found.groups if any(c.group == g.key for c in changes)]
    return list(dict.fromkeys(key for g in touched for key in (g.key, g.counts_as) if key))


def _basis_points(change: Change) -> Decimal:
    return (as_fraction(change.new) - as_fraction(change.old)) * 10_000


def _whole(values: Iterable[Decimal]) -> int:
    return int(max(values, default=Decimal(0)).to_integral_value(ROUND_CEILING))


def _rates(changes: Sequence[Change], family: str) -> dict[str, Any]:
    moves = [_basis_points(c) for c in changes if c.value_kind == "rate" and c.kind == "changed"]
    rises, cuts = [m for m in moves if m > 0], [-m for m in moves if m < 0]
    rows = [c for c in changes if c.group == "rates" and c.column is None]
    removed = [c for c in rows if c.kind == "removed"]
    worse = cuts if family in _CUSTOMER_RECEIVES else rises
    return {
        "rate_change_bp": _whole([*rises, *cuts]),
        "rate_rise_bp": _whole(rises),
        "rate_cut_bp": _whole(cuts),
        "rates_added": sum(c.kind == "added" for c in rows),
        "rates_removed": len(removed),
        "rate_worse_for_customer": bool(worse or removed),
    }


def _amount(value: Any) -> Decimal | None:
    raw = value.get("amount", value.get("value")) if isinstance(value, Mapping) else value
    try:
        return Decimal(raw) if raw is not None else None
    except (ArithmeticError, TypeError, ValueError):
        return None


def _moved(change: Change, test: Callable[[Decimal, Decimal], bool]) -> bool:
    old, new = _amount(change.old), _amount(change.new)
    return old is not None and new is not None and test(old, new)


def _rises(change: Change) -> bool:
    """A limit that rises, or falls away."""
    return change.kind == "removed" or _moved(change, lambda old, new: new > old)


_FEE_VALUES = frozenset({"amount", "balance_rate", "transaction_rate", "accrued_rate", "annual_fee"})


def _fee_raised(change: Change) -> bool:
    if change.attribute == "annual_fee":
        return change.kind == "added" or _moved(change, lambda old, new: new > old)
    if change.group != "fees" or change.column is None:
        return False
    if change.column == "waiver":
        return change.kind in {"removed", "changed"}
    return change.column in _FEE_VALUES and (change.kind == "added" or _moved(change, lambda old, new: new > old))


_CEILINGS = frozenset({"max_age"})


def _eligibility(changes: Sequence[Change]) -> dict[str, bool]:
    touched = [c for c in changes if c.group == "eligibility"]
    return {
        "eligibility_widened": any(_widens(c) for c in touched),
        "eligibility_narrowed": any(_narrows(c) for c in touched),
    }


def _widens(change: Change) -> bool:
    if change.attribute == "rules":
        return change.kind == "removed" or change.column is not None
    if change.kind != "changed":
        return change.kind == "removed"
    upward = change.attribute in _CEILINGS
    return _moved(change, lambda old, new: new > old if upward else new < old)


def _narrows(change: Change) -> bool:
    if change.attribute == "rules":
        return change.kind == "added" or change.column is not None
    if change.kind != "changed":
        return change.kind == "added"
    upward = change.attribute in _CEILINGS
    return _moved(change, lambda old, new: new < old if upward else new > old)


def _rating(old: Content, new: Content) -> dict[str, Any]:
    was, is_now = effective_rating(old), effective_rating(new)
    return {
        "risk_rating": is_now or "",
        "risk_rating_changed": bool(old) and was != is_now,
        "risk_rating_raised": bool(was and is_now and is_now > was),
    }


def _promotes(change: Change) -> bool:
    if change.group == "basics":
        return change.attribute in {"description", "strengths", "scenarios"}
    row = change.row or {}
    return change.group == "documents" and row.get("kind") == "promotion"
