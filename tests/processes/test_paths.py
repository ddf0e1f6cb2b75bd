"""Every sequence flow and every boundary event of every drawing is taken, and the history proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.demo import ROOT
from app.kernel import audit
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session
from app.workflow.engine import read_drawing
from app.workflow.invariants import violations
from tests.processes.afterwards import Owed
from tests.processes.bank import GOLD, LOAN, TIME_DEPOSIT, WEALTH, dearer, riskier
from tests.processes.leaving import Leave
from tests.processes.living import Living
from tests.processes.play import BEGIN, Play
from tests.processes.suspended import Halt
from tests.processes.test_after_launch import PATHS as AFTERWARDS
from tests.processes.test_exit import PATHS as EXITS
from tests.processes.test_lifecycle import PATHS as LIVES
from tests.processes.test_new_products import PATHS as NEW_PRODUCTS
from tests.processes.test_suspension import PATHS as SUSPENSIONS

PLAN = {
    "scopes": [{"units": ["SH"], "channels": ["branch", "mobile"]}],
    "length_days": 14,
    "criteria": {"min_sales": 10, "max_complaints": 2, "max_incidents": 0},
}
CONDITION = {
    "verdict": "with_conditions",
    "opinion": "Only with a limit.",
    "condition": "Set the limit.",
    "condition_kind": "before_launch",
}

RAISED = {"verdict": "approve", "opinion": "As new as a new product.", "raise_class": "new_product"}


def repricing(play: Play, code: str, **details: Any) -> Play:
    """A cut of a deposit rate by 20 basis points: minor, two departments, no pilot."""
    play.sell({code: TIME_DEPOSIT})
    return play.draft({code: dearer(TIME_DEPOSIT, "1.35")}, **details).submit()


def loan(play: Play, code: str, **details: Any) -> Play:
    """A loan dearer by a whole percentage point: material, seven departments, a pilot."""
    play.sell({code: LOAN})
    return play.draft({code: dearer(LOAN, "4.35")}, **details).submit()


def straight(play: Play) -> None:
    repricing(play, "P1").prepare().review().do("executive_decision").do("plan_rollout")
    play.wait(days=31)


def declined(play: Play) -> None:
    repricing(play, "P2").do("assess_need", decision="decline", reason="No need.")


def given_up(play: Play) -> None:
    repricing(play, "P3").do("assess_need").do("design_change", decision="withdraw", note="Not now.")


def second_test(play: Play) -> None:
    repricing(play, "P4").do("assess_need").do("design_change").do("test_change", security="fail")
    play.redo().review(alm={"verdict": "reject", "opinion": "Above the ceiling."})
    play.do("executive_decision", decision="reject", reason="The dissent convinces.")


def vetoed(play: Play) -> None:
    repricing(play, "P5").prepare().review(compliance={"verdict": "reject", "opinion": "Unlawful."})


def sent_back(play: Play) -> None:
    repricing(play, "P6").prepare().review(alm={"verdict": "send_back", "opinion": "Explain."})
    play.redo().review().do("executive_decision", decision="send_back", reason="Cut less.")
    play.edit({"P6": dearer(TIME_DEPOSIT, "1.45")}).redo().review().do("executive_decision").do("plan_rollout")
    play.wait(days=31)


def taken_back(play: Play) -> None:
    repricing(play, "P7").prepare().speak("alm")
    play.edit({"P7": dearer(TIME_DEPOSIT, "1.45")}).redo().review()
    play.withdraw()


def withdrawn_early(play: Play) -> None:
    repricing(play, "P8").withdraw()


def withdrawn_in_review(play: Play) -> None:
    repricing(play, "P9").prepare().withdraw()


def late(play: Play) -> None:
    repricing(play, "P10").prepare()
    play.wait(days=4)
    play.wait(days=4)
    play.review().do("executive_decision").do("plan_rollout")
    play.wait(days=60)


def pilot_passes(play: Play) -> None:
    loan(play, "P11").prepare().review(risk=CONDITION, legal=CONDITION).do("executive_decision").do("plan_pilot")
    play.wait(days=31)
    play.do("review_pilot", sales=1).do("observe_pilot").do("review_pilot")
    play.do("close_conditions", "risk").do("close_conditions", "legal")
    first, last = ((play.now + timedelta(days=n)).date().isoformat() for n in (31, 40))
    play.do("plan_rollout", pace="waves", waves=f"{first} SH", effective_on=last)
    play.wait(days=32)
    play.wait(days=10)


def pilot_fails(play: Play) -> None:
    loan(play, "P12", pilot_plan=PLAN).prepare().review().do("executive_decision")
    for _ in range(2):
        play.wait(days=15)
        play.do("review_pilot", complaints=9)


def pilot_stopped(play: Play) -> None:
    loan(play, "P13", pilot_plan=PLAN).prepare().review().do("executive_decision").stop_pilot()


def wealth(play: Play, code: str) -> Play:
    """A bond product rated higher: material, for the committee."""
    play.sell({code: WEALTH}, owner="tang.wei").draft({code: riskier(WEALTH, "R3")}).submit()
    return play.do("assess_need", who="tang.wei").do("design_change").do("test_change")


def opinion_given_back(play: Play) -> None:
    repricing(play, "P14").prepare().do("give_opinion", "alm")
    play.do("sign_off", "alm", decision="return", remark="Say why.")
    play.review().withdraw()


def decided_under_authority(play: Play) -> None:
    play.grant(families=["deposit"], max_rate_change_bp=25)
    repricing(play, "P15").prepare().review().do("delegated_decision").do("plan_rollout")
    play.wait(days=31)


def convened_twice(play: Play) -> None:
    wealth(play, "P16").review().do("convene_committee").do("cast_vote")
    play.wait(days=10)
    play.vote(**{"qian.li": {"vote": "reject", "reason": "Too risky."}}).do("write_minutes").stop_pilot_planned()


def raised_and_registered(play: Play) -> None:
    wealth(play, "P17").review(compliance=RAISED).review().vote().do("write_minutes")
    play.do("enter_receipt", products="P17").stop_pilot_planned()


def refused_by_the_regulator(play: Play) -> None:
    wealth(play, "P18").review(compliance=RAISED).review().vote().do("write_minutes")
    play.do("enter_receipt", answer="refused", reason="The paper lacks a part.", number=None, received_on=None)


def for_the_board(play: Play) -> None:
    play.sell({"P19": GOLD}, owner="tang.wei").draft({"P19": riskier(GOLD, "R4")}).submit()
    play.do("assess_need", who="tang.wei").do("design_change").do("test_change")
    play.review(compliance=RAISED).review().do("board_decision", decision="reject", reason="Not now.")


PATHS: Mapping[Callable[[Play], None], tuple[str, str, str]] = {
    straight: ("live", "live_everywhere", "completed"),
    declined: ("declined", "not_pursued", "completed"),
    given_up: ("withdrawn", "not_pursued", "completed"),
    second_test: ("rejected", "rejected", "completed"),
    vetoed: ("rejected", "rejected", "completed"),
    sent_back: ("live", "live_everywhere", "completed"),
    taken_back: ("withdrawn", "withdrawn", "completed"),
    withdrawn_early: ("withdrawn", "withdrawn", "completed"),
    withdrawn_in_review: ("withdrawn", "withdrawn", "completed"),
    late: ("live", "live_everywhere", "completed"),
    pilot_passes: ("live", "live_everywhere", "completed"),
    pilot_fails: ("pilot_failed", "pilot_failed", "completed"),
    pilot_stopped: ("pilot_failed", "pilot_failed", "completed"),
    opinion_given_back: ("withdrawn", "withdrawn", "completed"),
    convened_twice: ("pilot_failed", "pilot_failed", "completed"),
    raised_and_registered: ("pilot_failed", "pilot_failed", "completed"),
    refused_by_the_regulator: ("rejected", "rejected", "completed"),
    for_the_board: ("rejected", "rejected", "completed"),
    decided_under_authority: ("live", "live_everywhere", "completed"),
}
"""Path → the request's state, the end event reached, the case's state."""


def passed(instance_id: int | None = None) -> set[str]:
    """Elements and flows that the history says were passed, by one case or by all."""
    events = select(AuditEvent.payload).where(AuditEvent.stream.startswith("instance:"))
    if instance_id is not None:
        events = events.where(AuditEvent.stream == f"instance:{instance_id}")
    found = {element for payload in session().scalars(events) if payload for element in payload.get("path", ())}
    end_read()
    return found


def drawn() -> Iterator[tuple[str, str]]:
    """``(process, id)`` of every flow, boundary event, task and end of every drawing that ships."""
    for path in sorted((ROOT / "processes").glob("*.bpmn")):
        drawing = read_drawing(path.read_bytes())
        yield from ((drawing.key, element) for element in drawing.elements)


@pytest.mark.slow
def test_every_flow_and_boundary_event_of_every_drawing_is_taken(bank: Flask) -> None:
    """Each step finds what the step before it has stored, and nothing else."""
    last = BEGIN
    for path, (state, end, case) in {**PATHS, **NEW_PRODUCTS}.items():
        play = Play()
        path(play)
        instance = play.instance()
        assert (play.request().state, instance.state) == (state, case), path.__name__
        assert end in passed(instance.id), path.__name__
        last = max(last, play.now)
    for suspended, (state, end) in SUSPENSIONS.items():
        halt = Halt()
        suspended(halt)
        assert halt.request().state == state, suspended.__name__
        assert end in passed(halt.instance().id), suspended.__name__
        last = max(last, halt.now)
    for leaving, (state, end) in EXITS.items():
        leave = Leave()
        leaving(leave)
        assert leave.request().state == state, leaving.__name__
        assert end in passed(leave.instance().id), leaving.__name__
        last = max(last, leave.now)
    for after, (kind, state, end) in AFTERWARDS.items():
        follow = kind()
        after(follow)
        record = follow.condition() if kind is Owed else follow.review_row()
        assert record.state == state, after.__name__
        assert end in passed(follow.instance().id), after.__name__
        last = max(last, follow.now)
    for lived, (state, stages) in LIVES.items():
        living = Living()
        lived(living)
        assert (living.life().state, living.stages()) == (state, stages), lived.__name__
        last = max(last, living.now)
    taken = passed()
    missed = [f"{process}: {element}" for process, element in drawn() if element not in taken]
    assert not missed, "never taken: " + ", ".join(missed)
    assert list(violations(session(), last)) == []
    assert list(audit.verify(session())) == []
