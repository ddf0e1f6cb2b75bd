"""What auditors and operators ask of the platform, on the page and at the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.kernel import audit, clock
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session, unit_of_work
from app.workflow.engine import EngineError, Run
from app.workflow.models import ProcessInstance, Task
from app.workflow.timers.services import tick
from tests.desks.conftest import Bank, Desk

DeskOf = Callable[..., Desk]


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    end_read()
    result = app.test_cli_runner().invoke(args=list(arguments))
    return result.exit_code, result.output


def tamper(statement: object) -> None:
    with unit_of_work() as uow:
        uow.execute(statement)  # type: ignore[call-overload]


def test_an_intact_chain_is_said_to_hold(desk: DeskOf, cases: Bank, bank: Flask) -> None:
    cases.start()
    assert "Every audit chain holds" in desk("jin.cheng").post("/admin/verify").text
    assert run(bank, "audit", "verify") == (0, "the audit chain holds\n")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (update(AuditEvent).where(AuditEvent.number == 2).values(actor="somebody.else"), "altered"),
        (update(AuditEvent).where(AuditEvent.number == 2).values(payload={"x": 1}), "altered"),
        (delete(AuditEvent).where(AuditEvent.number == 2), "missing"),
    ],
    ids=["actor", "payload", "deleted"],
)
def test_a_chain_that_was_tampered_with_is_named(
    desk: DeskOf, cases: Bank, bank: Flask, change: object, reason: str
) -> None:
    case = cases.start()["case"]
    tamper(change)
    assert f"instance:{case}" in desk("jin.cheng").post("/admin/verify").text
    code, output = run(bank, "audit", "verify", "--stream", f"instance:{case}")
    assert code == 1
    assert f"instance:{case} #2: {reason}" in output
    assert run(bank, "audit", "verify", "--stream", "process:clause_review")[0] == 0


def test_the_doctor_names_what_does_not_hold(cases: Bank, bank: Flask) -> None:
    task = cases.start()["risk"]
    assert run(bank, "doctor") == (0, "everything holds\n")
    tamper(update(Task).where(Task.id == task).values(state="completed"))
    code, output = run(bank, "doctor")
    assert code == 1
    assert "case 1" in output


def test_the_audit_trail_narrows_by_record_person_and_action(desk: DeskOf, cases: Bank) -> None:
    one, other = cases.start(), cases.start()
    cases.claim(one["risk"], "chen.rui")
    auditor = desk("jin.cheng")
    assert f"instance:{other['case']}" in auditor.main("/admin")
    narrowed = auditor.main(f"/admin?stream=instance:{one['case']}&action=task.claim&actor=chen.rui")
    assert "task.claim</code>" in narrowed
    assert f"instance:{other['case']}" not in narrowed
    assert "Nothing matches" in auditor.main("/admin?actor=nobody")


def test_the_trail_is_for_auditors_and_incidents_for_operators(desk: DeskOf, cases: Bank) -> None:
    assert desk("lin.yue").get("/admin").status_code == 403
    operator = desk("lu.ming").main("/admin")
    assert "Incidents" in operator
    assert "Audit trail" not in operator
    assert desk("lu.ming").post("/admin/verify").status_code == 403


def test_a_case_that_could_not_go_on_stops_with_an_incident_and_can_be_tried_again(
    desk: DeskOf, cases: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, sound = cases.start()["case"], cases.start()["case"]
    whole = Run.fire_due

    def fire_due(run: Run) -> int:
        if not broken:
            return whole(run)
        broken.pop()
        raise EngineError("no such variable", "late")

    broken = [True]
    monkeypatch.setattr(Run, "fire_due", fire_due)
    later = clock.now() + timedelta(days=30)
    end_read()
    assert tick(later) == 1
    assert [state(case) for case in (stuck, sound)] == ["failed", "active"]
    operator = desk("lu.ming")
    assert "no such variable" in operator.main("/admin")
    assert desk("lin.yue").post(f"/cases/{stuck}/retry").status_code == 403
    assert operator.post(f"/cases/{stuck}/retry").status_code == 303
    assert state(stuck) == "active"
    assert "no such variable" not in operator.main("/admin")
    assert tick(later) == 1
    assert list(audit.verify(session())) == []
    end_read()


def state(case: int) -> str:
    end_read()
    return session().get_one(ProcessInstance, case, populate_existing=True).state
