"""Sending back: a fresh token on an earlier step, nothing else live, and no step that waits for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.workflow.engine import EngineError
from tests.workflow.drawings import drawn, line, node
from tests.workflow.engine.play import Play
from tests.workflow.engine.test_variables import BLOCK, CALLING, items

REWORK = (Path(__file__).resolve().parents[2] / "cases" / "bench" / "reference-rework.bpmn").read_text()
DEPARTMENTS = ("risk", "compliance", "finance", "operations")


def reviewed(*departments: str) -> Play:
    play = Play(REWORK).do("draft")
    for department in departments:
        play.do(f"rev_{department}", decision="approve")
    return play


def begins_with_all_departments(play: Play) -> None:
    """From the draft on: every department is asked, and the decision waits for the last of them."""
    play.do("draft")
    assert play.open == sorted(f"rev_{d}" for d in DEPARTMENTS)
    for department in DEPARTMENTS:
        assert "exec" not in play.open
        play.do(f"rev_{department}", decision="approve")
    assert play.open == ["exec"]


def test_sent_back_to_one_of_several_reviews_only_that_one_is_done_again() -> None:
    """And the decision does not begin before it is."""
    play = reviewed(*DEPARTMENTS).send_back("rev_risk")
    assert play.open == ["rev_risk"]
    assert play.do("rev_risk", decision="approve").open == ["exec"]
    assert play.do("exec").do("pilot").completed


def test_sent_back_in_the_middle_of_the_reviews_the_open_ones_are_closed() -> None:
    play = reviewed("risk", "finance").send_back("draft")
    assert play.open == ["draft"]
    begins_with_all_departments(play)


def test_sent_back_twice_and_rejected_the_round_begins_with_all_departments() -> None:
    play = reviewed(*DEPARTMENTS).send_back("rev_risk").send_back("rev_risk")
    play.do("rev_risk", decision="reject")
    assert play.open == ["draft"]
    begins_with_all_departments(play)


def test_what_was_answered_before_is_kept() -> None:
    play = reviewed("risk", "finance").send_back("draft")
    assert play.variables == {"decision": "approve"}


def test_a_whole_loop_is_begun_again_with_its_timers() -> None:
    body = node("startEvent", "s") + node("userTask", "review", items()) + node("userTask", "last")
    timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>'P1D'</bpmn:timeDuration></bpmn:timerEventDefinition>"
    body += node("boundaryEvent", "late", timer, attachedToRef="review", cancelActivity="false")
    body += node("userTask", "chase") + line("late", "chase") + line("s", "review", "last")
    play = Play(drawn(body), {"departments": ["x", "y"]}).do("review:x")
    assert play.wait(days=1) == 1
    play.do("review:y").do("chase")
    assert (play.open, play.timers) == (["last"], {})
    play.send_back("review")
    assert (play.open, play.timers) == (["review:x", "review:y"], {"late": 24})
    assert play.do("review:x").do("review:y").open == ["last"]


def test_sent_back_to_a_call_its_process_begins_again() -> None:
    play = Play(CALLING, {"departments": ["x"]}, [BLOCK]).do("officer", opinion="yes")
    assert play.open == ["head"]
    play.do("head").send_back("review")
    assert play.open == ["officer"]
    play.do("officer", opinion="yes").do("head")
    assert play.open == ["last"]


def test_sent_back_within_a_called_process_what_called_it_stays() -> None:
    play = Play(CALLING, {"departments": ["x"]}, [BLOCK]).do("officer", opinion="yes").send_back("officer")
    assert play.open == ["officer"]
    assert play.do("officer", opinion="no").do("head").open == ["last"]


@pytest.mark.parametrize("target", ["none", "", "f1", "start", "end", "join", "gw", "Start", "End", "Root", "../x"])
def test_only_steps_of_a_drawing_can_be_sent_back_to(target: str) -> None:
    play = reviewed("risk")
    before = play.state
    with pytest.raises(EngineError):
        play.run.send_back(target)
    assert play.state == before
