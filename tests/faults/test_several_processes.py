"""Several people on one or several real web processes: nobody loses, nothing is doubled."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.at_once import at_once
from tests.faults.conftest import ROOT
from tests.faults.drawings import REVIEWERS
from tests.faults.test_department_review import OK, Elsewhere, _token, nothing_is_wrong, open_task, start


@pytest.fixture
def servers(bank: Flask) -> Iterator[list[str]]:
    """The addresses of two web processes; an embedded database is served by one."""
    count = 1 if bank.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else 2
    keep = ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "DEMO", "SCHEDULER")
    settings = json.dumps({name: bank.config[name] for name in keep})
    command = [sys.executable, "-m", "tests.faults.server", settings]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(count)]
    addresses = []
    for process in running:
        assert process.stdout is not None
        addresses.append(f"http://127.0.0.1:{int(process.stdout.readline())}")
    yield addresses
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def post(url: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {**headers, "Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def job(bank: Flask, server: str, case: int, department: str, who: str) -> Callable[[], tuple[int, Any]]:
    task, headers = open_task(case, department), _token(bank.test_client(), who)
    url = f"{server}/api/v1/tasks/{task.id}/complete"
    return lambda: post(url, {"version": task.version, "data": OK}, headers)


def test_four_people_over_the_wire_all_succeed(bank: Flask, servers: list[str], elsewhere: Elsewhere) -> None:
    for _ in range(3):
        case = start(elsewhere)
        answers = at_once(
            [job(bank, servers[i % len(servers)], case, d, w) for i, (d, w) in enumerate(REVIEWERS.items())]
        )
        assert [status for status, _ in answers] == [200] * 4, answers
        assert open_task(case).element_id == "decide"
    nothing_is_wrong()


def test_one_task_twice_over_the_wire_gives_one_success_and_one_conflict(
    bank: Flask, servers: list[str], elsewhere: Elsewhere
) -> None:
    case = start(elsewhere)
    answers = at_once([job(bank, server, case, "risk", "chen.rui") for server in (servers[0], servers[-1])])
    assert sorted(status for status, _ in answers) == [200, 409], answers
    nothing_is_wrong()
