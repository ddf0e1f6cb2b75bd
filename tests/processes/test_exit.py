"""Exits: evaluated, decided, taken off sale, holdings worked to zero, retired (rule 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from flask import Flask

from app.kernel import audit
from app.kernel.database import end_read, session
from app.workflow.invariants import violations
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.conftest import bank
from tests.processes.leaving import BETTER, Leave

__all__ = ["bank"]


def all_holds(play: Leave) -> None:
    end_read()
    assert list(violations(session(), play.now)) == []
    assert list(audit.verify(session())) == []
    end_read()


def decided(play: Leave, new: str | None = None) -> Leave:
    """An exit that was decided: sales have ended, customers are told."""
    play.evaluate().plan(new).do("plan_exit").review().do("decide_exit")
    return play.settle_down()


def moved(play: Leave) -> None:
    play.sell({"E1": TIME_DEPOSIT, "N1": BETTER}).held("E1", 3).leave("E1")
    decided(play, "N1").close_answers().wind_down()


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
