"""The burn of an initiative as a drawing: shares of its width, and pixels from its top. Its letters keep their size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from app.modules.development.rules.burning import Mark

HEIGHT = 180
"""Of the plot, in pixels; names of gates stand below it."""


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Chart:
    planned: Sequence[Line]
    spent: Sequence[Line]
    """Steps: what is told on a day holds until more is told."""
    gates: Sequence[tuple[float, Sequence[str]]]
    scale: Sequence[tuple[float, Decimal]]
    end: tuple[float, float]
    """Where the money spent stands now."""


def chart_of(marks: Sequence[Mark]) -> Chart:
    first, days = marks[0].day, (marks[-1].day - marks[0].day).days or 1
    top = max(max(m.planned, m.spent or Decimal(0)) for m in marks) or Decimal(1)

    def x(mark: Mark) -> float:
        return round((mark.day - first).days / days * 100, 2)

    def y(amount: Decimal) -> float:
        return round(HEIGHT * float(1 - amount / top), 1)

    planned = [Line(x(a), y(a.planned), x(b), y(b.planned)) for a, b in pairwise(marks)]
    known = [(x(m), y(m.spent)) for m in marks if m.spent is not None]
    steps = [line for (x1, y1), (x2, y2) in pairwise(known) for line in (Line(x1, y1, x2, y1), Line(x2, y1, x2, y2))]
    gates = [(x(m), m.gates) for m in marks if m.gates]
    return Chart(planned, steps, gates, [(y(top * share), top * share) for share in (1, Decimal("0.5"), 0)], known[-1])
