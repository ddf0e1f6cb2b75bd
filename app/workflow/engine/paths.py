"""Ways through a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.workflow.engine.drawing import BPMN, HUMAN, Drawing


def attachments(drawing: Drawing) -> dict[str, str]:
    """Boundary event → the activity it is attached to."""
    events = drawing.root.iter(f"{{{BPMN}}}boundaryEvent")
    return {e.get("id"): e.get("attachedToRef") for e in events if e.get("attachedToRef")}


def calls(drawing: Drawing) -> dict[str, str]:
    """Call activity → key of the process it calls."""
    nodes = drawing.root.iter(f"{{{BPMN}}}callActivity")
    return {n.get("id"): n.get("calledElement") for n in nodes if n.get("calledElement")}


def earlier_steps(drawing: Drawing, element_id: str) -> list[str]:
    """Steps of people that lie before an element in its process, in the order of the drawing.

    A flow that leads round, back to what it must have come through, does not
    count: whoever designs a product must not send the case "back" past its
    reviewers to the decision.
    """
    onward = _without_returns(following(drawing), _starts(drawing))
    upstream = _reached([element_id], _reversed(onward)) - {element_id}
    process = drawing.elements[element_id].process
    return [
        e.id
        for e in drawing.elements.values()
        if e.id in upstream and e.kind in HUMAN | {"callActivity"} and e.process == process
    ]


def _starts(drawing: Drawing) -> list[str]:
    return [e.id for e in drawing.elements.values() if e.kind == "startEvent"]


def _without_returns(edges: Mapping[str, list[str]], starts: Iterable[str]) -> dict[str, list[str]]:
    """The edges but those that lead back to an element without which their source is never reached."""
    sources = _reversed(edges)
    kept = {source: list(targets) for source, targets in edges.items()}
    for target in (t for t, before in sources.items() if len(before) > 1):
        reached = _reached(starts, edges, without=target)
        for source in sources[target]:
            if source not in reached:
                kept[source].remove(target)
    return kept


def following(drawing: Drawing) -> dict[str, list[str]]:
    """Element → elements that may come next, boundary events included."""
    found: dict[str, list[str]] = {}
    for source, target in drawing.flows:
        found.setdefault(source, []).append(target)
    for event, host in attachments(drawing).items():
        found.setdefault(host, []).append(event)
    return found


def _reversed(edges: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, targets in edges.items():
        for target in targets:
            found.setdefault(target, []).append(source)
    return found


def _reached(begin: Iterable[str], edges: Mapping[str, Iterable[str]], without: str | None = None) -> set[str]:
    found: set[str] = set()
    queue = [b for b in begin if b != without]
    while queue:
        here = queue.pop()
        if here not in found:
            found.add(here)
            queue += [e for e in edges.get(here, ()) if e != without]
    return found
