"""Timers fire once each, whoever ticks, however often, wherever a process dies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select

from app import worker
from app.kernel import audit, clock
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session, unit_of_work
from app.worker import run_due
from app.workflow.models import ProcessInstance, Task, Timer
from app.workflow.timers.services import due_cases, tick
from tests.statements import counted
from tests.workflow.drawings import drawn, line, node
from tests.workflow.instances.play import Ask, complete, nothing_is_wrong, start, steps, verb

ROOT = Path(__file__).resolve().parents[3]


def with_timer(kind: str = "timeDuration", text: str = "'P1D'") -> str:
    timer = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    body = node("startEvent", "s") + node("userTask", "one") + node("endEvent", "e") + line("s", "one", "e")
    body += node("boundaryEvent", "late", timer, attachedToRef="one", cancelActivity="false")
    return drawn(body + node("userTask", "chase") + node("endEvent", "f") + line("late", "chase", "f"))


def fired() -> Counter[str]:
    """How often each case's timers have fired, by its audit stream."""
    found = session().scalars(select(AuditEvent.stream).where(AuditEvent.action == "timer.fire")).all()
    end_read()
    return Counter(found)


Ticks = Callable[..., list[int]]


@pytest.fixture(scope="session")
def ticker() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.faults.ticker"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def tick_elsewhere(bank: Flask, ticker: subprocess.Popen[str]) -> Ticks:
    """``tick_elsewhere(now, processes)``: cases moved by each of several processes that tick at once."""
    keep = ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "DEMO", "TESTING", "SCHEDULER")
    settings = {name: bank.config[name] for name in keep}

    def ticked(now: datetime, processes: int, kill: str | None = None) -> list[int]:
        command = {"settings": settings, "now": now.isoformat(), "processes": processes, "kill": kill}
        assert ticker.stdin is not None
        assert ticker.stdout is not None
        ticker.stdin.write(json.dumps(command) + "\n")
        ticker.stdin.flush()
        moved: list[int] = json.loads(ticker.stdout.readline())
        return moved

    return ticked


def test_several_workers_at_once_fire_each_timer_once(ask: Ask, bank: Flask, tick_elsewhere: Ticks) -> None:
    for _ in range(12):
        start(ask, with_timer())
    now = clock.now() + timedelta(days=2)
    end_read()
    moved = tick_elsewhere(now, 4)
    with bank.app_context():
        while tick(now):
            pass
    assert len(moved) == 4
    assert set(fired().values()) == {1}
    assert len(fired()) == 12
    open_chases = session().scalars(select(Task.id).where(Task.element_id == "chase")).all()
    assert len(open_chases) == 12
    nothing_is_wrong()


@pytest.mark.parametrize("instant", ["before_fire", "after_step", "before_commit", "after_commit"])
def test_a_worker_killed_in_the_middle_of_a_tick_loses_and_doubles_nothing(
    ask: Ask, tick_elsewhere: Ticks, instant: str
) -> None:
    for _ in range(5):
        start(ask, with_timer())
    now = clock.now() + timedelta(days=2)
    end_read()
    assert tick_elsewhere(now, 1, kill=instant) == []
    assert 2 <= len(fired()) <= 3
    nothing_is_wrong()
    run_due(now)
    assert sorted(fired().values()) == [1] * 5
    assert list(audit.verify(session())) == []
    nothing_is_wrong()


def waiting_cases(case_id: int, count: int) -> None:
    """Many more cases like one, all waiting for people and for a timer far away."""
    with unit_of_work() as uow:
        row = uow.execute(select(ProcessInstance.__table__).where(ProcessInstance.id == case_id)).mappings().one()
        copies = [{**row, "id": 10_000 + n, "waiting_timers": 1} for n in range(count)]
        uow.execute(insert(ProcessInstance), copies)
        timer = uow.execute(select(Timer.__table__).where(Timer.instance_id == case_id)).mappings().one()
        far = clock.now() + timedelta(days=3_000)
        rows = [{**timer, "id": 10_000 + n, "instance_id": 10_000 + n, "due_at": far} for n in range(count)]
        uow.execute(insert(Timer), rows)


def statements_of_a_tick(now: datetime) -> list[str]:
    with counted() as seen:
        tick(now)
    return seen


def test_a_tick_touches_only_what_is_due(ask: Ask) -> None:
    first, second = start(ask, with_timer()), start(ask, with_timer())
    now = clock.now()
    end_read()
    idle = len(statements_of_a_tick(now))
    one_due = now + timedelta(days=2)
    verb(ask, "lu.ming", second, "suspend")
    busy = len(statements_of_a_tick(one_due))
    waiting_cases(second, 2_000)
    verb(ask, "lu.ming", second, "resume")
    assert idle == 1
    assert len(statements_of_a_tick(now)) == 1
    assert len(statements_of_a_tick(one_due)) == busy
    assert due_cases(one_due) == []
    assert steps(ask, first) == ["chase", "one"]


def advance(bank: Flask, by: str) -> int:
    answer = bank.test_client().post("/api/v1/demo/clock", json={"advance": by})
    assert answer.status_code == 200, answer.json
    return int(answer.json["fired"])


def test_a_clock_that_is_moved_stops_at_every_turn_of_a_cycle(ask: Ask, bank: Flask) -> None:
    case = start(ask, with_timer("timeCycle", "'R/P7D'"))
    assert advance(bank, "P30D") == 4
    assert steps(ask, case) == ["chase"] * 4 + ["one"]
    created = session().scalars(select(Task.created_at).where(Task.element_id == "chase").order_by(Task.id)).all()
    assert [(b - a).days for a, b in pairwise(created)] == [7, 7, 7]
    nothing_is_wrong()
    complete(ask, case, "one")
    assert advance(bank, "P30D") == 0
    nothing_is_wrong()


def test_a_cycle_with_an_end_stops_there(ask: Ask, bank: Flask) -> None:
    case = start(ask, with_timer("timeCycle", "'R3/P2D'"))
    assert advance(bank, "P60D") == 3
    assert steps(ask, case) == ["chase"] * 3 + ["one"]
    nothing_is_wrong()


def test_what_a_timer_sets_on_the_way_falls_due_on_the_way(ask: Ask, bank: Flask) -> None:
    def wait(name: str, days: int) -> str:
        time = f"<bpmn:timeDuration>'P{days}D'</bpmn:timeDuration>"
        return node("intermediateCatchEvent", name, f"<bpmn:timerEventDefinition>{time}</bpmn:timerEventDefinition>")

    body = node("startEvent", "s") + wait("first", 10) + wait("second", 10) + node("userTask", "one")
    case = start(ask, drawn(body + line("s", "first", "second", "one")))
    assert advance(bank, "P15D") == 1
    assert advance(bank, "P6D") == 1
    assert steps(ask, case) == ["one"]


def test_a_clock_moved_over_very_many_turns_comes_to_an_end(
    ask: Ask, bank: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each turn leaves an open task in the case, and so makes the next one dearer: few turns, and fewer stops.
    monkeypatch.setattr(worker, "MAX_STOPS", 25)
    start(ask, with_timer("timeCycle", "'R40/PT1M'"))
    with_many = advance(bank, "P30D")
    assert 25 <= with_many <= 40
    nothing_is_wrong()


def test_a_case_that_breaks_by_a_fault_of_ours_keeps_no_other_from_firing(
    ask: Ask, bank: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    broken, healthy = start(ask, with_timer()), start(ask, with_timer())
    with unit_of_work() as uow:
        uow.get_one(ProcessInstance, broken).engine_state = b"not a state"
    assert advance(bank, "P2D") == 1
    assert steps(ask, healthy) == ["chase", "one"]
    assert ask("lu.ming", "GET", f"/instances/{broken}").json["state"] == "failed"
    assert "failed" in caplog.text
