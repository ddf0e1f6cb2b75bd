"""Findings on a drawing: each one located, each one in words a designer can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.kernel.i18n import N_
from app.workflow import vocabulary
from app.workflow.deployments.lint_events import event_findings, expressions
from app.workflow.deployments.lint_ways import call_findings, way_findings
from app.workflow.engine import Drawing, DrawingRefused, ElementFacts, Finding
from app.workflow.engine.drawing import BPMN, HUMAN
from app.workflow.engine.errors import ExpressionError
from app.workflow.engine.expressions import called, parse
from app.workflow.engine.interpreter import FUNCTIONS
from app.workflow.engine.library import try_out
from app.workflow.engine.scripts import statements

PLATFORM_FUNCTIONS = frozenset({"business_days"})
_UNSUPPORTED = {"complexGateway", "adHocSubProcess", "transaction", "sendTask"}
_ENDS = {"endEvent"}
_ID = re.compile(r"[^\W\d][\w.\-]{0,199}")


@dataclass(frozen=True)
class Known:
    """What a drawing may refer to."""

    forms: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    called: dict[str, Drawing] = field(default_factory=dict)


def findings(drawing: Drawing, known: Known) -> list[Finding]:
    """All findings, errors first."""
    found = list(_structure(drawing))
    for element in drawing.elements.values():
        found += _element(drawing, element, known)
        found += event_findings(drawing, element)
        found += way_findings(drawing, element, known.called)
    for element, member, source in expressions(drawing):
        found += _expression(element, source, member)
    if not any(f.severity == "error" for f in found):
        found += _trial(drawing)
    return sorted(found, key=lambda f: (f.severity != "error", f.line or 0))


def _trial(drawing: Drawing) -> list[Finding]:
    """Let the engine read it: what it refuses is an error."""
    try:
        try_out(drawing)
    except DrawingRefused as refusal:
        return refusal.findings
    return []


def _at(element: ElementFacts, severity: str, code: str, message: str, **values: object) -> Finding:
    return Finding(severity, code, message, element.id, element.line, values)


def _structure(drawing: Drawing) -> Iterator[Finding]:
    processes = [p for p in drawing.root.iter(f"{{{BPMN}}}process")]
    executable = [p for p in processes if p.get("isExecutable") == "true"]
    line = processes[0].sourceline
    if not drawing.key:
        yield Finding("error", "no_process_id", "The process has no id.", None, line)
    for name, at in {drawing.key: line, **{e.id: e.line for e in drawing.elements.values()}}.items():
        if name and not _ID.fullmatch(name):
            message = N_("An id is a letter or _ and then letters, digits, - and . (200 characters at most).")
            yield Finding("error", "bad_id", message, name[:200], at)
    if not executable:
        yield Finding("error", "not_executable", "No process is marked as executable.", drawing.key, line)
    if len(executable) > 1:
        yield Finding("error", "several_processes", "Only one executable process per file.", drawing.key, line)
    yield from _duplicates(drawing)
    starts = [e for e in drawing.elements.values() if e.kind == "startEvent" and e.process == drawing.key]
    if not starts:
        yield Finding("error", "no_start", "The process has no start event.", drawing.key, line)
    if len(starts) > 1:
        yield _at(starts[1], "error", "several_starts", N_("A process has one start event."))
    if not any(e.kind in _ENDS for e in drawing.elements.values()):
        yield Finding("warning", "no_end", "The process has no end event.", drawing.key, line)


def _duplicates(drawing: Drawing) -> Iterator[Finding]:
    seen: set[str] = set()
    for node in drawing.root.iter():
        name = node.get("id") if isinstance(node.tag, str) else None
        if name and name in seen:
            message = N_("The id %(id)s is used more than once.")
            yield Finding("error", "duplicate_id", message, name, node.sourceline, {"id": name})
        if name:
            seen.add(name)


def _element(drawing: Drawing, element: ElementFacts, known: Known) -> Iterator[Finding]:
    if element.kind in _UNSUPPORTED:
        yield _at(element, "error", "unsupported", N_("The engine does not run elements of the kind %(kind)s."),
                  kind=element.kind)  # fmt: skip
    if element.kind == "sequenceFlow":
        yield from _flow(drawing, element)
    else:
        yield from _node(drawing, element)
    checks = {
        "serviceTask": _service,
        "businessRuleTask": _decision,
        "callActivity": _call,
        "scriptTask": _script,
    }
    if element.kind in checks:
        yield from checks[element.kind](drawing, element, known)
    if element.kind in HUMAN:
        yield from _human(element, known)
    for name, text in {**element.attributes, **element.parameters}.items():
        if text.startswith("="):
            yield from _expression(element, text[1:], name)


def _flow(drawing: Drawing, flow: ElementFacts) -> Iterator[Finding]:
    for end in (flow.source, flow.target):
        if end not in drawing.elements:
            yield _at(flow, "error", "loose_flow", N_("The flow leads to or from nothing."))
            return
    if flow.condition is not None:
        yield from _expression(flow, flow.condition, "condition")


def _node(drawing: Drawing, node: ElementFacts) -> Iterator[Finding]:
    ways_on = drawing.ways_on[node.id]
    if not drawing.ways_in[node.id] and node.kind not in {"startEvent", "boundaryEvent", "subProcess"}:
        yield _at(node, "warning", "unreachable", N_("Nothing leads to this element."))
    if not ways_on and node.kind not in _ENDS | {"subProcess"}:
        yield _at(node, "warning", "dead_end", N_("Nothing leads on from here; draw an end event."))
    if node.kind == "exclusiveGateway" and ways_on > 1 and not drawing.nodes[node.id].get("default"):
        yield _at(node, "warning", "no_default", N_("Without a default flow a case may find no way on from here."))
    if node.kind in {"exclusiveGateway", "inclusiveGateway"} and ways_on > 1:
        yield from _conditions(drawing, node)


def _conditions(drawing: Drawing, gateway: ElementFacts) -> Iterator[Finding]:
    """Of the ways on from a question, at most the default has no condition."""
    default = drawing.nodes[gateway.id].get("default")
    flows = [e for e in drawing.elements.values() if e.source == gateway.id]
    bare = [f for f in flows if not (f.condition or "").strip() and f.id != default]
    for flow in bare if default else bare[1:]:
        yield _at(flow, "error", "no_condition", N_("The flow needs a condition, or be the default."))


def _expression(element: ElementFacts, source: str, member: str) -> Iterator[Finding]:
    try:
        parse(source.strip().removeprefix("="))
        unknown = called(source.strip().removeprefix("=")) - FUNCTIONS.keys() - PLATFORM_FUNCTIONS
    except ExpressionError as error:
        yield _at(element, "error", "bad_expression", "%(member)s: %(reason)s", member=member, reason=str(error))
        return
    for name in sorted(unknown):
        yield _at(element, "error", "unknown_function", N_("There is no function %(name)s."), name=name)


def _service(drawing: Drawing, element: ElementFacts, known: Known) -> Iterator[Finding]:
    yield from _verb(element, element.attributes.get("handler"), vocabulary.handlers())


def _verb(element: ElementFacts, name: str | None, register: object) -> Iterator[Finding]:
    verb = register.get(name) if name and hasattr(register, "get") else None
    if verb is None:
        yield _at(element, "error", "unknown_handler", N_("There is no handler %(name)s."), name=name or "-")
        return
    complaint = verb.complaint(set(element.parameters))
    if complaint:
        yield _at(element, "error", "bad_parameter", complaint[0], name=complaint[1])


def _decision(drawing: Drawing, element: ElementFacts, known: Known) -> Iterator[Finding]:
    name = element.attributes.get("decision")
    if name not in known.decisions:
        yield _at(element, "error", "unknown_decision", N_("There is no decision table %(name)s."), name=name or "-")
    if "facts" in element.attributes:
        yield from _verb(element, element.attributes["facts"], vocabulary.fact_sources())


def _call(drawing: Drawing, element: ElementFacts, known: Known) -> Iterator[Finding]:
    key = drawing.nodes[element.id].get("calledElement")
    if key not in known.called:
        yield _at(element, "error", "unknown_process", N_("There is no process %(name)s."), name=key or "-")
    yield from call_findings(drawing, element, known.called)


def _script(drawing: Drawing, element: ElementFacts, known: Known) -> Iterator[Finding]:
    try:
        statements(drawing.nodes[element.id].findtext(f"{{{BPMN}}}script") or "")
    except ExpressionError as error:
        yield _at(element, "error", "bad_script", N_("Script: %(reason)s"), reason=str(error))


def _human(element: ElementFacts, known: Known) -> Iterator[Finding]:
    form = element.attributes.get("form")
    if form and form not in known.forms:
        yield _at(element, "error", "unknown_form", N_("There is no form %(name)s."), name=form)
    if "record" in element.attributes:
        yield from _verb(element, element.attributes["record"], vocabulary.recorders())
    named = element.attributes.get("candidateGroups") or element.attributes.get("assignee") or element.lane
    if not named:
        yield _at(element, "warning", "nobody", N_("Nobody is named; the task goes to whoever started the case."))
    elif not named.startswith("=") and "assignee" not in element.attributes:
        for group in groups_of(named):
            if group not in known.groups and not is_initiator_lane(group):
                yield _at(element, "warning", "unknown_group", N_("Nobody belongs to the group %(name)s."), name=group)


def groups_of(text: str) -> list[str]:
    """Group keys out of a comma-separated attribute."""
    return [part.strip() for part in text.split(",") if part.strip()]


def is_initiator_lane(name: str) -> bool:
    """Lanes for whoever started the case, by their usual names."""
    return name.strip().lower() in {"initiator", "process initiator"}
