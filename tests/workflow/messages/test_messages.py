"""Messages from case to case: who hears them, when, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.kernel import clock
from app.kernel.database import end_read, session
from app.kernel.outbox import OutboxMessage
from app.worker import run_due
from app.workflow.models import MessageWait, ProcessInstance
from tests.workflow.conftest import Ask
from tests.workflow.drawings import drawn, line, node
from tests.workflow.instances.play import complete, deploy, nothing_is_wrong, steps, verb

BEGIN, ENDED = '<bpmn:message id="m_begin" name="begin"/>', '<bpmn:message id="m_ended" name="ended"/>'


def _message(name: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="m_{name}"/>'


def _payload(name: str, value: str) -> str:
    inner = f'<tollgate:parameter name="{name}" value="{value}"/>'
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


LONG = drawn(
    node("startEvent", "start")
    + node(
        "intermediateThrowEvent", "ask", _payload("asked", "= 7") + _message("begin"), tollgate_correlation="= about"
    )
    + node("intermediateCatchEvent", "wait", _message("ended"), tollgate_correlation="= about")
    + node("userTask", "last")
    + node("endEvent", "end")
    + line("start", "ask", "wait", "last", "end"),
    key="long",
    beside=BEGIN + ENDED,
)
SHORT = drawn(
    node("startEvent", "begun", _message("begin"))
    + node("userTask", "work")
    + node("endEvent", "done", _payload("came_to", "= 'good'") + _message("ended"))
    + line("begun", "work", "done"),
    key="short",
    beside=BEGIN + ENDED,
)


def _start(ask: Ask, about: str) -> int:
    body = {"variables": {"about": about}, "business_key": f"LONG-{about}"}
    started = ask("lin.yue", "POST", "/processes/long/instances", json=body)
    assert started.status_code == 201, started.json
    return int(started.json["id"])


def _run() -> None:
    run_due(clock.now())


def _cases(key: str) -> list[ProcessInstance]:
    found = list(session().scalars(select(ProcessInstance).where(ProcessInstance.process_key == key)))
    end_read()
    return found


def _waits() -> int:
    found = session().scalar(select(func.count()).select_from(MessageWait)) or 0
    end_read()
    return found


def _pending() -> list[Any]:
    rows = session().scalars(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))).all()
    end_read()
    return list(rows)


def test_a_case_begins_another_by_message_and_goes_on_when_that_ends(bank: Flask, ask: Ask) -> None:
    deploy(ask, LONG)
    deploy(ask, SHORT)
    long = _start(ask, "A")
    assert steps(ask, long) == []
    _run()
    (short,) = _cases("short")
    assert (short.business_key, short.started_by, short.variables["asked"]) == ("A", "lin.yue", 7)
    _run()
    assert len(_cases("short")) == 1, "a message is delivered once"
    complete(ask, short.id, "work")
    _run()
    assert steps(ask, long) == ["last"]
    assert ask("lin.yue", "GET", f"/instances/{long}").json["variables"]["came_to"] == "good"
    assert _waits() == 0
    nothing_is_wrong()


def test_only_the_case_that_is_meant_is_woken(bank: Flask, ask: Ask) -> None:
    deploy(ask, LONG)
    deploy(ask, SHORT)
    one, other = _start(ask, "A"), _start(ask, "B")
    _run()
    complete(ask, next(c.id for c in _cases("short") if c.business_key == "B"), "work")
    _run()
    assert (steps(ask, one), steps(ask, other)) == ([], ["last"])
    assert _waits() == 1


def test_a_message_waits_until_somebody_listens(bank: Flask, ask: Ask) -> None:
    deploy(ask, LONG)
    _start(ask, "A")
    _run()
    (message,) = _pending()
    assert (message.attempts, "Nothing waits" in message.error) == (1, True)
    deploy(ask, SHORT)
    run_due(clock.now() + timedelta(minutes=1))
    assert [c.business_key for c in _cases("short")] == ["A"]
    assert _pending() == []


def test_what_cannot_be_taken_in_leaves_nothing_half_done(bank: Flask, ask: Ask) -> None:
    stuck = drawn(
        node("startEvent", "begun", _message("begin"))
        + node("scriptTask", "compute", "<bpmn:script>x = 1 / 0</bpmn:script>")
        + node("endEvent", "done")
        + line("begun", "compute", "done"),
        key="stuck",
        beside=BEGIN,
    )
    deploy(ask, LONG)
    deploy(ask, stuck)
    long = _start(ask, "A")
    _run()
    assert _cases("stuck") == []
    assert [m.attempts for m in _pending()] == [1]
    assert ask("lin.yue", "GET", f"/instances/{long}").json["state"] == "active"
    nothing_is_wrong()


def test_a_held_case_hears_the_message_when_it_goes_on(bank: Flask, ask: Ask) -> None:
    deploy(ask, LONG)
    deploy(ask, SHORT)
    long = _start(ask, "A")
    _run()
    assert verb(ask, "lu.ming", long, "suspend").status_code == 200
    complete(ask, _cases("short")[0].id, "work")
    _run()
    assert steps(ask, long) == []
    assert verb(ask, "lu.ming", long, "resume").status_code == 200
    run_due(clock.now() + timedelta(minutes=1))
    assert steps(ask, long) == ["last"]


def test_a_cancelled_case_waits_for_nothing(bank: Flask, ask: Ask) -> None:
    deploy(ask, LONG)
    deploy(ask, SHORT)
    long = _start(ask, "A")
    assert _waits() == 1
    assert verb(ask, "lin.yue", long, "cancel", reason="not needed").status_code == 200
    assert _waits() == 0


def test_an_operator_may_deliver_a_message_and_nobody_else(bank: Flask, ask: Ask) -> None:
    deploy(ask, LONG)
    long = _start(ask, "A")
    body = {"name": "ended", "correlation": "A", "payload": {"came_to": "from outside"}}
    assert ask("lin.yue", "POST", "/messages", json=body).status_code == 403
    nobody = ask("lu.ming", "POST", "/messages", json={**body, "correlation": "Z"})
    assert (nobody.status_code, nobody.json["title"]) == (404, "Nothing waits for the message ended about Z.")
    heard = ask("lu.ming", "POST", "/messages", json=body)
    assert (heard.status_code, heard.json) == (200, {"woken": [long], "begun": []})
    assert steps(ask, long) == ["last"]


def test_a_process_that_a_message_begins_is_begun_by_a_program_too(bank: Flask, ask: Ask) -> None:
    deploy(ask, SHORT)
    heard = ask("lu.ming", "POST", "/messages", json={"name": "begin", "correlation": "A"})
    assert heard.json["begun"] == [_cases("short")[0].id]


def test_only_the_start_of_a_process_itself_waits_for_a_message(bank: Flask, ask: Ask) -> None:
    inner = node("startEvent", "i_s", _message("begin")) + node("endEvent", "i_e") + line("i_s", "i_e")
    body = node("startEvent", "s") + node("subProcess", "part", inner) + node("endEvent", "e") + line("s", "part", "e")
    found = ask("shen.dan", "POST", "/processes/check", json={"xml": drawn(body, beside=BEGIN)}).json["findings"]
    assert [(f["code"], f["element_id"]) for f in found if f["severity"] == "error"] == [("unsupported", "i_s")]
