"""Each kind of element that a bank draws either runs as drawn or is refused on the element."""

from __future__ import annotations

import pytest

from app.workflow.deployments.lint import Known, findings
from app.workflow.engine import EngineError, library, read_drawing
from tests.workflow.drawings import drawn, flow, line, node
from tests.workflow.engine.play import Play
from tests.workflow.engine.test_events import MESSAGES, boundary, message, timer

BESIDE = (
    MESSAGES
    + '<bpmn:signal id="sig" name="sig"/><bpmn:escalation id="esc" name="esc" escalationCode="E"/>'
    + '<bpmn:error id="err" name="err" errorCode="X"/><bpmn:error id="other" name="other" errorCode="Y"/>'
)
SIGNAL = '<bpmn:signalEventDefinition signalRef="sig"/>'
ESCALATION = '<bpmn:escalationEventDefinition escalationRef="esc"/>'
ERROR = '<bpmn:errorEventDefinition errorRef="err"/>'
VARIABLES = {"items": [1, 2, 3], "x": 0}


def loop(sequential: bool, inner: str = "", *, over: str = "items") -> str:
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<bpmn:loopDataInputRef>{over}</bpmn:loopDataInputRef>"
        f'<bpmn:inputDataItem id="item_of_{over}" name="item"/>{inner}</bpmn:multiInstanceLoopCharacteristics>'
    )


def inside(end: str = "") -> str:
    """What stands in a part: one step."""
    return node("startEvent", "i_s") + node("userTask", "in") + node("endEvent", "i_e", end) + line("i_s", "in", "i_e")


def around(step: str, *more: str) -> str:
    """start → ``work`` → ``last`` → end."""
    body = node("startEvent", "s") + step + node("userTask", "last") + node("endEvent", "e")
    return drawn(body + line("s", "work", "last", "e") + "".join(more), beside=BESIDE)


def beside(throw: str, catch: str) -> str:
    """``first`` and then ``throw`` beside ``catch``."""
    body = node("startEvent", "s") + node("parallelGateway", "fork") + node("userTask", "first")
    body += node("endEvent", "e1") + node("endEvent", "e2")
    body += node("intermediateThrowEvent", "throw", throw) + line("s", "fork", "first", "throw", "e1")
    return drawn(body + catch, beside=BESIDE)


def errors(xml: str, **called: str) -> dict[str, str | None]:
    known = Known(called={key: read_drawing(text.encode()) for key, text in called.items()})
    return {f.code: f.element_id for f in findings(read_drawing(xml.encode()), known) if f.severity == "error"}


@pytest.mark.parametrize("thrown", [SIGNAL, message("paid")])
def test_what_is_thrown_is_caught_in_the_same_case(thrown: str) -> None:
    catch = node("intermediateCatchEvent", "caught", thrown) + node("userTask", "second")
    xml = beside(thrown, catch + line("fork", "caught", "second", "e2"))
    assert errors(xml) == {}
    play = Play(xml)
    assert play.open == ["first"]
    assert play.do("first").open == ["second"]
    assert play.do("second").completed


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_signal_reaches_the_step_it_is_drawn_on(interrupting: bool) -> None:
    catch = node("userTask", "second") + line("fork", "second", "e2")
    xml = beside(SIGNAL, catch + boundary("heard", "second", SIGNAL, interrupting=interrupting))
    assert errors(xml) == {}
    assert Play(xml).do("first").open == (["after_heard"] if interrupting else ["after_heard", "second"])


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_goes_up_to_the_part_around(interrupting: bool) -> None:
    inner = inside().replace(flow("i_s", "in"), line("i_s", "up", "in"))
    inner += node("intermediateThrowEvent", "up", ESCALATION)
    xml = around(node("subProcess", "work", inner), boundary("heard", "work", ESCALATION, interrupting=interrupting))
    assert errors(xml) == {}
    play = Play(xml)
    assert play.open == (["after_heard"] if interrupting else ["after_heard", "in"])
    if not interrupting:
        play.do("in").do("last")
    assert play.do("after_heard").completed


@pytest.mark.parametrize("sequential", [True, False])
@pytest.mark.parametrize("event", [ERROR, timer("timeDuration", '"P1D"'), message("stop")])
def test_an_event_ends_all_instances_of_a_part(sequential: bool, event: str) -> None:
    """The instances go with the step; none of their tasks stays behind."""
    end = ERROR if event == ERROR else ""
    xml = around(
        node("subProcess", "work", loop(sequential) + inside(end)), boundary("cut", "work", event, interrupting=True)
    )
    assert errors(xml) == {}
    for saved in (True, False):
        play = Play(xml, VARIABLES, saved=saved)
        assert play.open == ["in"] * (1 if sequential else 3)
        if event == ERROR:
            play.do("in")
        else:
            assert play.message("stop") or play.wait(days=1)
        assert play.open == ["after_cut"]
        assert play.timers == {}
        assert play.do("after_cut").completed


@pytest.mark.parametrize("sequential", [True, False])
@pytest.mark.parametrize("part", [True, False])
def test_a_completion_condition_ends_a_loop(sequential: bool, part: bool) -> None:
    until = loop(sequential, "<bpmn:completionCondition>x == 2</bpmn:completionCondition>")
    step = node("subProcess", "work", until + inside()) if part else node("userTask", "work", until)
    play = Play(around(step), VARIABLES)
    play.do(play.open[0], x=1)
    assert "last" not in play.open
    play.do(play.open[0], x=2)
    assert play.open == ["last"]


@pytest.mark.parametrize("sequential", [True, False])
def test_a_loop_over_a_called_process(sequential: bool) -> None:
    called = drawn(inside(), key="called")
    play = Play(around(node("callActivity", "work", loop(sequential), calledElement="called")), VARIABLES, [called])
    for _ in range(3):
        play.do("in")
    assert play.open == ["last"]


def test_a_called_drawing_is_parsed_when_a_case_first_comes_there() -> None:
    called = drawn(inside().replace('name="in"', 'name="parsed late"'), key="called")
    step = node("userTask", "first") + node("callActivity", "work", calledElement="called")
    play = Play(around(step).replace(line("s", "work"), line("s", "first", "work")), {}, [called])
    place = play.drawings["called"].content_hash
    assert place not in library._parsed
    assert play.do("first").open == ["in"]
    assert place in library._parsed


@pytest.mark.parametrize("sequential", [True, False])
def test_a_loop_over_a_list_with_holes_is_stopped(sequential: bool) -> None:
    with pytest.raises(EngineError) as stop:
        Play(around(node("userTask", "work", loop(sequential))), {"items": [1, None, 2]})
    assert stop.value.element_id == "work"


@pytest.mark.parametrize("before", ["true", "false"])
def test_a_loop_with_a_condition(before: str) -> None:
    until = (
        f'<bpmn:standardLoopCharacteristics loopMaximum="5" testBefore="{before}">'
        "<bpmn:loopCondition>x &lt; 3</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )
    play = Play(around(node("userTask", "work", until)), {"x": 1})
    turns = 0
    while play.open == ["work"]:
        turns += 1
        play.do("work", x=turns + 1)
    assert (turns, play.open) == (2, ["last"])


def test_a_terminating_end_of_a_part_ends_that_part_only() -> None:
    inner = node("startEvent", "i_s") + node("parallelGateway", "f") + node("userTask", "a") + node("userTask", "b")
    inner += node("endEvent", "stop", "<bpmn:terminateEventDefinition/>") + node("endEvent", "i_e")
    inner += line("i_s", "f", "a", "stop") + line("f", "b", "i_e")
    play = Play(around(node("subProcess", "work", inner)))
    assert play.do("a").open == ["last"]


DATA = (
    '<bpmn:dataObject id="object"/><bpmn:dataObjectReference id="paper" dataObjectRef="{object}"/>'
    '<bpmn:dataStoreReference id="archive" dataStoreRef="store"/>'
)
WRITES = "".join(
    f'<bpmn:dataOutputAssociation id="out_{ref}"><bpmn:targetRef>{ref}</bpmn:targetRef></bpmn:dataOutputAssociation>'
    f'<bpmn:dataInputAssociation id="in_{ref}"><bpmn:sourceRef>{ref}</bpmn:sourceRef></bpmn:dataInputAssociation>'
    for ref in ("paper", "archive", "nothing")
)


@pytest.mark.parametrize("declared", ["object", "nowhere"])
def test_documents_and_stores_are_drawn_only(declared: str) -> None:
    """Also one that is declared nowhere, in a part: SpiffWorkflow would search for it for ever."""
    inner = inside().replace('name="in">', f'name="in">{WRITES}')
    xml = around(node("subProcess", "work", inner), DATA.format(object=declared))
    assert errors(xml) == {}
    assert Play(xml).do("in", paper="x").do("last").completed


def test_pools_and_messages_between_them_are_drawn_only() -> None:
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="bank" processRef="drawn"/><bpmn:participant id="customer"/>'
        '<bpmn:participant id="third" processRef="theirs"/>'
        '<bpmn:messageFlow id="m" sourceRef="work" targetRef="customer"/></bpmn:collaboration>'
    )
    xml = around(node("manualTask", "work")).replace("<bpmn:process", pools + "<bpmn:process", 1)
    xml = xml.replace("</bpmn:definitions>", '<bpmn:process id="theirs"/></bpmn:definitions>')
    assert errors(xml) == {}
    assert Play(xml).do("work").do("last").completed


def test_one_id_in_two_drawings_of_a_case_means_each_its_own() -> None:
    called = drawn(inside().replace('name="in"', 'name="in" tollgate:candidateGroups="risk"'), key="called")
    step = node("userTask", "in", tollgate_candidateGroups="legal") + node(
        "callActivity", "work", calledElement="called"
    )
    play = Play(around(step).replace(line("s", "work"), line("s", "in", "work")), {}, [called])
    for group in ("legal", "risk"):
        (work,) = play.work
        assert work.attributes["candidateGroups"] == group
        assert play.run.element_of(work.token).attributes["candidateGroups"] == group
        play.do("in")
    assert play.open == ["last"]


def question(kind: str, **attributes: str) -> str:
    gateway = node(kind, "work", **attributes) + node("userTask", "way") + node("endEvent", "way_e")
    return around(gateway, flow("work", "way", "x == 1") + line("way", "way_e")).replace(
        line("work", "last"), flow("work", "last", "x == 2")
    )


REFUSED = {
    "a condition after a fork": (question("parallelGateway"), "ignored_condition", "work_way"),
    "a condition after a step": (question("userTask"), "ignored_condition", "work_way"),
    "a default of another": (question("exclusiveGateway", default="s_work"), "bad_default", "work"),
    "a default that is not there": (question("inclusiveGateway", default="none"), "bad_default", "work"),
    "an error nobody catches": (
        around(node("subProcess", "work", inside(ERROR))), "uncaught_error", "i_e",
    ),
    "an error that another event waits for": (
        around(
            node("subProcess", "work", inside(ERROR)),
            boundary("b", "work", '<bpmn:errorEventDefinition errorRef="other"/>', interrupting=True),
        ), "uncaught_error", "i_e",
    ),
    "a step that undoes": (around(node("userTask", "work", isForCompensation="true")), "unsupported", "work"),
    "an end that goes on": (around(node("endEvent", "work")), "goes_on", "work"),
    "a timer on a gateway": (
        around(
            node("exclusiveGateway", "work"),
            boundary("b", "work", timer("timeDuration", '"P1D"'), interrupting=False),
        ), "loose_event", "b",
    ),
    "a signal without name": (
        around(node("intermediateCatchEvent", "work", "<bpmn:signalEventDefinition/>")), "no_signal", "work",
    ),
    "a transaction": (around(node("transaction", "work", inside())), "unsupported", "work"),
    "links": (
        around(node("intermediateThrowEvent", "work", "<bpmn:linkEventDefinition/>")), "unsupported_event", "work",
    ),
    "undoing": (
        around(node("intermediateThrowEvent", "work", "<bpmn:compensateEventDefinition/>")),
        "unsupported_event", "work",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_run_otherwise_than_drawn_is_refused(name: str) -> None:
    xml, code, element = REFUSED[name]
    assert errors(xml).get(code) == element


def test_an_error_of_a_called_process_must_be_caught_by_the_caller() -> None:
    called = drawn(inside(ERROR), key="called", beside=BESIDE)
    assert errors(called) == {}
    call = node("callActivity", "work", calledElement="called")
    assert errors(around(call), called=called) == {"uncaught_error": "work"}
    caught = around(call, boundary("b", "work", ERROR, interrupting=True))
    assert errors(caught, called=called) == {}
    assert Play(caught, {}, [called]).do("in").open == ["after_b"]


def test_parts_of_one_name_in_two_drawings_are_refused() -> None:
    part = drawn(node("startEvent", "c_s") + node("subProcess", "part", inside()) + line("c_s", "part"), key="called")
    call = node("callActivity", "work", calledElement="called") + node("subProcess", "part", inside())
    assert errors(around(call), called=part) == {"shared_id": "work"}


def test_a_step_that_computes_without_end_is_stopped() -> None:
    forever = "<bpmn:loopCondition>True</bpmn:loopCondition>"
    growing = f"<bpmn:standardLoopCharacteristics>{forever}</bpmn:standardLoopCharacteristics>"
    xml = around(node("scriptTask", "work", growing + "<bpmn:script>x = x + 1</bpmn:script>"))
    with pytest.raises(EngineError) as stop:
        Play(xml, VARIABLES)
    assert stop.value.element_id == "work"
