"""Interim readings of a pilot 试点中期数据: cumulative by day against the criteria, and beside the comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

READINGS = ("sales", "complaints", "incidents")
LIMITS: Mapping[str, str] = {"min_sales": "sales", "max_complaints": "complaints", "max_incidents": "incidents"}
"""Criterion → the count it bounds."""
PILOT, COMPARISON = "pilot", "comparison"
SIDES = (PILOT, COMPARISON)
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Observed:
    """Counts since the row before, on one side, on an accounting date."""

    day: date
    side: str
    counts: Counts


@dataclass(frozen=True)
class Interim:
    """The sums up to the end of a day; ``comparison`` is None while nothing was observed there."""

    day: date
    pilot: Counts
    comparison: Counts | None

    def kept(self, criteria: Mapping[str, int]) -> dict[str, bool]:
        """Criterion → whether the pilot keeps it so far; sales may still come."""
        return {key: keeps(key, self.pilot[reading], criteria[key]) for key, reading in LIMITS.items()}


@dataclass(frozen=True)
class Beside:
    """One measure on both sides, in one unit; ``difference`` is the pilot's less the comparison's."""

    measure: str
    pilot: Decimal | None
    comparison: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.pilot is None or self.comparison is None else self.pilot - self.comparison


def keeps(criterion: str, count: int, limit: int) -> bool:
    return count >= limit if criterion.startswith("min_") else count <= limit


def total(rows: Iterable[Observed], side: str = PILOT) -> dict[str, int]:
    mine = [row.counts for row in rows if row.side == side]
    return {name: sum(counts.get(name) or 0 for counts in mine) for name in READINGS}


def by_day(rows: Sequence[Observed]) -> list[Interim]:
    """One line for each day on which something was observed, oldest first."""
    found = []
    for day in sorted({row.day for row in rows}):
        until = [row for row in rows if row.day <= day]
        compared = any(row.side == COMPARISON for row in until)
        found.append(Interim(day, total(until), total(until, COMPARISON) if compared else None))
    return found


def beside(rows: Sequence[Observed]) -> list[Beside]:
    """Counts, and what can be compared of scopes of different size: per thousand contracts, one decimal."""
    sides = {side: total(rows, side) if any(r.side == side for r in rows) else None for side in SIDES}
    counted = [Beside(name, *(_count(sides[side], name) for side in SIDES)) for name in READINGS]
    rates = [Beside(f"{name}_per_1000", *(_rate(sides[side], name) for side in SIDES)) for name in READINGS[1:]]
    return [*counted, *rates]


def _count(counts: Counts | None, name: str) -> Decimal | None:
    return None if counts is None else Decimal(counts[name])


def _rate(counts: Counts | None, name: str) -> Decimal | None:
    if not counts or not counts["sales"]:
        return None
    return (Decimal(counts[name]) * 1000 / counts["sales"]).quantize(Decimal("0.1"), ROUND_HALF_UP)


def as_json(rows: Sequence[Observed], criteria: Mapping[str, int]) -> dict[str, Any]:
    """For programs: ``interim`` and ``compared``, exact numbers as texts."""
    lines = by_day(rows)
    return {
        "interim": [
            {"day": i.day.isoformat(), "pilot": i.pilot, "comparison": i.comparison, "kept": i.kept(criteria)}
            for i in lines
        ],
        "compared": [
            {"measure": b.measure, "pilot": _text(b.pilot), "comparison": _text(b.comparison),
             "difference": _text(b.difference)}
            for b in beside(rows)
        ],
    }  # fmt: skip


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
