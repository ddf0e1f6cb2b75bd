"""Whether a customer may take a bundle: its own rules and the gate of each member, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.modules.bundles.rules.description import CHOICE, REQUIRED
from app.modules.catalogue.rules.sale import Reason
from app.modules.customers.rules.eligibility import Point, together


@dataclass(frozen=True)
class Gate:
    """One member: whether it may be sold to the customer, by its gate of sale and by what its terms ask for."""

    code: str
    role: str
    met: bool | None
    """None where something has to be shown first."""
    reasons: Sequence[Reason] = ()
    points: Sequence[Point] = ()
    inner: Verdict | None = None
    """Of a member that is a bundle itself."""


@dataclass(frozen=True)
class Verdict:
    """What a bundle asks for, member by member."""

    met: bool | None
    reasons: Sequence[Reason]
    """Why nobody may take it now."""
    points: Sequence[Point]
    """Its own rules."""
    members: Sequence[Gate]


def verdict(reasons: Sequence[Reason], points: Sequence[Point], members: Sequence[Gate], choose: int) -> Verdict:
    """All that is required, and of those to choose from as many as are to be chosen; what is optional may be left."""
    required = [gate.met for gate in members if gate.role == REQUIRED]
    choices = [gate.met for gate in members if gate.role == CHOICE]
    met = together([not reasons, *(point.met for point in points), *required, enough(choices, choose)])
    return Verdict(met, reasons, points, members)


def enough(choices: Sequence[bool | None], wanted: int) -> bool | None:
    """Whether so many of them may be had."""
    if choices.count(True) >= wanted:
        return True
    return None if len(choices) - choices.count(False) >= wanted else False
