"""What is shared follows, what is own stays; a plan keeps within its corridors; a tier asks for what its terms say."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from app.modules.customers.rules.eligibility import Person, eligible
from app.modules.families.rules.eligibility import points
from app.modules.families.rules.figures import corridor_faults, figures, plan_faults
from app.modules.families.rules.sharing import departures, followed, side_by_side, unknown_terms
from tests.processes.bank import TIME_DEPOSIT, dearer

RATE = "rates.tiers[kind=fixed,term=P1Y].rate"


def variant(percent: str = "1.55", **basics: Any) -> dict[str, Any]:
    found = deepcopy(dearer(TIME_DEPOSIT, percent))
    found["basics"] = {"name": {"en": "Gold"}, **basics}
    return found


def test_the_name_is_always_own_and_everything_else_is_shared_unless_said() -> None:
    assert departures(TIME_DEPOSIT, variant(), []) == []
    assert [path for path, _ in departures(TIME_DEPOSIT, variant("1.80"), [])] == ["rates.tiers"]
    assert departures(TIME_DEPOSIT, variant("1.80"), ["rates.tiers"]) == []


def test_whoever_follows_takes_what_is_shared_and_keeps_what_is_its_own() -> None:
    base = {**dearer(TIME_DEPOSIT, "1.20"), "holders": {"rates.tiers": "fixed", "terms.minimum": "fixed"}}
    base["limits"] = {"quota": {"amount": "9", "currency": "CNY"}}
    mine = variant(brand="Gold")
    mine["terms"]["minimum"]["amount"] = "5000"
    found = followed(base, mine, ["terms.minimum"])
    assert found["rates"] == base["rates"]
    assert found["limits"] == base["limits"]
    assert found["terms"]["minimum"]["amount"] == "5000"
    assert found["basics"] == {"name": {"en": "Gold"}}, "a shared term that the base does not have goes"
    assert found["holders"] == {"rates.tiers": "fixed"}
    assert departures(base, found, ["terms.minimum"]) == []


def test_the_terms_stand_side_by_side_with_what_departs_marked() -> None:
    lines = side_by_side(TIME_DEPOSIT, [(variant(), []), (variant("1.80"), []), (variant("1.80"), ["rates.tiers"])])
    rates = next(line for line in lines if line.attribute.key == "tiers")
    assert [(cell.own, cell.differs, cell.due) for cell in rates.cells] == [
        (False, False, False),
        (False, True, True),
        (True, True, False),
    ]
    assert [line.attribute.key for line in lines if line.shared] == ["currency", "minimum", "documents"]


def test_figures_are_called_as_the_difference_calls_them_and_rates_are_per_cent() -> None:
    found = figures(TIME_DEPOSIT)
    assert {path: (figure.value, figure.unit) for path, figure in found.items()} == {
        "terms.minimum": (Decimal(50), "CNY"),
        RATE: (Decimal("1.55"), "%"),
    }


def told(faults: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults]


def test_a_corridor_is_around_a_figure_that_is_there_and_the_right_way_up() -> None:
    wrong = [{"path": "terms.none", "low": "1", "high": "2"}, {"path": RATE, "low": "2", "high": "1"}]
    assert told(corridor_faults(figures(TIME_DEPOSIT), [*wrong, wrong[1]])) == [
        ("/corridors/0/path", "no_such_term"),
        ("/corridors/1/low", "upside_down"),
        ("/corridors/2/low", "upside_down"),
        ("/corridors/2/path", "duplicate"),
    ]
    assert told(unknown_terms("time_deposit", ["terms.minimum", "terms.x"], "/own")) == [("/own/1", "no_such_term")]


@pytest.mark.parametrize("value", ["1.5", "1.75", "2"])
def test_both_ends_of_a_corridor_belong_to_it(value: str) -> None:
    corridors = [{"path": RATE, "low": "1.5", "high": "2"}]
    assert told(plan_faults(corridors, (), services=[], deviations=[{"path": RATE, "value": value}])) == []


def test_a_plan_beyond_its_corridor_or_its_services_is_refused_where_it_is_wrong() -> None:
    corridors = [{"path": RATE, "low": "1.5", "high": "2"}]
    deviations = [{"path": RATE, "value": "2.000001"}, {"path": "terms.minimum", "value": "1"}]
    found = plan_faults(corridors, {"lounge"}, services=["lounge", "yacht"], deviations=deviations)
    assert told(found) == [
        ("/services/1", "no_such_service"),
        ("/deviations/0/value", "outside_corridor"),
        ("/deviations/1/path", "no_corridor"),
    ]


ASKED = {"eligibility": {"min_age": 18, "min_assets": {"amount": "6000000", "currency": "CNY"}}}


@pytest.mark.parametrize(
    ("groups", "age", "assets", "met"),
    [
        (["private"], 40, "6000000", [True, True, True]),
        (["private"], 40, "5999999.99", [True, True, False]),
        (["affluent"], 17, "6000000", [False, False, True]),
        (["private"], None, "6000000", [True, None, True]),
    ],
)
def test_a_tier_asks_for_what_its_terms_say(groups: list[str], age: int | None, assets: str, met: list[Any]) -> None:
    found = points("private", ASKED, Person(groups, age, {"CNY": Decimal(assets)}))
    assert [point.met for point in found] == met
    assert eligible(found) is (False not in met)
