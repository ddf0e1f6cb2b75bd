"""Cases over HTTP: started, worked, looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.kernel import audit, clock
from app.kernel.database import end_read, session
from app.workflow.invariants import violations

Ask = Callable[..., Any]
OK = {"decision": "approve", "comment": ""}


def deploy(ask: Ask, xml: str) -> None:
    answer = ask("shen.dan", "POST", "/processes", json={"xml": xml})
    assert answer.status_code == 201, answer.json


def start(ask: Ask, xml: str, **variables: Any) -> int:
    """The id of a new case of ``drawn``, started by lin.yue."""
    deploy(ask, xml)
    started = ask("lin.yue", "POST", "/processes/drawn/instances", json={"variables": variables})
    assert started.status_code == 201, started.json
    return int(started.json["id"])


def tasks(ask: Ask, case_id: int) -> list[dict[str, Any]]:
    """Open tasks of a case, as an auditor sees them, by element."""
    found = ask("jin.cheng", "GET", "/tasks?filter=all&limit=200").json["items"]
    return sorted((t for t in found if t["instance_id"] == case_id), key=lambda t: str(t["element_id"]))


def steps(ask: Ask, case_id: int) -> list[str]:
    return [t["element_id"] for t in tasks(ask, case_id)]


def try_to_complete(ask: Ask, case_id: int, element: str, who: str = "lin.yue") -> Any:
    task = next(t for t in tasks(ask, case_id) if t["element_id"] == element)
    return ask(who, "POST", f"/tasks/{task['id']}/complete", json={"version": task["version"], "data": OK})


def complete(ask: Ask, case_id: int, element: str, who: str = "lin.yue") -> Any:
    answer = try_to_complete(ask, case_id, element, who)
    assert answer.status_code == 200, answer.json
    return answer.json["instance"]


def verb(ask: Ask, who: str, case_id: int, name: str, **body: Any) -> Any:
    return ask(who, "POST", f"/instances/{case_id}/{name}", json=body)


def nothing_is_wrong() -> None:
    assert list(violations(session(), clock.now())) == []
    assert list(audit.verify(session())) == []
    end_read()
