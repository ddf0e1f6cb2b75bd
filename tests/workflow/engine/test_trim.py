"""Dropping the past of a case changes nothing of its future."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from SpiffWorkflow.task import Task as Token

from tests.workflow.engine.diagrams import VARIABLES, Block, Writer, blocks
from tests.workflow.engine.play import Play

REWORK = Path(__file__).resolve().parents[2] / "cases" / "bench" / "reference-rework.bpmn"
MOST_STEPS = 60


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(blocks(), st.lists(st.integers(0, 11), min_size=MOST_STEPS, max_size=MOST_STEPS))
def test_a_case_saved_and_trimmed_after_each_step_goes_the_same_way(block: Block, choices: list[int]) -> None:
    xml = Writer().process(block)
    plain, saved = Play(xml, VARIABLES, saved=False), Play(xml, VARIABLES)
    for step, choice in enumerate(choices):
        assert saved.open == plain.open
        assert saved.completed == plain.completed
        if plain.completed:
            break
        assert plain.open, f"stands still: {plain.run.standing()}"
        assert saved.do_nth(choice, last=step) == plain.do_nth(choice, last=step)
    assert saved.variables == plain.variables
    assert saved.passed == plain.passed


class Looks:
    """Counts how often the engine asks a token for its state: what it walks over, whatever the machine is busy with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.count = 0
        has_state = Token.has_state

        def counted(token: Any, mask: int) -> Any:
            self.count += 1
            return has_state(token, mask)

        monkeypatch.setattr(Token, "has_state", counted)


def test_two_hundred_and_fifty_rework_loops_keep_state_and_work_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    play, looks = Play(REWORK.read_text()), Looks(monkeypatch)
    sizes, works = [], []
    for turn in range(250):
        before = looks.count
        play.do("draft")
        for department in ("risk", "compliance", "finance", "operations"):
            play.do(f"rev_{department}", decision="reject")
        works.append(looks.count - before)
        sizes.append(len(zlib.decompress(play.state)))
        assert play.open == ["draft"], turn
    assert sizes[-1] <= sizes[2] * 1.05
    assert works[-1] == works[2]
    play.do("draft")
    for department in ("risk", "compliance", "finance", "operations"):
        play.do(f"rev_{department}", decision="approve")
    play.do("exec").do("pilot")
    assert play.completed
