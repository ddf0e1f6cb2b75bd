"""Rate tiers: bands may neither overlap nor leave gaps (rule 3).

A band includes its lower bound and excludes its upper one, in every dimension:
balance, loan-to-value ratio, range of terms. A term that no row names is simply
not offered; between two balance bands of one case there may be no hole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import duration_days

Row = Mapping[str, Any]
Bounds = tuple[Decimal, Decimal]
_ENDLESS = Decimal("1e30")
CASE = ("kind", "term", "repayment", "purpose", "due", "paid", "case", "condition")
DIMENSIONS: Mapping[str, Callable[[str], Decimal]] = {
    "term": duration_days,
    "balance": Decimal,
    "ratio": Decimal,
}
"""Columns ``<dimension>_from`` and ``<dimension>_to``."""
_WITHOUT_GAPS = ("balance", "ratio")


@dataclass(frozen=True)
class Tier:
    """A row with its place and its bounds in each dimension."""

    place: int
    row: Row
    bounds: Mapping[str, Bounds]

    def meets(self, other: Tier) -> bool:
        return all(
            mine[0] < theirs[1] and theirs[0] < mine[1]
            for mine, theirs in ((self.bounds[d], other.bounds[d]) for d in DIMENSIONS)
        )


def tiers(rows: Sequence[Row]) -> list[Tier]:
    return [Tier(n, row, {d: _bounds(row, d, read) for d, read in DIMENSIONS.items()}) for n, row in enumerate(rows)]


def _bounds(row: Row, dimension: str, read: Callable[[str], Decimal]) -> Bounds:
    low, high = row.get(f"{dimension}_from"), row.get(f"{dimension}_to")
    return (read(low) if low is not None else -_ENDLESS, read(high) if high is not None else _ENDLESS)


def check(rows: Sequence[Row], pointer: str = "/rates/tiers") -> list[Fault]:
    """Every empty band, overlap and gap, each with a pointer to the tier."""
    found = tiers(rows)
    faults = list(_empty(found, pointer))
    if faults:
        return faults
    for case in _cases(found).values():
        faults += _overlaps(case, pointer)
        faults += _gaps(case, pointer)
    return faults


def _cases(found: Sequence[Tier]) -> dict[tuple[Any, ...], list[Tier]]:
    cases: dict[tuple[Any, ...], list[Tier]] = defaultdict(list)
    for tier in found:
        cases[tuple(tier.row.get(key) for key in CASE)].append(tier)
    return cases


def _empty(found: Sequence[Tier], pointer: str) -> Iterator[Fault]:
    for tier in found:
        for dimension, (low, high) in tier.bounds.items():
            if low >= high:
                message = N_("The upper bound must lie above the lower one.")
                yield Fault(f"{pointer}/{tier.place}/{dimension}_to", message, code="tier_empty")


def _overlaps(case: Sequence[Tier], pointer: str) -> Iterator[Fault]:
    ordered = sorted(case, key=lambda t: t.bounds["balance"])
    for n, tier in enumerate(ordered):
        for other in ordered[n + 1 :]:
            if other.bounds["balance"][0] >= tier.bounds["balance"][1]:
                break
            if tier.meets(other):
                first, second = sorted((tier, other), key=lambda t: t.place)
                yield _overlap(first, second, pointer)
                break


def _overlap(first: Tier, second: Tier, pointer: str) -> Fault:
    low = next((f"{d}_from" for d in ("balance", "ratio", "term") if f"{d}_from" in second.row), "rate")
    message = N_("Overlaps tier %(other)s: a band includes its lower bound and excludes its upper one.")
    return Fault(f"{pointer}/{second.place}/{low}", message, {"other": first.place + 1}, code="tier_overlap")


def _gaps(case: Sequence[Tier], pointer: str) -> Iterator[Fault]:
    for dimension in _WITHOUT_GAPS:
        for line in along(case, dimension):
            for lower, upper in pairwise(line):
                end, start = lower.bounds[dimension][1], upper.bounds[dimension][0]
                if end < start:
                    message = N_("There is a gap between %(end)s and %(start)s.")
                    values = {"end": str(end), "start": str(start)}
                    yield Fault(f"{pointer}/{upper.place}/{dimension}_from", message, values, code="tier_gap")


def along(case: Sequence[Tier], dimension: str) -> list[list[Tier]]:
    """The tiers of a case that differ in one dimension only, in order of it."""
    lines: dict[tuple[Any, ...], list[Tier]] = defaultdict(list)
    for tier in case:
        lines[tuple(tier.bounds[d] for d in DIMENSIONS if d != dimension)].append(tier)
    return [sorted(line, key=lambda t: t.bounds[dimension]) for line in lines.values()]


def lines_of(rows: Sequence[Row], dimension: str) -> list[list[Tier]]:
    """All lines along a dimension, case by case."""
    return [line for case in _cases(tiers(rows)).values() for line in along(case, dimension)]
