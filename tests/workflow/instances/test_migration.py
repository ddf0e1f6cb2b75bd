"""Taking a running case to a newer drawing: what cannot stand there is refused, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

from tests.workflow.drawings import drawn, flow, line, node, simple
from tests.workflow.instances.play import Ask, complete, deploy, nothing_is_wrong, start, tasks


@pytest.fixture
def case(ask: Ask) -> Callable[..., int]:
    """Deploy a drawing and start a case of it."""
    return partial(start, ask)


def migrate(ask: Ask, case_id: int, xml: str, who: str = "lu.ming") -> Any:
    deploy(ask, xml)
    return ask(who, "POST", f"/instances/{case_id}/migrate")


def test_a_changed_name_passes_and_open_tasks_are_called_by_it(ask: Ask, case: Callable[..., int]) -> None:
    case_id = case(simple("one", "two"))
    newer = simple("one", "two").replace('name="one"', 'name="First look" tollgate:nameZh="初看"')
    answer = migrate(ask, case_id, newer)
    assert (answer.status_code, answer.json["process_version"]) == (200, 2)
    assert [t["name"] for t in tasks(ask, case_id)] == ["First look"]
    nothing_is_wrong()
    complete(ask, case_id, "one")
    assert complete(ask, case_id, "two")["state"] == "completed"
    nothing_is_wrong()


def test_a_step_added_ahead_is_worked(ask: Ask, case: Callable[..., int]) -> None:
    case_id = case(simple("one", "two"))
    assert migrate(ask, case_id, simple("one", "between", "two")).status_code == 200
    assert complete(ask, case_id, "one")["active_elements"] == ["between"]
    nothing_is_wrong()


def test_a_step_removed_ahead_is_not_missed(ask: Ask, case: Callable[..., int]) -> None:
    case_id = case(simple("one", "between", "two"))
    assert migrate(ask, case_id, simple("one", "two")).status_code == 200
    assert complete(ask, case_id, "one")["active_elements"] == ["two"]
    nothing_is_wrong()


def test_a_removed_step_under_a_live_token_is_refused_by_name(ask: Ask, case: Callable[..., int]) -> None:
    case_id = case(simple("one", "two"))
    answer = migrate(ask, case_id, simple("other", "two"))
    assert (answer.status_code, answer.json["code"]) == (409, "misfit")
    assert "“one”" in answer.json["title"]
    assert ask("lu.ming", "GET", f"/instances/{case_id}").json["process_version"] == 1
    complete(ask, case_id, "one")
    assert complete(ask, case_id, "two")["state"] == "completed"
    nothing_is_wrong()


def test_a_step_of_another_kind_under_a_live_token_is_refused(ask: Ask, case: Callable[..., int]) -> None:
    case_id = case(simple("one", "two"))
    newer = simple("one", "two").replace(
        node("userTask", "one"), node("scriptTask", "one", "<bpmn:script>x = 1</bpmn:script>")
    )
    answer = migrate(ask, case_id, newer)
    assert (answer.status_code, answer.json["code"]) == (409, "misfit")


def side_by_side(*branches: str) -> str:
    body = node("startEvent", "s") + node("parallelGateway", "fork") + node("parallelGateway", "join")
    body += node("userTask", "last") + node("endEvent", "e") + line("s", "fork") + line("join", "last", "e")
    return drawn(body + "".join(node("userTask", b) + line("fork", b, "join") for b in branches))


def test_a_branch_added_behind_a_fork_that_has_fired_is_refused(ask: Ask, case: Callable[..., int]) -> None:
    """The join would wait for ever for a branch that nobody ever begins."""
    case_id = case(side_by_side("a", "b"))
    complete(ask, case_id, "a")
    answer = migrate(ask, case_id, side_by_side("a", "b", "c"))
    assert (answer.status_code, answer.json["code"]) == (409, "misfit")
    assert complete(ask, case_id, "b")["active_elements"] == ["last"]
    nothing_is_wrong()


def test_a_branch_added_before_its_fork_fires_is_taken(ask: Ask, case: Callable[..., int]) -> None:
    first = side_by_side("a", "b").replace(line("s", "fork"), node("userTask", "begin") + line("s", "begin", "fork"))
    newer = side_by_side("a", "b", "c").replace(
        line("s", "fork"), node("userTask", "begin") + line("s", "begin", "fork")
    )
    case_id = case(first)
    assert migrate(ask, case_id, newer).status_code == 200
    assert complete(ask, case_id, "begin")["active_elements"] == ["a", "b", "c"]
    nothing_is_wrong()


def test_conditions_on_what_is_not_known_yet_do_not_stand_in_the_way(ask: Ask, case: Callable[..., int]) -> None:
    def asked(name: str) -> str:
        body = node("startEvent", "s") + node("userTask", "one") + node("exclusiveGateway", "g")
        body += node("userTask", "a") + node("userTask", "b") + node("endEvent", "e") + line("s", "one", "g")
        body += flow("g", "a", "unknown_count &gt; 3") + flow("g", "b", "unknown_list[0] == 'x'")
        return drawn(body.replace('name="one"', f'name="{name}"') + line("a", "e") + line("b", "e"))

    case_id = case(asked("old"))
    assert migrate(ask, case_id, asked("new")).status_code == 200


def test_a_loop_over_a_list_that_is_not_known_yet_does_not_stand_in_the_way(ask: Ask, case: Callable[..., int]) -> None:
    loop = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>later</bpmn:loopDataInputRef>"
    loop += '<bpmn:inputDataItem id="item" name="item"/></bpmn:multiInstanceLoopCharacteristics>'

    def asked(second: str) -> str:
        body = (
            node("startEvent", "s") + node("userTask", "one") + node("userTask", second, loop) + node("endEvent", "e")
        )
        return drawn(body + line("s", "one", second, "e"))

    case_id = case(asked("two"))
    assert migrate(ask, case_id, asked("other")).status_code == 200


def test_timers_of_a_migrated_case_still_fire(ask: Ask, bank: Flask, case: Callable[..., int]) -> None:
    def timed(name: str) -> str:
        timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>'P3D'</bpmn:timeDuration></bpmn:timerEventDefinition>"
        body = node("startEvent", "s") + node("userTask", "one") + node("endEvent", "e") + line("s", "one", "e")
        body += node("boundaryEvent", "late", timer, attachedToRef="one", cancelActivity="false")
        return drawn(body + node("userTask", name) + node("endEvent", "f") + line("late", name, "f"))

    case_id = case(timed("old_reminder"))
    assert migrate(ask, case_id, timed("new_reminder")).status_code == 200
    nothing_is_wrong()
    assert bank.test_client().post("/api/v1/demo/clock", json={"advance": "P4D"}).json["fired"] == 1
    assert [t["element_id"] for t in tasks(ask, case_id)] == ["new_reminder", "one"]
    nothing_is_wrong()


def test_only_an_operator_migrates_and_only_what_runs(ask: Ask, case: Callable[..., int]) -> None:
    case_id = case(simple("one"))
    assert migrate(ask, case_id, simple("one", "two"), who="lin.yue").status_code == 403
    assert ask("tan.xue", "POST", f"/instances/{case_id}/migrate").status_code == 404
    assert ask("lu.ming", "POST", f"/instances/{case_id}/cancel", json={"reason": "x"}).status_code == 200
    assert ask("lu.ming", "POST", f"/instances/{case_id}/migrate").status_code == 409


def test_migrating_to_the_same_version_changes_nothing(ask: Ask, case: Callable[..., int]) -> None:
    case_id = case(simple("one"))
    assert ask("lu.ming", "POST", f"/instances/{case_id}/migrate").json["process_version"] == 1
    history = ask("lu.ming", "GET", f"/instances/{case_id}/history").json["items"]
    assert "instance.migrate" not in [e["action"] for e in history]
