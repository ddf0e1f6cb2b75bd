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

    Before means: the element can be reached from the step, and the step from the
    start without passing the element. What lies only behind it is no way back,
    even where the drawing leads round in a circle: whoever designs a product
    must not send the case "back" past its reviewers to the decision.
    """
    onward = following(drawing)
    backward = _reversed(onward)
    starts = [e.id for e in drawing.elements.values() if e.kind == "startEvent"]
    upstream = _reached([element_id], backward, without=None) - {element_id}
    before = _reached(starts, onward, without=element_id)
    process = drawing.elements[element_id].process
    return [
        e.id
        for e in drawing.elements.values()
        if e.id in upstream & before and e.kind in HUMAN | {"callActivity"} and e.process == process
    ]


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


def _reached(begin: Iterable[str], edges: Mapping[str, Iterable[str]], without: str | None) -> set[str]:
    found: set[str] = set()
    queue = [b for b in begin if b != without]
    while queue:
        here = queue.pop()
        if here not in found:
            found.add(here)
            queue += [e for e in edges.get(here, ()) if e != without]
    return found
