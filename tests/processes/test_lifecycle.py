"""The life of a product from concept to exit: thin, joined by the product, known at any time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.demo import DEMO_PASSWORD
from app.kernel import audit, clock
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session
from app.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from app.modules.catalogue.models import Product
from app.modules.lifecycle import services as lifecycle
from app.modules.lifecycle.queries import Life, life_of, measures_seen
from app.modules.lifecycle.rules.aims import Aim, Figure, Ground, measured, read_aims
from app.workflow.invariants import violations
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import known_of
from tests.processes.bank import TIME_DEPOSIT, person
from tests.processes.conftest import bank
from tests.processes.leaving import hold
from tests.processes.living import Living
from tests.processes.play import BEGIN
from tests.processes.test_new_products import PLAN, decided
from tests.shell.conftest import sign_in

__all__ = ["bank"]
STAGES = ["product_planning", "product_development", "marketing_preparation"]


def all_holds(play: Living) -> None:
    end_read()
    assert list(violations(session(), play.now)) == []
    assert list(audit.verify(session())) == []
    end_read()


def handed_in(play: Living, product: str) -> Living:
    play.create({product: TIME_DEPOSIT})
    play.follow(product)
    play.planned()
    play.draft({product: TIME_DEPOSIT}, pilot_plan=PLAN).submit()
    return play


def built(play: Living) -> Living:
    decided(play.do("initiate_product").assess()).do("develop").do("test_product")
    return play.hear()


def whole_way(play: Living) -> None:
    """Planned, built, piloted, launched while the market is still prepared, evaluated twice, and kept after all."""
    built(handed_in(play, "L1").then("hand_in"))
    play.then("prepare_materials")
    play.wait(days=31)
    play.do("review_pilot").do("plan_rollout")
    play.wait(days=31)
    play.then("prepare_people")
    play.evaluated().evaluated(conclusion="optimise", summary="Pay for longer terms.")
    play.evaluated(conclusion="exit", summary="Nobody buys it any more.").exit_withdrawn("lin.yue")


def sent_for_revision(play: Living) -> None:
    """Handed in before anybody said so, and built meanwhile; the pilot fails after the market was prepared."""
    play.create({"L2": TIME_DEPOSIT})
    play.follow("L2")
    play.then("research_market").then("set_objectives").then("judge_plan", decision="revise", reason="Aim higher.")
    play.then("set_objectives").then("judge_plan")
    play.draft({"L2": TIME_DEPOSIT}, pilot_plan=PLAN).submit()
    built(play).then("hand_in").prepared_market()
    play.stop_pilot()
    play.hear()


def waits_for_the_launch(play: Living) -> None:
    built(handed_in(play, "L3").then("hand_in")).prepared_market()
    play.wait(days=31)
    play.do("review_pilot").do("plan_rollout")
    play.wait(days=31)
    play.hear()
    play.wait(days=366)
    play.hear().then("evaluate").then("note_evaluation", note="return", remark="Say why.")
    play.then("evaluate").then("note_evaluation")


def dropped(play: Living) -> None:
    play.create({"L4": TIME_DEPOSIT})
    play.follow("L4")
    play.then("research_market").then("set_objectives").then("judge_plan", decision="drop", reason="No market.")


def declined(play: Living) -> None:
    handed_in(play, "L5").then("hand_in")
    play.do("initiate_product", decision="decline", reason="Not worth it.")
    play.hear()


def given_up(play: Living) -> None:
    play.create({"L6": TIME_DEPOSIT})
    play.follow("L6")
    play.planned().then("hand_in", handed="given_up", reason="Too dear.")


def exit_proposed(play: Living) -> None:
    """On sale before it was followed; its exit is proposed in between, and taken back."""
    play.sell({"L7": TIME_DEPOSIT})
    play.follow("L7", "zhao.heng").leave("lin.yue").exit_withdrawn("lin.yue")


PATHS: Mapping[Callable[[Living], None], tuple[str, list[str]]] = {
    whole_way: ("active", [*STAGES, *["performance_evaluation"] * 3, "product_exit"]),
    sent_for_revision: ("completed", STAGES),
    waits_for_the_launch: ("active", [*STAGES, "performance_evaluation"]),
    dropped: ("completed", STAGES[:1]),
    declined: ("completed", STAGES[:2]),
    given_up: ("completed", STAGES[:2]),
    exit_proposed: ("active", ["product_exit"]),
}
"""Path → the state of the life, and the stages it went through."""


TOLD: Mapping[Callable[[Living], None], set[str]] = {
    whole_way: {"life.handed_in", "life.materials_prepared", "life.people_prepared"},
    given_up: {"life.given_up"},
}
"""Path → what its life tells besides."""


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.__name__)
def test_every_way_of_a_life(bank: Flask, path: Callable[[Living], None]) -> None:
    play = Living()
    path(play)
    assert (play.life().state, play.stages()) == PATHS[path]
    assert TOLD.get(path, set()) <= {event.action for event in life_at(play, play.now).events}
    all_holds(play)


def test_what_is_sold_already_goes_on_with_operation(bank: Flask) -> None:
    play = Living()
    play.sell({"S1": TIME_DEPOSIT})
    play.follow("S1", "zhao.heng")
    assert play.stages() == []
    play.evaluated()
    assert play.stages() == ["performance_evaluation"]


def test_a_life_of_ten_years_stays_as_small_as_it_began(bank: Flask) -> None:
    play = Living()
    play.sell({"S1": TIME_DEPOSIT})
    play.follow("S1", "zhao.heng").evaluated()
    first = len(play.life().engine_state or b"")
    for _ in range(3):
        play.evaluated()
    assert len(play.life().engine_state or b"") <= first * 1.1


def test_nobody_judges_the_own_plan(bank: Flask) -> None:
    play = Living()
    play.create({"S1": TIME_DEPOSIT})
    play.follow("S1").then("research_market").then("set_objectives", who="zhao.heng")
    with pytest.raises(Forbidden):
        play.then("judge_plan")


def test_research_rests_on_somebody_who_was_asked(bank: Flask) -> None:
    play = Living()
    play.create({"S1": TIME_DEPOSIT})
    play.follow("S1")
    with pytest.raises(Invalid) as refused:
        play.finish("research_market")
    assert [fault.pointer for fault in refused.value.faults] == ["/data/needs"]
    play.interview("lin.yue").finish("research_market")
    assert play.in_stage("set_objectives")
    assert "research.interviewed" in {event.action for event in life_at(play, play.now).events}
    assert life_at(play, BEGIN - timedelta(days=1)).research.interviews == 0


def test_objectives_say_what_is_measured_by_when() -> None:
    """Each line that cannot be aimed at is refused with its number and the reason (requirement 3)."""
    wrong = {
        "fame 3 2027-12-31": "no measure",
        "balance much 2027-12-31": "is not a measure, a number and a day",
        "balance 3 2027-02-30": "no such day",
        "default_rate 2 2027-12-31": "no measure",
        "balance 999999999999999999999 2027-12-31": "between 0 and 100000000000000",
        "holdings -1 2027-12-31": "between",
        "balance 3 2026-11-23": "has come already",
        "余额 6000 2027-12-31": "has an objective for this day",
    }
    right = "余额：5,000.50，2027-12-31\nGrowth of the balance 12.5% 2028-06-30"
    ground = Ground("deposit", date(2026, 11, 23), Decimal(200))
    aims, faults = read_aims("\n".join((right, *wrong)), ground)
    assert aims == [
        Aim("balance", Decimal("5000.50"), date(2027, 12, 31)),
        Aim("balance_growth", Decimal("12.5"), date(2028, 6, 30), Decimal(200)),
    ]
    assert [f.values["line"] for f in faults] == list(range(3, 3 + len(wrong)))
    for fault, reason in zip(faults, wrong.values(), strict=True):
        assert reason in fault.message % fault.values
    _, (fault,) = read_aims("balance_growth 12 2027-12-31", Ground("deposit", date(2026, 11, 23), Decimal(0)))
    assert "to grow from" in fault.message
    assert len(read_aims("balance 1 2027-01-01\n" * 21, ground)[1]) == 20


def test_objectives_are_judged_before_a_product_is_sold(bank: Flask) -> None:
    """What the head judged in the planning is not set anew by somebody else on the way to the market."""
    play = handed_in(Living(), "S1")
    with pytest.raises(Conflict, match="not in operation"):
        aimed(play, "holdings 1 2027-12-31")


def test_an_objective_is_missed_once_its_day_has_come_whatever_its_reading_is_for() -> None:
    """What was read before the day is all that is known of it on the day; what nobody read is not missed."""
    aims = [Aim(metric, Decimal(4), date(2026, 12, 31)) for metric in ("annual_return", "default_rate", "complaints")]
    read = {
        "annual_return": Figure(Decimal(2), date(2026, 10, 31)),
        "default_rate": Figure(Decimal(2), date(2026, 10, 31)),
    }
    before, after = (measured(aims, read, day) for day in (date(2026, 12, 30), date(2027, 1, 1)))
    assert [(one["reached"], one["due"]) for one in before] == [(False, False), (True, False), (None, False)]
    assert [(one["reached"], one["due"]) for one in after] == [(False, True), (True, True), (None, True)]


def test_a_product_is_followed_once_and_by_its_own_department(bank: Flask) -> None:
    play = Living()
    play.create({"S1": TIME_DEPOSIT})
    with pytest.raises(Forbidden):
        play.follow("S1", "guo.min")
    play.follow("S1")
    with pytest.raises(DomainError, match="followed already"):
        play.follow("S1")


def life_at(play: Living, known_at: datetime) -> Life:
    return play._read(
        lambda s: life_of(
            s, s.get_one(Product, play.product), known_at=known_at, now=play.now, actor=person(s, "zhao.heng")
        )
    )


def test_a_life_is_told_as_it_was_known(bank: Flask) -> None:
    play = Living()
    play.sell({"S1": TIME_DEPOSIT})
    play.follow("S1", "zhao.heng").evaluated(conclusion="optimise", summary="Pay for longer terms.")
    now, before = life_at(play, play.now), life_at(play, BEGIN + timedelta(days=1))
    assert [one.row.summary for one in now.evaluations] == ["Pay for longer terms."]
    assert before.evaluations == []
    assert {e.action for e in now.events} - {e.action for e in before.events} >= {"life.evaluated", "change.drafted"}
    assert [s.standing for s in now.stages] == ["done", "done", "done", "current", "ahead"]
    assert now.next_evaluation is not None
    nothing = life_at(play, BEGIN - timedelta(days=60))
    assert (nothing.status, nothing.events, {s.standing for s in nothing.stages}) == (None, [], {"ahead"})


def test_the_page_and_the_program_tell_the_same_life(bank: Flask) -> None:
    play = Living(clock.now() - timedelta(hours=1))
    play.create({"S1": TIME_DEPOSIT})
    play.follow("S1").then("research_market").then("set_objectives")
    client = bank.test_client()
    sign_in(client, "lin.yue")
    play.draft({"S1": TIME_DEPOSIT}, pilot_plan=PLAN)
    shown = client.get("/products/S1/life").get_data(as_text=True)
    assert "For young savers, by phone." in shown
    (request,) = set(re.findall(r"/requests/[^\"]*[0-9]", shown))
    assert client.get(request).status_code == 200
    assert client.get("/products/S1/life?known_at=never").status_code == 422
    credentials = {"username": "lin.yue", "password": DEMO_PASSWORD}
    token = bank.test_client().post("/api/v1/auth/token", json=credentials).json["token"]
    told = bank.test_client().get("/api/v1/products/S1/life", headers={"Authorization": f"Bearer {token}"}).json
    assert [stage["standing"] for stage in told["stages"]] == ["current", *["ahead"] * 4]
    assert [aim["target"] for aim in told["objectives"]] == ["3000", "2"]


def entered(play: Living, who: str = "lin.yue", **given: Any) -> int:
    """A reading of the product, as ``who`` enters it."""
    told = {"day": accounting_date(play.now), "source": "Monthly report", **given}
    return play.step(
        lambda uow: lifecycle.enter(uow, product_code=play.product, given=told, actor=person(uow, who), now=play.now).id
    )


def aimed(play: Living, objectives: str, who: str = "lin.yue") -> int:
    """Objectives of the product, as ``who`` sets them."""
    given = {"strategy": "Hold what we have.", "target_groups": ["mass"], "objectives": objectives}
    return play.step(
        lambda uow: (
            lifecycle.set_objectives(
                uow, product_code=play.product, given=given, actor=person(uow, who), now=play.now
            ).id
        )
    )


def test_a_product_is_measured_by_its_records_and_by_readings(bank: Flask) -> None:
    """Objectives of a product on sale; what was read for a day is corrected, never overwritten (requirements 3, 12)."""
    play = Living()
    play.sell({"S1": TIME_DEPOSIT})
    play.product = "S1"
    with pytest.raises(Conflict, match="Follow"):
        aimed(play, "holdings 3 2027-12-31")
    play.follow("S1", "zhao.heng")
    with pytest.raises(Invalid, match="not right") as refused:
        aimed(play, "holdings 3 2027-12-31\nbalance_growth 10 2027-12-31")
    assert [(f.pointer, f.values["line"]) for f in refused.value.faults] == [("/objectives", 2)]
    play.step(lambda uow: hold(uow, "S1", 2, accounting_date(play.now)))
    with pytest.raises(Forbidden):
        aimed(play, "holdings 3 2027-12-31", "guo.min")
    aimed(play, "holdings 3 2027-12-31\nbalance_growth 50 2027-12-31\ncomplaints 4 2027-12-31\nmargin 1 2027-12-31")
    play.step(lambda uow: hold(uow, "S1", 2, accounting_date(play.now)))

    first = entered(play, measure="complaints", value="5")
    wrong_again = play.now
    play.wait(seconds=1)
    assert entered(play, measure="complaints", value="4") > first
    entered(play, "lu.ming", measure="complaints", value="9", day=accounting_date(play.now) - timedelta(days=30))
    for who, given, refusal in (
        ("guo.min", {}, Forbidden),
        ("lin.yue", {"day": accounting_date(play.now) + timedelta(days=1)}, Invalid),
        ("lin.yue", {"day": date(1, 1, 1)}, Invalid),
        ("lin.yue", {"measure": "default_rate"}, Invalid),
        ("lin.yue", {"measure": "holdings"}, Invalid),
        ("lin.yue", {"value": "-1"}, Invalid),
    ):
        with pytest.raises(refusal):
            entered(play, who, **{"measure": "complaints", "value": "1", **given})

    def results(known_at: datetime) -> list[tuple[str | None, bool | None]]:
        return [(one["value"], one["reached"]) for one in life_at(play, known_at).aims]

    assert results(play.now) == [("4", True), ("100", True), ("4", True), (None, None)]
    assert results(wrong_again) == [(None, None), (None, None), ("5", False), (None, None)]
    assert results(BEGIN - timedelta(days=1)) == []

    play.wait(days=366)
    play.hear()
    assert play.cases()[-1].card["products"] == ["S1"]
    entered(play, measure="margin", value="0.9")
    play.then("evaluate", summary="Customers stay.").then("note_evaluation")
    (evaluated,) = life_at(play, play.now).evaluations
    assert [one["reached"] for one in evaluated.results] == [True, True, True, False]
    assert (evaluated.concluded, evaluated.noted) == (True, True)
    seller = play._read(lambda s: person(s, "tan.xue"))
    assert "margin" not in measures_seen(seller)
    play.leave("lin.yue")
    assert play._read(lambda s: figures_known(s, play.now)) == {"margin": "0.9"}


def figures_known(session: Session, now: datetime) -> Mapping[str, Any]:
    """What stands in the figures of the exit before anybody types."""
    task = session.scalars(select(Task).where(Task.element_id == "give_figures", Task.state == "open")).one()
    return known_of(session, task, session.get_one(ProcessInstance, task.instance_id), now).values
