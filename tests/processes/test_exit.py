"""Exits: evaluated, decided, taken off sale, holdings worked to zero, retired (rule 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.kernel import audit
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError, Forbidden, Invalid
from app.modules.exits import invariants
from app.workflow.invariants import violations
from tests.processes.bank import TIME_DEPOSIT, dearer, rate
from tests.processes.conftest import Kept, bank
from tests.processes.leaving import BANDED, BANDED_RATE, BETTER, OTHERS, RATE, WORSE, Leave
from tests.processes.play import Play

__all__ = ["bank"]


def all_holds(play: Leave) -> None:
    end_read()
    assert list(invariants.violations(session())) == []
    assert list(violations(session(), play.now)) == []
    assert list(audit.verify(session())) == []
    end_read()


def decided(play: Leave, new: str | None = None) -> Leave:
    """An exit that was decided: sales have ended, customers are told."""
    play.evaluate().plan(new).do("plan_exit").review().do("decide_exit")
    return play.settle_down()


def moved(play: Leave) -> None:
    play.sell({"E1": TIME_DEPOSIT, "N1": BETTER}).held("E1", 3).leave("E1")
    decided(play, "N1").close_answers().miss(play.items()[0].holding_id)
    play.do("reach_customers").wind_down()


def run_off(play: Leave) -> None:
    play.sell({"E2": TIME_DEPOSIT}).held("E2", 2).held("E2", 1, matures_on=None).leave("E2")
    decided(play).close_answers()
    play.do("decide_exceptions", decision="except", reason="Frozen by a court.").settle_down()
    play.wait(days=330)
    play.settle_down().book_late("E2").wind_down().close_late("E2").do("clear_difference").settle_down()


def kept(play: Leave) -> None:
    play.sell({"E3": TIME_DEPOSIT}).leave("E3").do("give_figures", margin="0.9")
    play.do("judge_evaluation", judgement="leave", reason="It earns its keep.")


def given_up(play: Leave) -> None:
    play.sell({"E4": TIME_DEPOSIT}).leave("E4").evaluate()
    play.do("plan_exit", decision="give_up", reason="Nothing replaces it.")


def sent_back(play: Leave) -> None:
    play.sell({"E5": TIME_DEPOSIT}).leave("E5").evaluate().plan().do("plan_exit")
    play.do("give_opinion", "alm").do("sign_off", "alm", decision="return", remark="Say why.")
    play.review(alm={"verdict": "send_back", "opinion": "Later in the year."})
    play.do("plan_exit").review().do("decide_exit", decision="send_back", reason="Say it simpler.")
    play.plan(notice_text="It ends.").do("plan_exit").review().do("decide_exit", decision="reject", reason="Not now.")


def vetoed(play: Leave) -> None:
    play.sell({"E6": TIME_DEPOSIT}).leave("E6").evaluate().plan().do("plan_exit")
    play.review(compliance={"verdict": "reject", "opinion": "Unlawful."})


def withdrawn_in_evaluation(play: Leave) -> None:
    play.sell({"E7": TIME_DEPOSIT}).leave("E7").withdraw()


def withdrawn_in_planning(play: Leave) -> None:
    play.sell({"E8": TIME_DEPOSIT}).leave("E8").evaluate().withdraw()


def withdrawn_in_review(play: Leave) -> None:
    play.sell({"E9": TIME_DEPOSIT}).leave("E9").evaluate().plan().do("plan_exit").withdraw()


PATHS: Mapping[Callable[[Leave], None], tuple[str, str]] = {
    moved: ("retired", "retired"),
    run_off: ("retired", "retired"),
    kept: ("kept", "kept"),
    given_up: ("kept", "given_up"),
    sent_back: ("rejected", "rejected"),
    vetoed: ("rejected", "rejected"),
    withdrawn_in_evaluation: ("withdrawn", "withdrawn"),
    withdrawn_in_planning: ("withdrawn", "withdrawn"),
    withdrawn_in_review: ("withdrawn", "withdrawn"),
}
"""Path → the exit's state, and the end event reached. ``test_paths`` asks that every flow is taken."""


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_each_way_ends_where_it_is_drawn(bank: Flask, path: Callable[[Leave], None]) -> None:
    play = Leave()
    path(play)
    assert (play.request().state, play.instance().state) == (PATHS[path][0], "completed"), play.standing()
    all_holds(play)


@pytest.fixture
def leave(kept: Kept[Leave]) -> Leave:
    return kept(sold)


def sold() -> Leave:
    return Leave().sell({"OLD": TIME_DEPOSIT, "NEW": BETTER, "POOR": WORSE})  # type: ignore[return-value]


def test_silence_never_moves_what_worsens(leave: Leave) -> None:
    leave.held("OLD", 5).leave("OLD").evaluate().plan("POOR", choices={RATE: "ask"}).do("plan_exit")
    leave.review().do("decide_exit").settle_down()
    first, second, third, *_ = [item.holding_id for item in leave.items()]
    leave.answer({first: "consent", second: "opt_out", third: "consent"}).answer({third: "opt_out"})
    leave.close_answers()
    assert leave.states() == ["moved", "opted_out", "opted_out", "no_response", "no_response"]
    leave.answer({leave.items()[3].holding_id: "consent"})
    leave.wait(days=31)
    leave.settle_down()
    assert leave.states() == ["moved", "opted_out", "opted_out", "moved", "no_response"], "they do not wait for others"
    leave.wait(days=300)
    leave.settle_down()
    assert leave.states() == ["moved", "matured", "matured", "moved", "matured"]
    assert [h.negotiated for h in leave.holdings("POOR")] == [None, None]


def test_silence_moves_what_keeps_its_promise(leave: Leave) -> None:
    leave.held("OLD", 2).leave("OLD").evaluate().plan("POOR").do("plan_exit").review().do("decide_exit").settle_down()
    leave.close_answers()
    assert leave.states() == ["moved", "moved"]
    assert [h.negotiated for h in leave.holdings("POOR")] == [{RATE: dict(rate("1.55"))}] * 2


def test_each_holder_is_judged_by_the_tier_of_their_own(kept: Kept[Leave]) -> None:
    leave = kept(banded)
    leave.held("OLD", 1).held("OLD", 2, least=60_000)
    leave.held("OLD", 1, least=60_000, negotiated={RATE: dict(rate("1.9"))})
    further = BANDED_RATE.removesuffix(".rate")
    leave.leave("OLD").evaluate()
    assert leave.faults_of("BANDED", choices={further: "take"}) == [f"/map/{further}:guaranteed_rate"]
    leave.plan("BANDED", choices={further: "ask"}).do("plan_exit").review().do("decide_exit").settle_down()
    leave.answer({leave.items()[1].holding_id: "consent"}).close_answers()
    assert leave.states() == ["moved", "moved", "no_response", "moved"]
    arrived = sorted(leave.holdings("BANDED"), key=lambda holding: holding.came_from or 0)
    assert [holding.negotiated for holding in arrived] == [None, None, {BANDED_RATE: dict(rate("1.9"))}]
    all_holds(leave)


def banded() -> Leave:
    return Leave().sell({"OLD": TIME_DEPOSIT, "BANDED": BANDED})  # type: ignore[return-value]


def test_whoever_was_moved_before_the_report_of_a_lost_notice_is_reached_by_the_named_person(leave: Leave) -> None:
    leave.held("OLD", 4).leave("OLD")
    decided(leave, "NEW")
    leave.answer({leave.items()[3].holding_id: "consent"}).close_answers()
    first, second, third, consented = [item.holding_id for item in leave.items()]
    leave.miss(consented, so_far=True)
    assert "reach_customers" not in leave.standing()
    leave.miss(first, so_far=True).miss(first, second, so_far=True)
    assert leave.standing().count("reach_customers") == 1
    leave.wind_down()
    with pytest.raises(DomainError, match="cannot retire"):
        leave.retire()
    with pytest.raises(DomainError, match="no such task"):
        leave.do("reach_customers", who="lin.yue")
    leave.do("reach_customers").do("clear_difference").settle_down()
    assert [item.decision for item in leave.items()] == ["told", "told", None, None]
    assert leave.request().state == "retired"
    leave.miss(first, second, third)
    assert leave.standing() == ["reach_customers"]
    all_holds(leave)


def test_dormant_and_unreachable_holdings_are_set_apart(leave: Leave) -> None:
    leave.held("OLD", 1, contact="none").held("OLD", 1, account="dormant", matures_on=None)
    leave.held("OLD", 1, contact="none").leave("OLD")
    decided(leave, "NEW").close_answers()
    assert leave.states() == ["exception", "dormant", "exception"]
    with pytest.raises(Forbidden):
        leave.decide(leave.items()[0].holding_id, "move", who="lin.yue")
    leave.decide(leave.items()[0].holding_id, "move")
    with pytest.raises(Invalid):
        leave.do("decide_exceptions", decision="as_decided", reason=None)
    leave.decide(leave.items()[2].holding_id, "except")
    leave.do("decide_exceptions", decision="as_decided", reason=None).settle_down()
    assert leave.states() == ["moved", "dormant", "exception"]
    assert leave.items()[2].decided_by == "zhao.heng"
    leave.wind_down()
    assert leave.request().state == "retired"
    all_holds(leave)


def test_an_operator_stops_the_batches_and_lets_them_go_on(leave: Leave) -> None:
    leave.held("OLD", 2).leave("OLD").evaluate().plan("NEW").do("plan_exit").review().do("decide_exit").hold_at_once()
    leave.settle_down()
    assert leave.states() == []
    leave.go_on().settle_down()
    assert leave.states() == ["noticed", "noticed"]


def test_what_others_depend_on_does_not_leave(leave: Leave) -> None:
    change = Play(leave.now)
    change.draft({"OLD": dearer(TIME_DEPOSIT, "1.35")}).submit()
    leave.leave("OLD").evaluate().plan()
    with pytest.raises(DomainError, match="Others depend"):
        leave.do("plan_exit")
    change.withdraw()
    leave.plan("NEW").do("plan_exit")
    other = Leave(leave.now)
    other.leave("NEW").evaluate().plan()
    with pytest.raises(DomainError, match="Others depend"):
        other.do("plan_exit")


def test_a_target_that_changes_after_it_was_shown_voids_the_opinions(leave: Leave) -> None:
    leave.held("OLD", 1).leave("OLD").evaluate().plan("NEW").do("plan_exit").review()
    leave.reprice("NEW", dearer(BETTER, "1.80"))
    with pytest.raises(DomainError, match="content changed"):
        leave.do("decide_exit")


def test_with_a_cent_left_nothing_retires(leave: Leave) -> None:
    leave.held("OLD", 1).leave("OLD")
    decided(leave, "NEW").close_answers()
    leave.lose_a_cent("NEW").wind_down()
    assert (leave.request().state, leave.standing()) == ("winding_down", ["clear_difference"])
    with pytest.raises(DomainError, match="cannot retire"):
        leave.retire()


@pytest.mark.parametrize(
    ("target", "differs", "place"),
    [
        (None, {}, "/target:required"),
        ("OLD", {}, "/target:same_product"),
        ("NONE", {}, "/target:not_on_sale"),
        ("LEAVING", {}, "/target:target_exiting"),
        ("DOLLAR", {}, "/target:currency"),
        ("BEIJING", {}, "/target:not_sold_there"),
        ("LARGE", {}, "/map/terms.minimum:loses_money"),
        ("SMALL", {}, "/map/limits.quota:loses_money"),
        ("EACH", {}, "/map/limits.per_customer:loses_money"),
        ("POOR", {"choices": {RATE: "take"}}, f"/map/{RATE}:guaranteed_rate"),
        ("NEW", {"choices": {"terms.minimum": "take"}}, "/choices/terms.minimum:unknown"),
        ("NEW", {"exception_owner": "nobody"}, "/exception_owner:unknown"),
        ("NEW", {"answer_days": 29}, "/answer_days:notice"),
        ("NEW", {"stop_on": date(2026, 11, 1)}, "/stop_on:past"),
    ],
)
def test_a_plan_that_would_harm_is_refused_where_it_is_wrong(
    leave: Leave, target: str | None, differs: Mapping[str, Any], place: str
) -> None:
    leave.sell(OTHERS).held("OLD", 2).leave("LEAVING").leave("OLD").evaluate()
    assert place in leave.faults_of(target, **differs)
    assert leave.request().state == "planning"
