"""The budget of an initiative over time: what was to be spent by a day, and what was. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from app.modules.development.rules.initiatives import GATES

NOTHING, CENT = Decimal(0), Decimal("0.01")
Told = Sequence[tuple[date, Decimal]]
"""Amounts that hold from a day on, the oldest first."""


@dataclass(frozen=True)
class Mark:
    """Where planned and spent money stand at the end of a day; ``spent`` is unknown of days to come."""

    day: date
    gates: tuple[str, ...]
    """Gates planned for the day."""
    planned: Decimal
    spent: Decimal | None


def burn_over_time(plan: Mapping[str, Any], told: Told) -> list[Mark]:
    """The days that say something: gates, changes of what was spent, and the last day that anything is known of.

    ``told``: what was spent in all, on the first and the last day at least. A budget line is spent by the gate that it
    names, evenly between that gate and the one before it.
    """
    gates = {gate: date.fromisoformat(plan["gates"][gate]) for gate in GATES}
    first, last = told[0][0], told[-1][0]
    planned = _planned(plan, gates, min(first, *gates.values()))
    days = {planned[0][0], first, last, *gates.values(), *_changes(told)}
    return [
        Mark(
            day,
            tuple(gate for gate in GATES if gates[gate] == day),
            _evenly(planned, day),
            _held(told, day) if day <= last else None,
        )
        for day in sorted(days)
    ]


def _planned(plan: Mapping[str, Any], gates: Mapping[str, date], start: date) -> Told:
    points, total = {start: NOTHING}, NOTHING
    for gate, day in gates.items():
        total += sum((Decimal(line["planned"]) for line in plan["budget"] if line["by"] == gate), NOTHING)
        points[day] = total
    return list(points.items())


def _changes(told: Told) -> list[date]:
    return [day for (_, before), (day, amount) in pairwise(told) if amount != before]


def _held(told: Told, day: date) -> Decimal:
    at = bisect_right(told, day, key=lambda each: each[0])
    return told[at - 1][1] if at else NOTHING


def _evenly(points: Told, day: date) -> Decimal:
    """Between two points the amount grows by the same each day."""
    at = bisect_right(points, day, key=lambda each: each[0])
    (since, before), (until, after) = points[at - 1], points[min(at, len(points) - 1)]
    share = Decimal((day - since).days) / ((until - since).days or 1)
    return (before + (after - before) * share).quantize(CENT)
