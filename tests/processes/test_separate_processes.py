"""One whole case, from proposal to launch, each step by HTTP in an operating system process of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.kernel import audit, clock
from app.kernel.database import end_read, session
from app.workflow.invariants import violations
from tests.processes.bank import LOAN, dearer
from tests.processes.play import ANSWERS, DRIVER, EVIDENCE, Play
from tests.processes.test_paths import PLAN

Elsewhere = Callable[..., dict[str, Any]]
MOST_STATEMENTS = 15
"""Of a review, the task completed most often; the last one also consolidates."""
ONCE_PER_PROCESS = 2
"""The drawing and the bank's calendar: every step here is the first of its process."""


class Distant:
    """The same case as ``Play``, every step somewhere else."""

    def __init__(self, play: Play, elsewhere: Elsewhere):
        self.play, self.elsewhere = play, elsewhere
        self.reviews: list[int] = []

    def ask(self, who: str, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        report = self.elsewhere(who, method, f"/api/v1{path}", body)
        assert report["status"] == status, report["body"]
        assert report["commits"] == (0 if method == "GET" else 1) or path == "/demo/clock"
        return report["body"] if status != 200 or "task" not in report["body"] else self._counted(report)

    def _counted(self, report: Any) -> Any:
        if report["body"]["task"]["element_id"] == "give_opinion":
            self.reviews.append(report["statements"] - ONCE_PER_PROCESS)
        return report["body"]

    def do(self, element: str, department: str | None = None, **answers: Any) -> Any:
        task = self.play.task(element, department)
        who = self.play.whose(element, task)
        data = {**ANSWERS[element], **answers}
        if element in EVIDENCE:
            data["evidence"] = [self.play.attach(task.id, who)]
        body = {"version": task.version, "data": data}
        return self.ask(who, "POST", f"/tasks/{task.id}/complete", body)["instance"]

    def speak(self, department: str) -> None:
        self.do("give_opinion", department)
        self.do("sign_off", department)

    def wait(self, duration: str) -> None:
        self.ask("lin.yue", "POST", "/demo/clock", {"advance": duration})


@pytest.mark.slow
def test_a_case_lives_through_many_processes(play: Play, elsewhere: Elsewhere) -> None:
    play.now = clock.now()
    play.sell({"HL": LOAN})
    far = Distant(play, elsewhere)
    proposal = {
        "driver": DRIVER,
        "function_plan": "A dearer loan.",
        "pilot_plan": PLAN,
        "versions": [{"product": "HL", "content": dearer(LOAN, "4.35")}],
    }
    created = far.ask("lin.yue", "POST", "/change-requests", proposal, status=201)
    play.request_id = created["id"]
    for element in ("assess_need", "design_change", "test_change"):
        far.do(element)
    for department in play.asked():
        far.speak(department)
    far.do("executive_decision")
    far.ask("xu.feng", "GET", f"/change-requests/{created['id']}")
    far.wait("P15D")
    far.do("review_pilot")
    assert far.do("plan_rollout")["state"] == "active"
    far.wait("P31D")
    assert play.request().state == "live"
    assert play.instance().state == "completed"
    assert max(far.reviews[:-1]) <= MOST_STATEMENTS, far.reviews
    assert list(violations(session(), clock.now())) == []
    assert list(audit.verify(session())) == []
    end_read()
