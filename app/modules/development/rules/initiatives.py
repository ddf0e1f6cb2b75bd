"""Gates in their order, and how plan and budget of an initiative stand on a day: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_

GATES: Mapping[str, str] = {
    "initiation": N_("Initiation"),
    "design": N_("Design"),
    "test": N_("Test"),
    "launch": N_("Launch"),
}
"""In their order (requirement 48): a gate is judged once the one before it was passed."""
EVIDENCED = frozenset({"design", "test", "launch"})
"""Gates passed on at least one file of evidence; initiation is argued in the concept. Bank policy, to be confirmed."""
STATES: Mapping[str, tuple[str, str]] = {
    "active": (N_("Under way"), "moving"),
    "paused": (N_("Paused"), "careful"),
    "completed": (N_("Completed"), "good"),
    "stopped": (N_("Stopped"), "ended"),
}
VERBS: Mapping[str, str] = {
    "pause": N_("Pause"),
    "resume": N_("Resume"),
    "complete": N_("Complete"),
    "stop": N_("Stop for good"),
}
OUT_OF_ORDER = N_("Lies before the gate that comes before it.")
NOBODY = N_("Nobody here has the user name %(owner)s.")


def gates_left(passed: Collection[str]) -> list[str]:
    """Those still to be passed, in their order."""
    return [gate for gate in GATES if gate not in passed]


def next_gate(passed: Collection[str]) -> str | None:
    """The gate that is to be judged now; nothing once all are passed."""
    return next(iter(gates_left(passed)), None)


def plan_faults(plan: Mapping[str, Any], people: Collection[str]) -> Iterator[Fault]:
    """Gates planned against their order, and tasks of nobody; ``people``: who may have one."""
    for (_, earlier), (gate, day) in pairwise((gate, plan["gates"][gate]) for gate in GATES):
        if day < earlier:
            yield Fault(f"/gates/{gate}", OUT_OF_ORDER, code="out_of_order")
    for place, task in enumerate(plan["tasks"]):
        if task["owner"] not in people:
            yield Fault(f"/tasks/{place}/owner", NOBODY, {"owner": task["owner"]}, "nobody")


@dataclass(frozen=True)
class Burn:
    """What is planned, bound and spent in the one currency of an initiative."""

    planned: Decimal
    committed: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        """Below zero where more is spent or bound than was planned. What is spent is not bound any more."""
        return self.planned - self.committed - self.spent


def burn_of(plan: Mapping[str, Any]) -> Burn:
    planned, committed, spent = (
        sum((Decimal(line[name]) for line in plan["budget"]), Decimal(0)) for name in ("planned", "committed", "spent")
    )
    return Burn(planned, committed, spent)


def late_tasks(plan: Mapping[str, Any], today: date) -> list[Mapping[str, Any]]:
    """Tasks that were due before ``today`` and are not done."""
    return [task for task in plan["tasks"] if not task["done"] and task["due"] < today.isoformat()]
