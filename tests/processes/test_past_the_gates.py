"""An operator can put a case on any step; each step refuses what has not happened, or has happened already."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.clock import start_of_day
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.modules.changes.models import CommitteeMeeting
from tests.processes.afterwards import After
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.leaving import BETTER, Leave
from tests.processes.play import Play, put, written
from tests.processes.test_beside_the_way import everything_holds, put_and_plan
from tests.processes.test_deciding import gold
from tests.processes.test_launch import EFFECTIVE
from tests.processes.test_new_products import decided, new, prepared
from tests.processes.test_paths import PLAN, loan, repricing, wealth

READINGS = {"sales": 0, "complaints": 9, "incidents": 9, "summary": "Nobody bought."}


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code


def piloted(play: Play) -> Play:
    return loan(play, "HL", pilot_plan=PLAN).prepare().review().do("executive_decision")


@pytest.mark.parametrize("element", ["run_pilot", "roll_out"])
def test_nothing_is_sold_past_the_regulators_receipt(play: Play, element: str) -> None:
    gold(play).do("board_decision")
    put(play, element)
    task, who = ("plan_pilot", None) if element == "run_pilot" else ("plan_rollout", "tang.wei")
    refused("receipt_missing", lambda: play.do(task, who=who))
    put(play, "obtain_filing")
    play.do("enter_receipt", products="G").do("plan_pilot")
    assert play.request().state == "piloting"
    everything_holds(play)


def test_departments_are_not_asked_past_the_design_and_its_tests(play: Play) -> None:
    repricing(play, "TD")
    refused("not_designed", lambda: put(play, "classify_change"))
    play.do("assess_need").do("design_change")
    refused("not_tested", lambda: put(play, "classify_change"))
    play.do("test_change", stability="fail")
    refused("not_tested", lambda: put(play, "classify_change"))
    play.do("design_change").do("test_change").review()
    everything_holds(play)


def test_what_was_edited_while_it_was_tested_is_designed_again(play: Play) -> None:
    """Before, a review began that nobody could speak in: what they were shown was not what had been frozen."""
    repricing(play, "TD").do("assess_need").do("design_change")
    play.edit({"TD": dearer(TIME_DEPOSIT, "1.30")}).do("test_change")
    assert play.standing() == ["design_change"]
    play.do("design_change").do("test_change").review().do("executive_decision")
    assert play.request().state == "approved"
    everything_holds(play)


def test_a_new_product_edited_while_it_is_assessed_is_frozen_with_its_file(play: Play) -> None:
    new(play, "NP").do("initiate_product").do("design_product")
    play.edit({"NP": dearer(TIME_DEPOSIT, "1.30")}).do("assess_risk").do("work_out_cost")
    decided(play)
    assert play.request().state == "approved"
    everything_holds(play)


def test_a_new_product_is_not_sold_past_its_development(play: Play) -> None:
    decided(prepared(play, "NP", pilot_plan=PLAN))
    refused("not_tested", lambda: put(play, "run_pilot"))
    play.do("develop")
    refused("not_tested", lambda: put(play, "run_pilot"))
    refused("not_tested", lambda: put_and_plan(play, "roll_out"))
    put(play, "develop")
    play.do("develop").do("test_product")
    assert play.request().state == "piloting"
    everything_holds(play)


def test_what_other_departments_wrote_of_an_approved_product_stays(play: Play) -> None:
    """Their parts of the file were approved with the rest; in review they are judged again."""
    prepared(play, "NP")
    put(play, "prepare")
    play.do("initiate_product").do("design_product").do("assess_risk", **written("risk_rating"))
    assert play.request().state == "submitted"
    play.do("work_out_cost")
    decided(play)
    approved = play.request().content_hash
    put(play, "prepare")
    play.do("initiate_product")
    put(play, "assess_risk")
    refused("approved_before", lambda: play.do("assess_risk"))
    put(play, "work_out_cost")
    refused("approved_before", lambda: play.do("work_out_cost"))
    refused("approved_before", lambda: put(play, "complete_file"))
    assert play.request().content_hash == approved
    put(play, "develop")
    everything_holds(play)


def test_nobody_but_whom_the_rule_names_decides(play: Play) -> None:
    wealth(play, "W").review()
    put(play, "executive_decision")
    refused("not_the_decider", lambda: play.do("executive_decision"))
    put(play, "board_decision")
    refused("not_the_decider", lambda: play.do("board_decision"))
    put(play, "decide")
    play.vote().do("write_minutes")
    assert play.request().state == "approved"
    everything_holds(play)


def test_minutes_are_of_the_votes_that_were_cast(play: Play) -> None:
    wealth(play, "W").review()
    put(play, "write_minutes")
    refused("not_convened", lambda: play.do("write_minutes"))
    put(play, "convene_committee")
    play.do("convene_committee").do("cast_vote", assignee="kong.de")
    put(play, "write_minutes")
    refused("not_counted", lambda: play.do("write_minutes"))
    put(play, "cast_vote")
    for name in members(play):
        play.do("cast_vote", assignee=name, vote="reject", reason="No.")
    put(play, "cast_vote")
    play.do("cast_vote", assignee=members(play)[0])
    put(play, "write_minutes")
    refused("not_counted", lambda: play.do("write_minutes"))
    put(play, "count_votes")
    play.do("write_minutes")
    assert play.request().state == "rejected"
    everything_holds(play)


def members(play: Play) -> list[str]:
    found = session().scalars(select(CommitteeMeeting.members).order_by(CommitteeMeeting.id.desc())).first()
    end_read()
    return list(found or ())


@pytest.mark.parametrize("element", ["pass_pilot", "extend_pilot", "roll_back_pilot"])
def test_a_pilot_is_judged_by_the_rule_alone(play: Play, element: str) -> None:
    piloted(play)
    refused("not_judged", lambda: put(play, element))
    play.wait(days=15)
    play.do("review_pilot", **READINGS)
    refused("not_judged", lambda: put(play, "pass_pilot"))
    assert play.standing() == ["observe_pilot"], "extended once, by the rule"
    everything_holds(play)


def test_a_pilot_that_is_over_is_not_reported_again(play: Play) -> None:
    piloted(play).wait(days=15)
    play.do("review_pilot")
    put(play, "run_pilot")
    refused("no_pilot", lambda: play.do("review_pilot", **READINGS))
    put(play, "roll_out")
    play.do("plan_rollout")
    assert play.request().state == "scheduled"
    everything_holds(play)


def test_a_launch_is_not_completed_before_its_day_nor_before_customers_are_told(play: Play) -> None:
    repricing(play, "TD", effective_on=EFFECTIVE).prepare().review().do("executive_decision")
    play.do("plan_rollout")
    refused("not_yet", lambda: put(play, "complete_launch"))
    assert play.request().state == "scheduled"
    play.wait(days=(start_of_day(EFFECTIVE) - play.now).days + 2)
    assert play.request().state == "live"
    everything_holds(play)


def test_a_post_launch_review_is_not_noted_before_it_was_written(bank: Flask) -> None:
    play = After().launch("TD")
    play.wait(days=200)
    put(play, "take_note")
    refused("not_reviewed", lambda: play.then("take_note"))
    put(play, "review_after_launch")
    play.then("review_after_launch").then("take_note")
    everything_holds(play)


def test_nobodys_silence_is_taken_before_the_time_to_answer_is_over(bank: Flask) -> None:
    leave = Leave().sell({"OLD": TIME_DEPOSIT, "NEW": BETTER}).held("OLD", 2)
    leave.leave("OLD").evaluate().plan("NEW").do("plan_exit").review().do("decide_exit").settle_down()
    refused("answers_awaited", lambda: put(leave, "settle_holdings"))
    assert leave.states() == ["noticed", "noticed"]
    leave.close_answers()
    assert leave.states() == ["moved", "moved"]
