"""A program that knows only the API: it fills each form from its components, whoever the permissions let act."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.identity.demo import DEMO_PASSWORD, PEOPLE
from tests.processes.bank import LOAN, TIME_DEPOSIT, WEALTH, dearer, riskier
from tests.processes.conftest import bank, play
from tests.processes.play import DRIVER, Play
from tests.processes.test_paths import PLAN

__all__ = ["bank", "play"]

YES = ("approve", "proceed", "resubmit", "pass", "sign", "received")
MOST_STEPS = 60
KNOWN: Mapping[str, Mapping[str, Any]] = {"review_pilot": {"sales": 50, "complaints": 0, "incidents": 0}}
"""What the program has observed itself."""


class Program:
    """Everybody's hands, and nothing but the contract."""

    def __init__(self, client: FlaskClient):
        self._client = client
        self._tokens: dict[str, str] = {}

    def ask(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        if who not in self._tokens:
            credentials = {"username": who, "password": DEMO_PASSWORD}
            self._tokens[who] = self._client.post("/api/v1/auth/token", json=credentials).json["token"]
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers, **more)

    def drive(self, case: int) -> list[str]:
        """Work until the case ends; the elements that were completed, in order."""
        done: list[str] = []
        for _ in range(MOST_STEPS):
            if self.ask("jin.cheng", "GET", f"/instances/{case}").json["state"] != "active":
                return done
            moved = [task["element_id"] for task in self.open_tasks(case) if self.complete(task)]
            done += moved
            if not moved:
                self._client.post("/api/v1/demo/clock", json={"advance": "P31D"})
        raise AssertionError(f"no end after {done}")

    def open_tasks(self, case: int) -> Iterable[dict[str, Any]]:
        found = self.ask("jin.cheng", "GET", "/tasks?filter=all&limit=100").json["items"]
        return [t for t in found if t["instance_id"] == case and t["element_id"] != "observe_pilot"]

    def complete(self, task: Mapping[str, Any]) -> bool:
        for person in PEOPLE:
            seen = self.ask(person.username, "GET", f"/tasks/{task['id']}")
            if seen.status_code == 200 and "complete" in seen.json["allowed_actions"]:
                data = {**seen.json["values"], **self.filled(person.username, seen.json)}
                body = {"version": seen.json["version"], "data": data}
                answer = self.ask(person.username, "POST", f"/tasks/{task['id']}/complete", body)
                assert answer.status_code == 200, (task["element_id"], answer.json)
                return True
        return False

    def filled(self, who: str, task: Mapping[str, Any]) -> dict[str, Any]:
        """An answer to each component that says it is required."""
        known = KNOWN.get(task["element_id"], {})
        asked = [c for c in _inputs(task["form"]["components"]) if c["validate"].get("required")]
        return {c["key"]: known.get(c["key"], self.answer(who, task["id"], c)) for c in asked}

    def answer(self, who: str, task: int, component: Mapping[str, Any]) -> Any:
        kind, values = component["type"], [o["value"] for o in component.get("values", ())]
        if values:
            return values if kind == "checklist" else next((v for v in values if v in YES), values[0])
        if kind == "filepicker":
            sent = {"file": (io.BytesIO(b"measured"), "report.txt")}
            return [self.ask(who, "POST", f"/tasks/{task}/attachments", data=sent).json["id"]]
        return component["validate"].get("min", 0) if kind == "number" else "As discussed."


def _inputs(components: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for component in components:
        if component["type"] == "group":
            yield from _inputs(component["components"])
        elif component.get("key"):
            yield component


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "live", "proposed", "decided_by"),
    [
        ("TD", TIME_DEPOSIT, dearer(TIME_DEPOSIT, "1.35"), "executive_decision"),
        ("HL", LOAN, dearer(LOAN, "4.35"), "executive_decision"),
        ("W", WEALTH, riskier(WEALTH, "R3"), "write_minutes"),
    ],
    ids=["a minor repricing", "a material change with a pilot", "for the committee"],
)
def test_a_program_takes_a_change_from_proposal_to_live(
    bank: Flask, play: Play, code: str, live: Any, proposed: Any, decided_by: str
) -> None:
    play.sell({code: live})
    program = Program(bank.test_client(use_cookies=False))
    body = {"driver": DRIVER, "function_plan": "As proposed.", "versions": [{"product": code, "content": proposed}]}
    asked = {**body, "pilot_plan": PLAN} if code != "TD" else body
    created = program.ask("lin.yue", "POST", "/change-requests", asked).json
    done = program.drive(created["instance_id"])
    assert decided_by in done
    assert program.ask("lin.yue", "GET", f"/change-requests/{created['id']}").json["state"] == "live"
    assert done.count("give_opinion") == done.count("sign_off") >= 2
