"""Variables belong to their scope: no branch loses what another has set."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.workflow.drawings import drawn, flow, line, node
from tests.workflow.engine.play import Play

ITEMS = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
    "<bpmn:loopDataInputRef>departments</bpmn:loopDataInputRef>"
    "{output}"
    '<bpmn:inputDataItem id="department" name="department"/></bpmn:multiInstanceLoopCharacteristics>'
)
OUTPUT = "<bpmn:loopDataOutputRef>verdicts</bpmn:loopDataOutputRef>"
OUTPUT_ITEM = '<bpmn:outputDataItem id="verdict" name="verdict"/>'


def items(*, sequential: bool = False, output: bool = False) -> str:
    text = ITEMS.format(sequential=str(sequential).lower(), output=OUTPUT if output else "")
    return text.replace("</bpmn:multi", f"{OUTPUT_ITEM}</bpmn:multi") if output else text


SIDE_BY_SIDE = drawn(
    node("startEvent", "s")
    + node("parallelGateway", "fork")
    + node("userTask", "legal")
    + node("userTask", "risk")
    + node("parallelGateway", "join")
    + node("userTask", "last")
    + line("s", "fork", "legal", "join", "last")
    + line("fork", "risk", "join")
)


@pytest.mark.parametrize("order", [("legal", "risk"), ("risk", "legal")])
def test_a_branch_does_not_undo_what_another_has_decided(order: tuple[str, str]) -> None:
    """The answers of an earlier round are in all branches when the second round begins."""
    play = Play(SIDE_BY_SIDE, {"legal_decision": "reject", "risk_decision": "reject"})
    for department in order:
        play.do(department, **{f"{department}_decision": "approve"})
    assert play.variables == {"legal_decision": "approve", "risk_decision": "approve"}


def test_two_branches_that_append_to_one_list_both_stand_in_it() -> None:
    body = node("startEvent", "s") + node("parallelGateway", "fork") + node("parallelGateway", "join")
    body += node("userTask", "last") + line("s", "fork") + line("join", "last")
    for name in ("a", "b"):
        body += node("userTask", name) + node(
            "scriptTask", f"add_{name}", f"<bpmn:script>l = l + ['{name}']</bpmn:script>"
        )
        body += line("fork", name, f"add_{name}", "join")
    play = Play(drawn(body), {"l": []}).do("b").do("a")
    assert play.variables["l"] == ["b", "a"]


@pytest.mark.parametrize("sequential", [True, False])
def test_instances_of_a_loop_keep_each_others_answers(sequential: bool) -> None:
    body = node("startEvent", "s") + node("userTask", "review", items(sequential=sequential)) + node("userTask", "last")
    play = Play(drawn(body + line("s", "review", "last")), {"departments": ["x", "y"], "x": "old", "y": "old"})
    play.do("review:x", x="new").do("review:y", y="new")
    assert play.variables == {"departments": ["x", "y"], "x": "new", "y": "new"}
    assert play.open == ["last"]


@pytest.mark.parametrize("sequential", [True, False])
def test_a_second_round_of_a_loop_starts_afresh(sequential: bool) -> None:
    body = (
        node("startEvent", "s")
        + node("exclusiveGateway", "merge")
        + node("exclusiveGateway", "again", default="again_last")
    )
    body += node("userTask", "review", items(sequential=sequential, output=True)) + node("userTask", "last")
    body += line("s", "merge", "review", "again", "last") + flow("again", "merge", "'back' in verdicts")
    play = Play(drawn(body), {"departments": ["x", "y"]})
    play.do("review:x", verdict="back").do("review:y", verdict="ok")
    assert play.open == (["review:x"] if sequential else ["review:x", "review:y"])
    play.do("review:x", verdict="fine").do("review:y", verdict="ok")
    assert play.variables["verdicts"] == ["fine", "ok"]
    assert play.open == ["last"]
    assert "verdict" not in play.variables
    assert "department" not in play.variables


def test_an_empty_list_is_passed_over_and_a_wrong_one_is_an_error_there() -> None:
    body = node("startEvent", "s") + node("userTask", "review", items()) + node("userTask", "last")
    xml = drawn(body + line("s", "review", "last"))
    assert Play(xml, {"departments": []}).open == ["last"]
    for wrong in ("abc", 5, None, list(range(1_000))):
        with pytest.raises(Exception, match=r"list|instances") as error:
            Play(xml, {"departments": wrong})
        assert error.value.element_id == "review"  # type: ignore[attr-defined]


BLOCK = drawn(
    node("startEvent", "b_start")
    + node("userTask", "officer")
    + node("userTask", "head")
    + node("exclusiveGateway", "b_gate", default="b_gate_b_ok")
    + node("endEvent", "b_ok")
    + node("scriptTask", "objected", "<bpmn:script>objections = 1</bpmn:script>")
    + line("b_start", "officer", "head", "b_gate", "b_ok")
    + flow("b_gate", "objected", "opinion == 'no'")
    + line("objected", "b_ok"),
    key="block",
)
CALLING = drawn(
    node("startEvent", "s")
    + node("callActivity", "review", items(), calledElement="block")
    + node("userTask", "last")
    + line("s", "review", "last")
)


def test_instances_of_a_called_process_do_not_see_each_other() -> None:
    """Each department's opinion decides its own way through the block."""
    play = Play(CALLING, {"departments": ["x", "y"], "objections": 0}, [BLOCK])
    assert play.open == ["officer", "officer"]
    first, second = play.work
    play.run.complete(first.token, {"opinion": "no"})
    play.run.complete(second.token, {"opinion": "yes"})
    play._settle()
    assert play.passed.count("b_gate_objected") == 0
    play.do("head").do("head")
    assert play.passed.count("b_gate_objected") == 1
    assert play.open == ["last"]
    assert play.variables["objections"] == 1


def test_a_called_process_gives_back_what_it_has_set_and_nothing_stale() -> None:
    body = node("startEvent", "s") + node("parallelGateway", "fork") + node("parallelGateway", "join")
    body += node("callActivity", "call", calledElement="block") + node("userTask", "beside") + node("userTask", "last")
    body += line("s", "fork", "call", "join", "last") + line("fork", "beside", "join")
    play = Play(drawn(body), {"price": "old", "opinion": "none"}, [BLOCK])
    play.do("officer", opinion="yes").do("beside", price="new").do("head")
    assert play.variables == {"price": "new", "opinion": "yes"}


def test_a_subprocess_shares_the_variables_of_its_process() -> None:
    inner = node("startEvent", "i_start") + node("userTask", "inside") + node("endEvent", "i_end")
    body = node("startEvent", "s") + node("parallelGateway", "fork") + node("parallelGateway", "join")
    body += node("subProcess", "part", inner + line("i_start", "inside", "i_end")) + node("userTask", "beside")
    body += node("userTask", "last") + line("s", "fork", "part", "join", "last") + line("fork", "beside", "join")
    play = Play(drawn(body), {"price": "old"})
    play.do("beside", price="new")
    assert play.outcome.open[0].element.id == "inside"
    play.do("inside", note="x")
    assert play.variables == {"price": "new", "note": "x"}


def test_numbers_of_scripts_stay_exact_when_the_case_is_saved() -> None:
    body = node("startEvent", "s") + node(
        "scriptTask", "count", "<bpmn:script>rate = 0.1 + 0.2\nrates = [rate]</bpmn:script>"
    )
    play = Play(drawn(body + node("userTask", "last") + line("s", "count", "last")))
    assert play.variables == {"rate": Decimal("0.3"), "rates": [Decimal("0.3")]}


def test_what_people_type_is_never_taken_for_an_object_of_the_engine() -> None:
    """A variable named like SpiffWorkflow's own marker comes back as it was."""
    hostile = {"typename": "BpmnWorkflow", "value": "x"}
    body = node("startEvent", "s") + node("userTask", "review", items()) + node("userTask", "last")
    play = Play(
        drawn(body + line("s", "review", "last")), {"departments": [hostile], "x": [hostile], "typename": "UUID"}
    )
    play.do(play.open[0], answer=hostile, typename="Task")
    assert play.variables["answer"] == hostile
    assert play.variables["typename"] == "Task"
    assert play.open == ["last"]


def test_true_and_one_are_not_the_same_variable() -> None:
    body = node("startEvent", "s") + node("userTask", "a") + node("userTask", "b") + line("s", "a", "b")
    play = Play(drawn(body), {"x": 1}).do("a", x=True)
    assert play.variables["x"] is True


def test_steps_without_a_person_come_to_an_end() -> None:
    body = (
        node("startEvent", "s")
        + node("exclusiveGateway", "g")
        + node("scriptTask", "c", "<bpmn:script>x = 1</bpmn:script>")
    )
    with pytest.raises(Exception, match="without ever waiting"):
        Play(drawn(body + line("s", "g", "c", "g")))
