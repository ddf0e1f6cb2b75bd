"""What may happen to a case: held, resumed, moved, cancelled; and what stops it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.database import end_read, session
from app.workflow import vocabulary
from app.workflow.models import Incident, ProcessInstance, Task
from tests.workflow.drawings import drawn, flow, line, node, simple
from tests.workflow.instances.play import Ask, complete, nothing_is_wrong, start, steps, tasks, try_to_complete, verb

OPERATOR = "lu.ming"


def timed(duration: str = "'P3D'", after: str = "", ending: str = "chase") -> str:
    """A task with a reminder beside it."""
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    body = node("startEvent", "s") + node("userTask", "one") + node("userTask", "two") + node("endEvent", "e")
    body += node("boundaryEvent", "late", timer, attachedToRef="one", cancelActivity="false")
    body += after + node("userTask", "chase") + node("endEvent", "f") + line("s", "one", "two", "e")
    return drawn(body + line("late", ending) + line("chase", "f"))


def snapshot(case_id: int) -> tuple[Any, ...]:
    end_read()
    case = session().get_one(ProcessInstance, case_id)
    rows = session().execute(select(Task.id, Task.state, Task.version).where(Task.instance_id == case_id)).all()
    found = (case.state, case.engine_state, case.variables, sorted(map(tuple, rows)))
    end_read()
    return found


def advance(bank: Flask, by: str) -> int:
    answer = bank.test_client().post("/api/v1/demo/clock", json={"advance": by})
    assert answer.status_code == 200, answer.json
    return int(answer.json["fired"])


def test_a_held_case_waits_with_its_tasks_and_timers(ask: Ask, bank: Flask) -> None:
    case = start(ask, timed())
    assert verb(ask, OPERATOR, case, "suspend").json["state"] == "suspended"
    assert advance(bank, "P9D") == 0
    task = tasks(ask, case)[0]
    for action, body in (
        ("complete", {"version": task["version"], "data": {"decision": "approve"}}),
        ("claim", None),
        ("release", None),
        ("transfer", {"to": "zhao.heng"}),
        ("send-back", {"element_id": "one", "reason": "x"}),
    ):
        refused = ask("lin.yue", "POST", f"/tasks/{task['id']}/{action}", json=body)
        assert (refused.status_code, action) in {(409, action), (200, "claim")}, refused.json
    nothing_is_wrong()
    assert verb(ask, OPERATOR, case, "resume").json["state"] == "active"
    assert advance(bank, "PT1S") == 1
    assert steps(ask, case) == ["chase", "one"]
    complete(ask, case, "one")
    nothing_is_wrong()


def test_states_are_left_by_the_verbs_of_their_table_only(ask: Ask) -> None:
    case = start(ask, simple("one"))
    assert verb(ask, OPERATOR, case, "resume").status_code == 409
    verb(ask, OPERATOR, case, "suspend")
    assert verb(ask, OPERATOR, case, "suspend").status_code == 409
    assert verb(ask, OPERATOR, case, "cancel", reason="x").json["state"] == "cancelled"
    for name, body in (
        ("suspend", {}),
        ("resume", {}),
        ("cancel", {"reason": "x"}),
        ("move", {"element_id": "one", "reason": "x"}),
        ("migrate", {}),
    ):
        assert verb(ask, OPERATOR, case, name, **body).status_code == 409, name
    nothing_is_wrong()


@pytest.mark.parametrize("name", ["suspend", "resume", "migrate", "move"])
def test_only_operators_operate(ask: Ask, name: str) -> None:
    case = start(ask, simple("one"))
    body = {"element_id": "one", "reason": "x"} if name == "move" else {}
    assert verb(ask, "lin.yue", case, name, **body).status_code == 403
    assert verb(ask, "tan.xue", case, name, **body).status_code == 404


def test_whoever_started_a_case_withdraws_it_and_others_do_not(ask: Ask) -> None:
    case = start(ask, simple("one"))
    assert verb(ask, "zhao.heng", case, "cancel", reason="x").status_code == 403
    assert verb(ask, "tan.xue", case, "cancel", reason="x").status_code == 404
    assert verb(ask, "lin.yue", case, "cancel", reason="No longer needed").json["state"] == "cancelled"
    assert steps(ask, case) == []
    last = ask("lin.yue", "GET", f"/instances/{case}/history").json["items"][-1]
    assert (last["action"], last["payload"]) == ("instance.cancel", {"reason": "No longer needed"})
    nothing_is_wrong()


def test_a_cancelled_case_has_no_timer_left(ask: Ask, bank: Flask) -> None:
    case = start(ask, timed())
    verb(ask, "lin.yue", case, "cancel", reason="")
    assert advance(bank, "P9D") == 0
    nothing_is_wrong()


def test_an_operator_moves_a_case(ask: Ask) -> None:
    case = start(ask, simple("one", "two", "three"))
    moved = verb(ask, OPERATOR, case, "move", element_id="three", reason="Skipped by decision 12")
    assert (moved.status_code, moved.json["active_elements"]) == (200, ["three"])
    verb(ask, OPERATOR, case, "move", element_id="one", reason="Back again")
    assert steps(ask, case) == ["one"]
    nothing_is_wrong()


@pytest.mark.parametrize("element", ["none", "start", "end", "start_one", "Root", "'", "../x", "drawn"])
def test_a_case_is_moved_to_steps_only(ask: Ask, element: str) -> None:
    case = start(ask, simple("one", "two"))
    before = snapshot(case)
    answer = verb(ask, OPERATOR, case, "move", element_id=element, reason="x")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/element_id"
    assert snapshot(case) == before


def stuck(expression: str) -> str:
    body = (
        node("startEvent", "s") + node("userTask", "one") + node("exclusiveGateway", "which_way", default="which_way_a")
    )
    body += node("userTask", "a") + node("endEvent", "e") + line("s", "one", "which_way", "a", "e")
    return drawn(body + flow("which_way", "e", expression))


STUCK = {
    "unknown name": (stuck("not_defined == 1"), "which_way"),
    "wrong types": (stuck("decision &gt; 5"), "which_way"),
    "wrong due date": (simple("one", "two").replace('id="two"', 'id="two" tollgate:due="= decision"'), "two"),
    "wrong priority": (simple("one", "two").replace('id="two"', 'id="two" tollgate:priority="= decision"'), "two"),
    "wrong groups": (simple("one", "two").replace('id="two"', 'id="two" tollgate:candidateGroups="= nobody"'), "two"),
    "timer": (timed("decision").replace('attachedToRef="one"', 'attachedToRef="two"'), "late"),
    "script": (
        drawn(
            node("startEvent", "s")
            + node("userTask", "one")
            + node("scriptTask", "sum", "<bpmn:script>x = decision + 1</bpmn:script>")
            + line("s", "one", "sum")
        ),
        "sum",
    ),
}


@pytest.mark.parametrize("name", STUCK)
def test_an_error_of_the_drawing_changes_nothing_and_names_the_element(ask: Ask, name: str) -> None:
    xml, element = STUCK[name]
    case = start(ask, xml)
    before = snapshot(case)
    answer = try_to_complete(ask, case, "one")
    assert (answer.status_code, answer.json["code"]) == (422, "case_stuck"), answer.json
    assert f"“{element}”" in answer.json["title"]
    assert snapshot(case) == before
    nothing_is_wrong()


def test_a_case_that_cannot_start_leaves_nothing(ask: Ask) -> None:
    xml = simple("one").replace('id="one"', 'id="one" tollgate:due="= not_defined"')
    ask("shen.dan", "POST", "/processes", json={"xml": xml})
    answer = ask("lin.yue", "POST", "/processes/drawn/instances", json={"variables": {}})
    assert (answer.status_code, answer.json["code"]) == (422, "case_stuck")
    assert "“one”" in answer.json["title"]
    assert ask(OPERATOR, "GET", "/instances").json["items"] == []


def incidents(case_id: int) -> list[tuple[str | None, bool]]:
    end_read()
    query = select(Incident).where(Incident.instance_id == case_id).order_by(Incident.id)
    found = [(i.element_id, i.resolved_at is not None) for i in session().scalars(query)]
    end_read()
    return found


def test_a_timer_that_cannot_be_served_stops_its_case_alone_and_can_be_tried_again(ask: Ask, bank: Flask) -> None:
    """The others' timers fire; after the repair the operator lets the failed case go on."""
    broken = node("serviceTask", "book", tollgate_handler="tests.book") + line("book", "chase")
    works = False

    def book(context: vocabulary.Context) -> None:
        if not works:
            raise vocabulary_error()

    vocabulary.handler("tests.book")(book)
    try:
        case = start(ask, timed(after=broken, ending="book"))
        healthy = start(ask, timed().replace('id="drawn"', 'id="drawn" tollgate:note="other"'))
        assert advance(bank, "P4D") == 1
        assert steps(ask, healthy) == ["chase", "one"]
        failed = ask(OPERATOR, "GET", f"/instances/{case}").json
        assert failed["state"] == "failed"
        assert incidents(case) == [("book", False)]
        assert advance(bank, "P1D") == 0
        assert try_to_complete(ask, case, "one").status_code == 409
        nothing_is_wrong()
        works = True
        assert verb(ask, "lin.yue", case, "resume").status_code == 403
        assert verb(ask, OPERATOR, case, "resume").json["state"] == "active"
        assert advance(bank, "PT1S") == 1
        assert steps(ask, case) == ["chase", "one"]
        assert incidents(case) == [("book", True)]
        nothing_is_wrong()
    finally:
        vocabulary._HANDLERS.pop("tests.book")


def vocabulary_error() -> Exception:
    from app.kernel.errors import Conflict

    return Conflict("The ledger is closed.")


def test_a_failed_case_can_be_moved_or_cancelled(ask: Ask, bank: Flask) -> None:
    for name, body in (("move", {"element_id": "two", "reason": "x"}), ("cancel", {"reason": "x"})):
        ending = node("scriptTask", "broken", "<bpmn:script>x = not_defined</bpmn:script>") + line("broken", "chase")
        case = start(ask, timed(after=ending, ending="broken"))
        advance(bank, "P4D")
        assert incidents(case) == [("broken", False)]
        assert verb(ask, OPERATOR, case, name, **body).status_code == 200
        nothing_is_wrong()
        if name == "move":
            assert complete(ask, case, "two")["state"] == "completed"


def test_a_case_that_ends_by_itself_needs_no_task(ask: Ask) -> None:
    xml = drawn(node("startEvent", "s") + node("endEvent", "e") + line("s", "e"))
    case = start(ask, xml, note="kept")
    found = ask("lin.yue", "GET", f"/instances/{case}").json
    assert (found["state"], found["variables"]["note"], found["active_elements"]) == ("completed", "kept", [])
    nothing_is_wrong()


def test_exact_numbers_stand_as_texts_in_the_variables(ask: Ask) -> None:
    script = node("scriptTask", "sum", "<bpmn:script>rate = 0.1 + 0.2\nwhole = 1.0 + 1\nlist = [0.5]</bpmn:script>")
    xml = drawn(node("startEvent", "s") + script + node("userTask", "one") + line("s", "sum", "one"))
    variables = ask("lin.yue", "GET", f"/instances/{start(ask, xml)}").json["variables"]
    assert variables == {"initiator": "lin.yue", "rate": "0.3", "whole": 2, "list": ["0.5"]}
