"""Pure rules of initiatives: how money burns over time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.modules.development.rules.burning import burn_over_time

GATES = {"initiation": "2026-01-11", "design": "2026-01-21", "test": "2026-01-21", "launch": "2026-02-20"}
BUDGET = [
    {"name": "Research", "planned": "100", "by": "initiation"},
    {"name": "Design", "planned": "30.5", "by": "test"},
    {"name": "Launch", "planned": "69.5", "by": "launch"},
]


def told(*amounts: tuple[int, str]) -> list[tuple[date, Decimal]]:
    return [(date(2026, 1, day), Decimal(amount)) for day, amount in amounts]


def test_money_is_planned_evenly_between_gates_and_spent_from_the_day_it_is_told() -> None:
    marks = burn_over_time({"gates": GATES, "budget": BUDGET}, told((1, "0"), (6, "60"), (7, "60"), (16, "60")))
    assert [(f"{m.day:%m-%d}", m.gates, str(m.planned), m.spent) for m in marks] == [
        ("01-01", (), "0.00", 0),
        ("01-06", (), "50.00", 60),
        ("01-11", ("initiation",), "100.00", 60),
        ("01-16", (), "115.25", 60),
        ("01-21", ("design", "test"), "130.50", None),
        ("02-20", ("launch",), "200.00", None),
    ]


def test_an_initiative_founded_after_its_first_gate_has_spent_nothing_before() -> None:
    marks = burn_over_time({"gates": GATES, "budget": BUDGET}, told((31, "7")))
    assert [(m.planned, m.spent) for m in marks[:2]] == [(100, 0), (Decimal("130.5"), 0)]
    assert [m.spent for m in marks if m.day >= date(2026, 1, 31)] == [7, None]
