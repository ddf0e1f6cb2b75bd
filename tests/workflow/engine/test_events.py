"""Timers, messages and gateways over events, saved and loaded between all steps."""

from __future__ import annotations

import pytest

from app.workflow.deployments.lint import Known, findings
from app.workflow.engine import EngineError, read_drawing
from tests.workflow.drawings import drawn, flow, line, node
from tests.workflow.engine.play import Play

MESSAGES = '<bpmn:message id="m_paid" name="paid"/><bpmn:message id="m_stop" name="stop"/>'


def timer(kind: str, text: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def message(name: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="m_{name}"/>'


def boundary(name: str, host: str, inner: str, *, interrupting: bool) -> str:
    event = node("boundaryEvent", name, inner, attachedToRef=host, cancelActivity=str(interrupting).lower())
    return (
        event
        + node("userTask", f"after_{name}")
        + node("endEvent", f"end_{name}")
        + line(name, f"after_{name}", f"end_{name}")
    )


def with_events(*events: str) -> str:
    body = node("startEvent", "s") + node("userTask", "work") + node("userTask", "last") + node("endEvent", "e")
    return drawn(body + line("s", "work", "last", "e") + "".join(events), beside=MESSAGES)


def codes(xml: str) -> set[str]:
    return {f.code for f in findings(read_drawing(xml.encode()), Known()) if f.severity == "error"}


def test_an_interrupting_timer_takes_the_work_away() -> None:
    xml = with_events(boundary("late", "work", timer("timeDuration", '"P3D"'), interrupting=True))
    assert codes(xml) == set()
    play = Play(xml)
    assert play.timers == {"late": 72}
    assert play.wait(days=2, hours=23) == 0
    assert play.timers == {"late": 1}
    assert play.wait(hours=1) == 1
    assert play.open == ["after_late"]
    assert play.timers == {}
    assert play.do("after_late").completed


def test_a_timer_that_does_not_interrupt_leaves_the_work() -> None:
    play = Play(with_events(boundary("late", "work", timer("timeDate", '"2026-03-04T01:00:00Z"'), interrupting=False)))
    assert play.timers == {"late": 48}
    assert play.wait(days=30) == 1
    assert play.open == ["after_late", "work"]
    assert play.wait(days=30) == 0
    play.do("work").do("last").do("after_late")
    assert play.completed


def test_a_timer_is_gone_with_its_work() -> None:
    play = Play(with_events(boundary("late", "work", timer("timeDuration", '"P3D"'), interrupting=True))).do("work")
    assert play.timers == {}
    assert play.wait(days=9) == 0
    assert play.open == ["last"]


def test_a_cycle_fires_as_often_as_it_says() -> None:
    play = Play(with_events(boundary("remind", "work", timer("timeCycle", '"R3/P2D"'), interrupting=False)))
    for turn in (1, 2, 3):
        assert play.timers == {"remind": 48}
        assert play.wait(days=2) == 1
        assert play.open == ["after_remind"] * turn + ["work"]
    assert play.timers == {}
    assert play.wait(days=90) == 0
    for _ in range(3):
        play.do("after_remind")
    assert play.do("work").do("last").completed


def test_a_late_clock_runs_one_turn_of_a_cycle_and_counts_on_from_there() -> None:
    play = Play(with_events(boundary("remind", "work", timer("timeCycle", '"R/P2D"'), interrupting=False)))
    assert play.wait(days=15) == 1
    assert play.open == ["after_remind", "work"]
    assert play.timers == {"remind": 48}


@pytest.mark.parametrize(
    "text",
    ['"R/PT0S"', '"R0/P1D"', '"R2"', '"P1D"', "5", '"R-1/P1D"', '"R2/P1X"', "unknown", '"R9999999999/P1D"', "None"],
)
def test_a_cycle_that_is_none_stops_the_case_at_the_timer(text: str) -> None:
    xml = with_events(boundary("remind", "work", timer("timeCycle", text), interrupting=False))
    with pytest.raises(EngineError) as error:
        Play(xml)
    assert error.value.element_id == "remind"


@pytest.mark.parametrize(
    "text",
    ['"P"', '"PT"', '"P99999999Y"', '"P999Y"', '"tomorrow"', '"3"', "[]", "1 / 0", '"-P1D"', '"2026-13-01"', "None"],
)
def test_a_duration_that_is_none_stops_the_case_at_the_timer(text: str) -> None:
    xml = with_events(boundary("late", "work", timer("timeDuration", text), interrupting=True))
    if text == '"P999Y"':
        assert Play(xml).timers
        return
    with pytest.raises(EngineError) as error:
        Play(xml)
    assert error.value.element_id == "late"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_message_reaches_the_step_it_is_drawn_on_with_its_payload(interrupting: bool) -> None:
    xml = with_events(boundary("stop", "work", message("stop"), interrupting=interrupting))
    assert codes(xml) == set()
    play = Play(xml, {"reason": "none"})
    assert play.message("paid", amount=1) is False
    assert play.variables == {"reason": "none"}
    assert play.message("stop", reason="withdrawn") is True
    assert play.open == (["after_stop"] if interrupting else ["after_stop", "work"])
    assert play.variables == {"reason": "withdrawn"}
    assert play.message("stop") is False


def test_a_message_in_between_and_a_receiving_task() -> None:
    body = node("startEvent", "s") + node("intermediateCatchEvent", "wait", message("paid"))
    body += node("receiveTask", "receive", messageRef="m_stop") + node("userTask", "last") + node("endEvent", "e")
    xml = drawn(body + line("s", "wait", "receive", "last", "e"), beside=MESSAGES)
    assert codes(xml) == set()
    play = Play(xml)
    assert (play.open, play.message("stop")) == ([], False)
    assert play.run.awaits_message()
    assert play.message("paid", amount="12.50")
    assert play.message("stop", amount="13.00")
    assert play.open == ["last"]
    assert play.variables == {"amount": "13.00"}


def test_a_timer_in_between() -> None:
    body = node("startEvent", "s") + node("intermediateCatchEvent", "wait", timer("timeDuration", '"P1M"'))
    play = Play(drawn(body + node("userTask", "last") + line("s", "wait", "last")))
    assert play.timers == {"wait": 31 * 24}
    assert play.wait(days=31) == 1
    assert play.open == ["last"]


GATEWAY = drawn(
    node("startEvent", "s")
    + node("eventBasedGateway", "first")
    + node("intermediateCatchEvent", "week", timer("timeDuration", '"P7D"'))
    + node("intermediateCatchEvent", "month", timer("timeDuration", '"P30D"'))
    + node("intermediateCatchEvent", "paid", message("paid"))
    + node("receiveTask", "stopped", messageRef="m_stop")
    + "".join(
        node("userTask", f"after_{n}") + node("endEvent", f"end_{n}") + line("first", n, f"after_{n}", f"end_{n}")
        for n in ("week", "month", "paid", "stopped")
    )
    + line("s", "first"),
    beside=MESSAGES,
)


def test_a_gateway_over_events_takes_the_first_that_comes() -> None:
    assert codes(GATEWAY) == set()
    play = Play(GATEWAY)
    assert play.timers == {"first": 7 * 24}
    assert play.wait(days=6) == 0
    assert play.message("paid", amount="1") is True
    assert play.open == ["after_paid"]
    assert play.variables == {"amount": "1"}
    assert (play.timers, play.message("stop"), play.wait(days=90)) == ({}, False, 0)
    assert play.do("after_paid").completed
    assert play.passed == [
        "s",
        "s_first",
        "first",
        "first_paid",
        "paid",
        "paid_after_paid",
        "after_paid",
        "after_paid_end_paid",
        "end_paid",
    ]


@pytest.mark.parametrize("days", [7, 90])
def test_a_gateway_over_events_takes_the_earliest_timer_however_late_the_clock(days: int) -> None:
    play = Play(GATEWAY)
    assert play.wait(days=days) == 1
    assert play.open == ["after_week"]


def test_a_gateway_over_events_can_be_reached_again() -> None:
    body = GATEWAY.replace(node("endEvent", "end_paid"), "").replace(
        flow("after_paid", "end_paid"), flow("after_paid", "first")
    )
    play = Play(body)
    for _ in range(3):
        play.wait(days=5)
        assert play.timers == {"first": 2 * 24}
        assert play.message("paid")
        play.do("after_paid")
        assert play.timers == {"first": 7 * 24}
    assert play.wait(days=7) == 1
    assert play.open == ["after_week"]


CALLED = drawn(
    node("startEvent", "b_s")
    + node("userTask", "deep")
    + boundary("deep_late", "deep", timer("timeDuration", '"P1D"'), interrupting=False)
    + node("endEvent", "b_e")
    + line("b_s", "deep", "b_e"),
    key="called",
)
MIDDLE = drawn(
    node("startEvent", "m_s")
    + node("callActivity", "inner_call", calledElement="called")
    + node("endEvent", "m_e")
    + line("m_s", "inner_call", "m_e"),
    key="middle",
)


def outer(*, interrupting: bool, inner: str) -> str:
    body = node("startEvent", "s") + node("callActivity", "call", calledElement="middle") + node("userTask", "last")
    body += node("endEvent", "e") + line("s", "call", "last", "e")
    return drawn(body + boundary("cut", "call", inner, interrupting=interrupting), beside=MESSAGES)


@pytest.mark.parametrize("inner", [timer("timeDuration", '"P3D"'), message("stop")])
def test_an_event_on_a_call_ends_everything_called_from_it(inner: str) -> None:
    play = Play(outer(interrupting=True, inner=inner), {}, [MIDDLE, CALLED])
    assert play.open == ["deep"]
    assert play.wait(days=1) == 1
    assert play.open == ["after_deep_late", "deep"]
    play.message("stop") or play.wait(days=2)
    assert play.open == ["after_cut"]
    assert play.timers == {}
    assert play.do("after_cut").completed


def test_an_event_beside_a_call_leaves_what_is_called() -> None:
    play = Play(outer(interrupting=False, inner=message("stop")), {}, [MIDDLE, CALLED])
    play.message("stop")
    assert play.open == ["after_cut", "deep"]
    play.do("deep").do("last").do("after_cut")
    assert play.completed


def test_an_error_thrown_in_a_part_is_caught_on_its_border() -> None:
    error = '<bpmn:errorEventDefinition errorRef="failed"/>'
    inner = node("startEvent", "i_s") + node("userTask", "inside") + node("exclusiveGateway", "ok", default="ok_i_e")
    inner += node("endEvent", "i_e") + node("endEvent", "i_failed", error)
    inner += line("i_s", "inside", "ok", "i_e") + flow("ok", "i_failed", "bad")
    body = (
        node("startEvent", "s") + node("subProcess", "part", inner) + node("userTask", "last") + node("endEvent", "e")
    )
    body += line("s", "part", "last", "e") + boundary("caught", "part", error, interrupting=True)
    xml = drawn(body, beside='<bpmn:error id="failed" name="failed" errorCode="F"/>')
    assert codes(xml) == set()
    assert Play(xml, {"bad": True}).do("inside").open == ["after_caught"]
    assert Play(xml, {"bad": False}).do("inside").open == ["last"]


def test_a_terminating_end_closes_what_is_beside_it() -> None:
    body = node("startEvent", "s") + node("parallelGateway", "fork") + node("userTask", "a") + node("userTask", "b")
    body += node("endEvent", "stop", "<bpmn:terminateEventDefinition/>") + node("endEvent", "e")
    xml = drawn(body + line("s", "fork", "a", "stop") + line("fork", "b", "e"))
    assert codes(xml) == set()
    assert Play(xml).do("a").completed
    assert not Play(xml).do("b").completed


REFUSED = {
    "timer start": drawn(node("startEvent", "s", timer("timeCycle", '"R/P1D"')) + line("s", "s")),
    "two definitions": with_events(
        boundary("x", "work", message("stop") + timer("timeDuration", '"P1D"'), interrupting=True)
    ),
    "conditional": with_events(boundary("x", "work", "<bpmn:conditionalEventDefinition/>", interrupting=True)),
    "compensation": with_events(boundary("x", "work", "<bpmn:compensateEventDefinition/>", interrupting=True)),
    "no time": with_events(boundary("x", "work", "<bpmn:timerEventDefinition/>", interrupting=True)),
    "empty time": with_events(boundary("x", "work", timer("timeDuration", " "), interrupting=True)),
    "cycle that interrupts": with_events(boundary("x", "work", timer("timeCycle", '"R3/P1D"'), interrupting=True)),
    "cycle in between": drawn(
        node("startEvent", "s") + node("intermediateCatchEvent", "w", timer("timeCycle", '"R3/P1D"')) + line("s", "w")
    ),
    "time is code": with_events(boundary("x", "work", timer("timeDuration", "open('x')"), interrupting=True)),
    "message without name": with_events(boundary("x", "work", "<bpmn:messageEventDefinition/>", interrupting=True)),
    "task after gateway": GATEWAY.replace(flow("first", "paid"), flow("first", "after_paid")),
    "link": drawn(
        node("startEvent", "s") + node("intermediateThrowEvent", "l", "<bpmn:linkEventDefinition/>") + line("s", "l")
    ),
    "event subprocess": drawn(
        node("startEvent", "s") + node("subProcess", "p", node("startEvent", "x"), triggeredByEvent="true")
    ),
    "question without condition": drawn(
        node("startEvent", "s") + node("inclusiveGateway", "g") + node("userTask", "a") + node("userTask", "b")
        + line("s", "g", "a") + line("g", "b")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_engine_does_not_run_is_refused_when_it_is_deployed(name: str) -> None:
    assert codes(REFUSED[name])


def test_an_escape_in_a_correlation_does_not_reach_the_machine(tmp_path: object) -> None:
    """SpiffWorkflow evaluates correlations beside its script engine, as shipped with ``eval``."""
    evil = f"open('{tmp_path}/escaped', 'w')"
    beside = MESSAGES + (
        '<bpmn:correlationProperty id="p" name="p"><bpmn:correlationPropertyRetrievalExpression messageRef="m_paid">'
        f"<bpmn:messagePath>{evil}</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        '</bpmn:correlationProperty><bpmn:collaboration id="c"><bpmn:participant id="pa" processRef="drawn"/>'
        '<bpmn:correlationKey id="k"><bpmn:correlationPropertyRef>p</bpmn:correlationPropertyRef></bpmn:correlationKey>'
        "</bpmn:collaboration>"
    )
    body = node("startEvent", "s") + node("intermediateThrowEvent", "throw", message("paid")) + node("endEvent", "e")
    with pytest.raises(EngineError, match="unknown function: open"):
        Play(drawn(body + line("s", "throw", "e"), beside=beside))
