"""The first gate: a department review on real rows, by four people at once, killed anywhere."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from waitress.server import create_server

from app.identity.demo import DEMO_PASSWORD
from app.kernel import audit, clock
from app.kernel.database import end_read, session
from app.workflow.invariants import violations
from app.workflow.models import ProcessInstance, Task
from tests.at_once import at_once
from tests.faults.drawings import REVIEW, REVIEWERS

Elsewhere = Callable[..., dict[str, Any]]
OK = {"decision": "approve", "comment": "no objection"}


def start(elsewhere: Elsewhere) -> int:
    deployed = elsewhere("shen.dan", "POST", "/api/v1/processes", {"xml": REVIEW})
    assert deployed["status"] == 201, deployed
    body = {"variables": {"departments": list(REVIEWERS)}}
    started = elsewhere("lin.yue", "POST", "/api/v1/processes/small_review/instances", body)
    assert started["status"] == 201, started
    return int(started["body"]["id"])


def open_task(instance_id: int, department: str | None = None) -> Task:
    end_read()
    query = select(Task).where(Task.instance_id == instance_id, Task.state == "open")
    task = session().scalars(query.where(Task.department == department) if department else query).first()
    assert task is not None
    session().expunge(task)
    end_read()
    return task


def nothing_is_wrong() -> None:
    assert list(violations(session(), clock.now())) == []
    assert list(audit.verify(session())) == []
    end_read()


def snapshot(instance_id: int) -> tuple[Any, ...]:
    end_read()
    instance = session().get_one(ProcessInstance, instance_id)
    tasks = session().execute(select(Task.id, Task.state, Task.version).order_by(Task.id)).all()
    chain = session().execute(select(audit.AuditStream.stream, audit.AuditStream.length).order_by("stream")).all()
    result = (instance.state, instance.engine_state, tuple(tasks), tuple(chain))
    end_read()
    return result


def test_each_step_in_a_process_of_its_own_within_the_statement_budget(
    bank: Flask, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str]
) -> None:
    case = start(elsewhere)
    counts = []
    for department, who in [*REVIEWERS.items(), ("executive", "wang.zhiyuan")]:
        task = open_task(case, department)
        done = elsewhere(who, "POST", f"/api/v1/tasks/{task.id}/complete", {"version": task.version, "data": OK})
        assert done["status"] == 200, done
        counts.append((done["statements"], done["commits"]))
    with capsys.disabled():
        kind = bank.config["SQLALCHEMY_DATABASE_URI"].split(":")[0]
        sys.stdout.write(f"\n  {kind}: statements and commits of each completion {counts}\n")
    assert done["body"]["instance"]["state"] == "completed"
    assert all(commits == 1 for _, commits in counts)
    assert all(statements <= 15 for statements, _ in counts)
    nothing_is_wrong()


def test_a_kill_at_any_instant_leaves_all_of_it_or_none(bank: Flask, elsewhere: Elsewhere) -> None:
    case = start(elsewhere)
    instants = _instants(elsewhere, case)
    committed = 0
    for instant in instants:
        task = open_task(case)
        who = REVIEWERS[str(task.department)]
        before = snapshot(case)
        path = f"/api/v1/tasks/{task.id}/complete"
        report = elsewhere(who, "POST", path, {"version": task.version, "data": OK}, kill=instant)
        assert report == {"killed": signal.SIGKILL}, instant
        nothing_is_wrong()
        if snapshot(case) != before:
            committed += 1
            assert instant == "after_commit"
    assert committed == 1
    assert len(instants) > 20


def _instants(elsewhere: Elsewhere, case: int) -> list[str]:
    """Every instant a completion passes, learnt from one that is left alone."""
    task = open_task(case)
    path = f"/api/v1/tasks/{task.id}/complete"
    body = {"version": task.version, "data": OK}
    done = elsewhere(REVIEWERS[str(task.department)], "POST", path, body)
    assert done["status"] == 200
    return [*dict.fromkeys(done["points"])]


class Served:
    """The application behind a real HTTP server with several threads."""

    def __init__(self, app: Flask):
        self.server = create_server(app, host="127.0.0.1", port=0, threads=8)
        self.port = self.server.effective_port
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.close()
        self.thread.join(timeout=5)


def _token(client: FlaskClient, who: str) -> dict[str, str]:
    answer = client.post("/api/v1/auth/token", json={"username": who, "password": DEMO_PASSWORD})
    return {"Authorization": f"Bearer {answer.json['token']}"}


def test_four_people_submitting_at_once_all_succeed(bank: Flask, elsewhere: Elsewhere) -> None:
    for _ in range(3):
        case = start(elsewhere)
        tokens = {who: _token(bank.test_client(), who) for who in REVIEWERS.values()}

        def job(department: str, who: str, case: int = case, tokens: Any = tokens) -> Callable[[], Any]:
            task = open_task(case, department)
            body = {"version": task.version, "data": OK}
            path = f"/api/v1/tasks/{task.id}/complete"
            return lambda: bank.test_client().post(path, json=body, headers=tokens[who])

        answers = at_once([job(d, w) for d, w in REVIEWERS.items()])
        assert [a.status_code for a in answers] == [200] * 4, [a.json for a in answers]
        assert open_task(case).element_id == "decide"
        nothing_is_wrong()


def test_the_same_task_twice_at_once_gives_one_success_and_one_conflict(bank: Flask, elsewhere: Elsewhere) -> None:
    case = start(elsewhere)
    headers = _token(bank.test_client(), "chen.rui")
    task = open_task(case, "risk")
    body, path = {"version": task.version, "data": OK}, f"/api/v1/tasks/{task.id}/complete"
    answers = at_once([lambda: bank.test_client().post(path, json=body, headers=headers)] * 2)
    assert sorted(a.status_code for a in answers) == [200, 409]
    refusal = next(a.json for a in answers if a.status_code == 409)
    assert "chen.rui" in refusal["title"]
    nothing_is_wrong()
