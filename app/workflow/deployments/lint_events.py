"""Findings on events: what the engine waits for, throws and catches, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from app.kernel.i18n import N_
from app.workflow.engine import Drawing, ElementFacts, Finding
from app.workflow.engine.drawing import BPMN

_KINDS = {
    "startEvent": frozenset({"", "message"}),
    "endEvent": frozenset({"", "terminate", "error", "escalation", "message"}),
    "intermediateThrowEvent": frozenset({"", "escalation", "message", "signal"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation"}),
}
"""What each kind of event may be defined as; nothing is the plain one."""

WRITTEN = ("timeDate", "timeDuration", "timeCycle", "loopCardinality", "loopCondition", "completionCondition")
"""Where BPMN keeps expressions besides flows."""
_CAUGHT_BY_GATEWAY = {"intermediateCatchEvent", "receiveTask"}


def definitions(node: Any) -> list[str]:
    """``timer``, ``message`` ...: the event definitions of an element."""
    names = (etree.QName(child).localname for child in node.iterchildren(etree.Element))
    return [name.removesuffix("EventDefinition") for name in names if name.endswith("EventDefinition")]


def expressions(drawing: Drawing) -> Iterator[tuple[ElementFacts, str, str]]:
    """``(element, member, source)`` of each expression in an element of its own."""
    for node in drawing.root.iter(*(f"{{{BPMN}}}{name}" for name in WRITTEN)):
        owner = node.getparent()
        while owner is not None and owner.get("id") not in drawing.elements:
            owner = owner.getparent()
        if owner is not None:
            yield drawing.elements[owner.get("id")], etree.QName(node).localname, node.text or ""


def event_findings(drawing: Drawing, element: ElementFacts) -> Iterator[Finding]:
    """What is wrong with an event, a gateway over events, or a subprocess that an event starts."""
    node = drawing.nodes[element.id]
    if element.kind in _KINDS:
        yield from _event(drawing, element, node)
    elif element.kind == "eventBasedGateway":
        yield from _gateway(drawing, element)
    elif element.kind == "receiveTask" and not node.get("messageRef"):
        yield _at(element, "no_message", N_("The message it waits for is missing."))
    elif node.get("triggeredByEvent") == "true":
        yield _at(element, "unsupported", N_("The engine does not run subprocesses that an event starts."))


def _at(element: ElementFacts, code: str, message: str, **values: object) -> Finding:
    return Finding("error", code, message, element.id, element.line, values)


def _event(drawing: Drawing, element: ElementFacts, node: Any) -> Iterator[Finding]:
    found = definitions(node)
    if len(found) > 1:
        yield _at(element, "several_definitions", N_("An event has one definition."))
    for name in found or [""]:
        if name not in _KINDS[element.kind]:
            message = N_("The engine does not run a %(kind)s of the kind %(definition)s.")
            yield _at(element, "unsupported_event", message, kind=element.kind, definition=name or "plain")
    if "message" in found and not node.find(f"{{{BPMN}}}messageEventDefinition").get("messageRef"):
        yield _at(element, "no_message", N_("The message it waits for is missing."))
    if "signal" in found and not node.find(f"{{{BPMN}}}signalEventDefinition").get("signalRef"):
        yield _at(element, "no_signal", N_("The signal is missing."))
    if element.kind == "startEvent" and found and element.process != drawing.key:
        yield _at(element, "unsupported", N_("The engine does not run subprocesses that an event starts."))
    if "timer" in found:
        yield from _timer(element, node)
    if element.kind == "boundaryEvent" and node.get("attachedToRef") not in drawing.elements:
        yield _at(element, "loose_event", N_("The event stands on no step."))


def _timer(element: ElementFacts, node: Any) -> Iterator[Finding]:
    times = [t for t in node.find(f"{{{BPMN}}}timerEventDefinition").iterchildren(etree.Element)]
    written = [etree.QName(t).localname for t in times if (t.text or "").strip()]
    if len(written) != 1:
        yield _at(element, "no_time", N_("A timer has one date, duration or cycle."))
    repeats = "timeCycle" in written
    if repeats and (element.kind != "boundaryEvent" or node.get("cancelActivity") != "false"):
        yield _at(element, "unsupported_cycle", N_("A timer that repeats stands on a step that it does not interrupt."))


def _gateway(drawing: Drawing, gateway: ElementFacts) -> Iterator[Finding]:
    targets = [e.target for e in drawing.elements.values() if e.source == gateway.id and e.target]
    for target in (drawing.elements[t] for t in targets if t in drawing.elements):
        kinds = definitions(drawing.nodes[target.id])
        if target.kind not in _CAUGHT_BY_GATEWAY or "signal" in kinds:
            yield _at(target, "not_an_event", N_("After a gateway over events stand timers and messages only."))
        if drawing.ways_in[target.id] > 1:
            yield _at(target, "several_ways_in", N_("An event after such a gateway has this one way in."))
    if len(targets) < 2:
        yield _at(gateway, "one_way", N_("A gateway over events has at least two ways on."))
