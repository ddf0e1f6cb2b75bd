"""A drawing as a reader sees it: its names in their language, its steps as a list."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from app.kernel.i18n import N_
from app.workflow.deployments.library import drawing_of
from app.workflow.engine import Drawing, ElementFacts
from app.workflow.engine.drawing import BPMN, TOLLGATE
from app.workflow.engine.paths import following
from app.workflow.models import ProcessDefinition

_NAME_ZH = f"{{{TOLLGATE}}}nameZh"
_DIAGRAM = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"

KINDS = {
    "startEvent": N_("Start"),
    "endEvent": N_("End"),
    "task": N_("Task"),
    "userTask": N_("Task for a person"),
    "manualTask": N_("Task for a person"),
    "serviceTask": N_("Step of the platform"),
    "scriptTask": N_("Step of the platform"),
    "businessRuleTask": N_("Rule"),
    "receiveTask": N_("Waits for a message"),
    "callActivity": N_("Process of its own"),
    "subProcess": N_("Part of the process"),
    "exclusiveGateway": N_("Question"),
    "parallelGateway": N_("Side by side"),
    "inclusiveGateway": N_("One or several ways"),
    "boundaryEvent": N_("Event on a step"),
    "intermediateCatchEvent": N_("Waits for an event"),
    "intermediateThrowEvent": N_("Event"),
}
"""What an element is, in words for those who do not read BPMN."""


def localised_xml(drawing: Drawing, language: str) -> bytes:
    """The file with each element called by its name in ``language``."""
    return drawing.xml if language != "zh" else _in_chinese(drawing.content_hash, drawing.xml)


@lru_cache(maxsize=100)
def _in_chinese(content_hash: str, xml: bytes) -> bytes:
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    for node in root.iter(etree.Element):
        if node.get(_NAME_ZH):
            node.set("name", node.get(_NAME_ZH))
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return found


def as_text(drawing: Drawing) -> str:
    """The file as text, whatever its encoding was."""
    found: str = etree.tostring(drawing.root, encoding="unicode")
    return found


def has_layout(drawing: Drawing) -> bool:
    """Whether the file says where its elements stand."""
    return drawing.root.find(_DIAGRAM) is not None


def steps(drawing: Drawing) -> list[ElementFacts]:
    """The elements a reader follows, in the order of the flows from the start."""
    nodes = {e.id: e for e in drawing.elements.values() if e.kind != "sequenceFlow"}
    onward = following(drawing)
    queue = [e.id for e in nodes.values() if e.kind == "startEvent"]
    found: dict[str, ElementFacts] = {}
    while queue:
        here = queue.pop(0)
        if here in nodes and here not in found:
            found[here] = nodes[here]
            queue += onward.get(here, [])
    return [*found.values(), *(e for i, e in nodes.items() if i not in found)]


@dataclass(frozen=True)
class Difference:
    """What became of an element from one version to the next: ``added``, ``removed`` or ``changed``."""

    kind: str
    element: ElementFacts


def differences(old: ProcessDefinition, new: ProcessDefinition) -> list[Difference]:
    """Elements that differ between two versions; where they stand on the page does not count."""
    return differences_of(drawing_of(old), drawing_of(new))


def differences_of(old: Drawing, new: Drawing) -> list[Difference]:
    """The same between two drawings."""
    return list(_differences(old, new))


def _differences(old: Drawing, new: Drawing) -> Iterator[Difference]:
    before, after = _plain(old), _plain(new)
    for name, element in new.elements.items():
        if name not in before:
            yield Difference("added", element)
        elif before[name] != after[name]:
            yield Difference("changed", element)
    for name, element in old.elements.items():
        if name not in after:
            yield Difference("removed", element)


def _plain(drawing: Drawing) -> dict[str, bytes]:
    """Each element as canonical XML without the elements and references inside it."""
    found = {}
    for node in drawing.root.iter(etree.Element):
        if node.get("id") in drawing.elements and node.tag.startswith(f"{{{BPMN}}}"):
            copy = deepcopy(node)
            for child in list(copy):
                if child.get("id") in drawing.elements or child.tag in _REFERENCES:
                    copy.remove(child)
            copy.tail = None
            found[node.get("id")] = etree.tostring(copy, method="c14n2", strip_text=True)
    return found


_REFERENCES = {f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing"}
