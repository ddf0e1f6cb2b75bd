"""Findings on ways through a drawing that the engine would silently take otherwise than drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.kernel.i18n import N_
from app.workflow.deployments.lint_events import definitions
from app.workflow.engine import Drawing, ElementFacts, Finding
from app.workflow.engine.drawing import ACTIVITIES, BPMN
from app.workflow.engine.paths import calls

_ASKS = {"exclusiveGateway", "inclusiveGateway"}
"""What looks at the conditions of its ways on."""


def way_findings(drawing: Drawing, element: ElementFacts, called: Mapping[str, Drawing]) -> Iterator[Finding]:
    """What is wrong with the ways to and from ``element``; ``called`` are the processes by key."""
    node = drawing.nodes[element.id]
    if element.kind == "sequenceFlow":
        yield from _condition(drawing, element)
    if element.kind == "endEvent" and drawing.ways_on[element.id]:
        yield _at(element, "goes_on", N_("Nothing leads on from an end."))
    if node.get("isForCompensation") == "true":
        yield _at(element, "unsupported", N_("The engine does not run steps that only undo others."))
    if node.get("default") and drawing.flows_from(element.id, node.get("default")) is None:
        yield _at(element, "bad_default", N_("The default flow does not begin here."))
    host = drawing.elements.get(node.get("attachedToRef", ""))
    if element.kind == "boundaryEvent" and host is not None and host.kind not in ACTIVITIES:
        yield _at(element, "loose_event", N_("The event stands on no step."))
    yield from _errors(drawing, element, called)


def _at(element: ElementFacts, code: str, message: str, **values: object) -> Finding:
    return Finding("error", code, message, element.id, element.line, values)


def _condition(drawing: Drawing, flow: ElementFacts) -> Iterator[Finding]:
    source = drawing.elements.get(flow.source or "")
    if (flow.condition or "").strip() and source is not None and source.kind not in _ASKS:
        yield _at(flow, "ignored_condition", N_("Only an exclusive or inclusive gateway looks at conditions."))


def _errors(drawing: Drawing, element: ElementFacts, called: Mapping[str, Drawing]) -> Iterator[Finding]:
    """Errors that nothing catches: the engine would go on as if all were well."""
    if element.kind == "callActivity":
        thrown = _uncaught(called.get(calls(drawing).get(element.id, "")), called)
        place = element.id
    elif element.kind == "endEvent" and element.process != drawing.key:
        thrown, place = _thrown(drawing, element), element.process
    else:
        return
    for code in sorted(thrown):
        if not _caught(drawing, place, code):
            yield _at(element, "uncaught_error", N_("Nothing catches the error %(name)s that ends here."), name=code)


def _uncaught(drawing: Drawing | None, called: Mapping[str, Drawing], depth: int = 0) -> set[str]:
    """Codes of the errors that leave a called process."""
    if drawing is None or depth > len(called):
        return set()
    found: set[str] = set()
    for element in drawing.elements.values():
        if element.kind == "endEvent" and element.process == drawing.key:
            found |= _thrown(drawing, element)
        if element.kind == "callActivity":
            inner = _uncaught(called.get(calls(drawing).get(element.id, "")), called, depth + 1)
            found |= {code for code in inner if not _caught(drawing, element.id, code)}
    return found


def _thrown(drawing: Drawing, end: ElementFacts) -> set[str]:
    code = _code(drawing, end.id)
    return {code or "-"} if "error" in definitions(drawing.nodes[end.id]) else set()


def _caught(drawing: Drawing, place: str, code: str) -> bool:
    """Whether an event on ``place``, or on a part around it, catches the error."""
    while place in drawing.elements:
        for event in (e for e in drawing.elements.values() if e.kind == "boundaryEvent"):
            node = drawing.nodes[event.id]
            catches = node.get("attachedToRef") == place and "error" in definitions(node)
            if catches and _code(drawing, event.id) in {None, code}:
                return True
        place = drawing.elements[place].process
    return False


def _code(drawing: Drawing, event_id: str) -> str | None:
    """The code of the error an event throws or catches; nothing means any."""
    definition = drawing.nodes[event_id].find(f"{{{BPMN}}}errorEventDefinition")
    reference = definition.get("errorRef") if definition is not None else None
    error = drawing.nodes.get(reference) if reference else None
    return reference if error is None else error.get("errorCode") or reference


def call_findings(drawing: Drawing, element: ElementFacts, called: Mapping[str, Drawing]) -> Iterator[Finding]:
    """A call that leads back to its own process, or to one whose parts go by the same names."""
    parts, queue, seen = drawing.parts, [calls(drawing).get(element.id, "")], set[str]()
    while queue:
        key = queue.pop()
        if key == drawing.key:
            yield _at(element, "calls_itself", N_("The process would call itself without end."))
        if key in seen or key == drawing.key or key not in called:
            continue
        seen.add(key)
        for shared in sorted(parts & called[key].parts):
            message = N_("“%(id)s” is also the id of a part of the process %(name)s.")
            yield _at(element, "shared_id", message, id=shared, name=key)
        queue += called[key].called
