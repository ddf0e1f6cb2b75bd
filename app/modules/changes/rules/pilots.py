"""What can be wrong with a pilot plan 试点方案 before anything is sold (rule 8). Pointers lead into the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.scopes import Cell, Paths, ancestors, cells, is_named_in, overlap
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS

Plan = Mapping[str, Any]
Scope = Mapping[str, Sequence[str]]
AXES = ("units", "channels", "groups")
SCOPES, COMPARISON = "scopes", "comparison"
EMPTY = N_("A pilot needs a scope: units, channels or customer groups.")


@dataclass(frozen=True)
class Ground:
    """What a plan is held against."""

    paths: Paths
    """Unit code → its path in the tree."""
    sold: Mapping[str, Sequence[Cell]]
    """Product → where it is, or is to be, sold."""
    contents: Sequence[Mapping[str, Any]] = ()
    """Of the proposed versions."""


def wrong_in(plan: Plan, ground: Ground) -> list[Fault]:
    """Everything that is wrong with scopes and criteria; what hides behind a fault is said once that is mended."""
    faults = [*_empty(plan), *_unknown(plan, ground.paths)]
    faults = faults or [*_twice(plan, ground.paths), *_outside(plan, ground)]
    return [*faults, *_criteria(plan["criteria"], ground.contents)]


def named(plan: Plan) -> Iterator[tuple[str, Scope]]:
    """Each scope with its pointer, those of the comparison after the pilot's own."""
    for part in (SCOPES, COMPARISON):
        for place, scope in enumerate(plan.get(part) or ()):
            yield f"/{part}/{place}", scope


def _empty(plan: Plan) -> Iterator[Fault]:
    for pointer, scope in named(plan):
        if not any(scope.get(axis) for axis in AXES):
            yield Fault(f"{pointer}/units", EMPTY, code="no_scope")
    if not plan.get(SCOPES):
        yield Fault(f"/{SCOPES}", EMPTY, code="no_scope")


def _unknown(plan: Plan, paths: Paths) -> Iterator[Fault]:
    for pointer, scope in named(plan):
        for unit in scope.get("units") or ():
            if unit not in paths:
                yield Fault(f"{pointer}/units", N_("There is no unit %(unit)s."), {"unit": unit}, code="no_unit")


def _twice(plan: Plan, paths: Paths) -> Iterator[Fault]:
    for pointer, scope in named(plan):
        for one, other in combinations(scope.get("units") or (), 2):
            inner = _inner(one, other, paths)
            if inner is not None:
                values = {"unit": inner, "other": other if inner == one else one}
                yield Fault(f"{pointer}/units", N_("%(unit)s lies in %(other)s already."), values, code="overlap")
    for (pointer, earlier), (later, scope) in combinations(named(plan), 2):
        if overlap(cells([earlier]), cells([scope]), paths):
            if pointer.startswith(f"/{SCOPES}") and later.startswith(f"/{COMPARISON}"):
                yield Fault(f"{later}/units", N_("The comparison must lie outside the pilot."), code="not_disjoint")
            else:
                yield Fault(f"{later}/units", N_("This scope overlaps with one before it."), code="overlap")


def _inner(one: str, other: str, paths: Paths) -> str | None:
    """Of two units the one that lies in the other."""
    if other in ancestors(paths[one]):
        return one
    return other if one in ancestors(paths[other]) else None


def _outside(plan: Plan, ground: Ground) -> Iterator[Fault]:
    """Each value of an axis by itself, then their combination; of several products the first is named."""
    for pointer, scope in named(plan):
        alone = list(_outside_by_itself(pointer, scope, ground))
        yield from alone
        if not alone:
            yield from _outside_together(pointer, scope, ground)


def _outside_by_itself(pointer: str, scope: Scope, ground: Ground) -> Iterator[Fault]:
    for axis in AXES:
        for value in scope.get(axis) or ():
            product = _not_sold(cells([{axis: [value]}]), ground)
            if product is not None:
                message = N_("%(product)s is not sold there: %(where)s.")
                values = {"product": product, "where": _word(value)}
                yield Fault(f"{pointer}/{axis}", message, values, code="outside_availability")


def _outside_together(pointer: str, scope: Scope, ground: Ground) -> Iterator[Fault]:
    for cell in cells([scope]):
        product = _not_sold([cell], ground)
        if product is not None:
            message = N_("%(product)s is not sold there: %(unit)s %(channel)s %(group)s.")
            words = {"unit": _word(cell.unit), "channel": _word(cell.channel), "group": _word(cell.group)}
            yield Fault(f"{pointer}/units", message, {"product": product, **words}, code="outside_availability")
            return


def _not_sold(wanted: Sequence[Cell], ground: Ground) -> str | None:
    """The first product that is not sold in one of the cells."""
    for product, sold in ground.sold.items():
        if not all(is_named_in(cell, sold, ground.paths) for cell in wanted):
            return product
    return None


def _word(value: str | None) -> Any:
    return CHANNELS.get(value or "") or CUSTOMER_GROUPS.get(value or "") or value or ""


def _criteria(criteria: Mapping[str, int], contents: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    least, most = criteria["min_sales"], most_sales(contents)
    if most is not None and least > most:
        message = N_("The quota allows %(most)s contracts at most; this can never be met.")
        yield Fault("/criteria/min_sales", message, {"most": most}, code="criteria")


def most_sales(contents: Sequence[Mapping[str, Any]]) -> int | None:
    """Contracts that the quotas leave room for, at the smallest amount each; None where nothing says so."""
    found = [_most(content) for content in contents]
    return sum(n for n in found if n is not None) if found and None not in found else None


def _most(content: Mapping[str, Any]) -> int | None:
    quota, least = (content.get("limits") or {}).get("quota"), (content.get("terms") or {}).get("minimum")
    if not quota or not least or quota.get("currency") != least.get("currency") or not Decimal(least["amount"]):
        return None
    return int(Decimal(quota["amount"]) // Decimal(least["amount"]))


def too_long(plan: Plan, today: date, effective: date | None) -> Iterator[Fault]:
    """A pilot that is not over by the effective day wished for."""
    if effective is None or today >= effective:
        return
    if today + timedelta(days=plan["length_days"]) > effective:
        message = N_("The pilot would not be over by the effective day wished for, %(day)s.")
        yield Fault("/length_days", message, {"day": effective.isoformat()}, code="after_effective_day")
