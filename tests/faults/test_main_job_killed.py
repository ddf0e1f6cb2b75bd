"""The main job killed with SIGKILL at every instant of its weightiest steps: nothing lost, nothing doubled."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel import audit, clock
from app.kernel.database import db, end_read, session, unit_of_work
from app.kernel.outbox import OutboxMessage
from app.modules.changes import invariants as changes
from app.workflow import invariants as workflow
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer
from tests.processes.conftest import bank, play
from tests.processes.play import ANSWERS, DRIVER, WHO, Play
from tests.processes.test_paths import PLAN

__all__ = ["bank", "play"]
Elsewhere = Callable[..., dict[str, Any]]
UNRELATED = {"access_token", "idempotency_key"}


def everything() -> dict[str, Counter[str]]:
    """All rows of all tables."""
    end_read()
    found = {
        table.name: Counter(str(tuple(row)) for row in session().execute(select(table)))
        for table in db.metadata.sorted_tables
        if table.name not in UNRELATED
    }
    end_read()
    return found


def all_holds() -> None:
    end_read()
    assert list(workflow.violations(session(), clock.now())) == []
    assert list(changes.violations(session())) == []
    assert list(audit.verify(session())) == []
    end_read()


def killed_everywhere(elsewhere: Elsewhere, request: Callable[[], tuple[Any, ...]], rehearsal: dict[str, Any]) -> None:
    """Kill at each instant the rehearsal passed; only a kill after the commit may have changed anything."""
    assert rehearsal["status"] in {200, 201}, rehearsal
    instants = [i for i in dict.fromkeys(rehearsal["points"]) if not i.endswith(":before") or i.startswith("commit")]
    assert instants[-1] == "after_commit"
    before = everything()
    for instant in instants:
        assert elsewhere(*request(), kill=instant) == {"killed": signal.SIGKILL}, instant
        assert (everything() != before) is (instant == "after_commit"), instant
    all_holds()


def proposal(code: str) -> tuple[Any, ...]:
    content = dearer(TIME_DEPOSIT, "1.35")
    body = {"driver": DRIVER, "function_plan": "A cut.", "versions": [{"product": code, "content": content}]}
    return "lin.yue", "POST", "/api/v1/change-requests", body


@pytest.mark.slow
def test_a_proposal_is_there_whole_or_not_at_all(bank: Flask, play: Play, elsewhere: Elsewhere) -> None:
    play.now = clock.now()
    play.sell({"TD1": TIME_DEPOSIT, "TD2": TIME_DEPOSIT})
    killed_everywhere(elsewhere, lambda: proposal("TD2"), elsewhere(*proposal("TD1"), here=True))


def completion(play: Play, element: str) -> tuple[Any, ...]:
    task = play.task(element)
    body = {"version": task.version, "data": dict(ANSWERS[element])}
    return WHO[element], "POST", f"/api/v1/tasks/{task.id}/complete", body


@pytest.mark.slow
def test_a_decision_and_the_pilot_it_opens_are_there_whole_or_not_at_all(
    bank: Flask, play: Play, elsewhere: Elsewhere
) -> None:
    """The executive's approval approves the versions and opens the pilot's sales in one transaction."""
    play.now = clock.now()
    other = Play(play.now)
    for each, code in ((play, "HL1"), (other, "HL2")):
        each.sell({code: LOAN})
        each.draft({code: dearer(LOAN, "4.35")}, pilot_plan=PLAN).submit().prepare().review()
    rehearsal = elsewhere(*completion(other, "executive_decision"), here=True)
    killed_everywhere(elsewhere, lambda: completion(play, "executive_decision"), rehearsal)
    assert play.standing() == ["observe_pilot"]


@pytest.mark.slow
def test_what_falls_due_happens_once_however_often_the_worker_dies(
    bank: Flask, play: Play, elsewhere: Elsewhere
) -> None:
    """The effective instant: each try dies a little later, until one gets through."""
    play.now = clock.now()
    play.sell({"TD1": TIME_DEPOSIT}).draft({"TD1": dearer(TIME_DEPOSIT, "1.35")}).submit()
    play.prepare().review().do("executive_decision").do("plan_rollout")
    with unit_of_work() as uow:
        clock.advance(uow, timedelta(days=40))
    tries = 0
    for number in range(1, 400):
        report = elsewhere(
            "lin.yue", "POST", "/api/v1/demo/clock", {"advance": "PT1S"}, kill=f"statement:{number}:after"
        )
        all_holds()
        tries += 1
        if "killed" not in report:
            break
    assert tries > 20
    assert play.request().state == "live"
    sent = Counter(m.topic for m in session().scalars(select(OutboxMessage)) if m.topic == "product.published")
    assert sent == {"product.published": 1}
