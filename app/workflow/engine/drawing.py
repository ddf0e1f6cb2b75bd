"""A drawing: one BPMN file read with care, its elements, and its specs.

The XML is read without entities, document types and network, and with a bound
on its size. What the platform adds to BPMN stands in attributes of the
namespace ``urn:tollgate:bpmn:1``; `docs/processes.md` lists them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree

from app.workflow.engine.errors import DrawingRefused, Finding

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TOLLGATE = "urn:tollgate:bpmn:1"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MAX_BYTES = 2_000_000
MAX_ELEMENTS = 2_000
MAX_ATTRIBUTES = 100
"""Of one element; listing thousands of them takes minutes."""

_NODES = {
    "startEvent", "endEvent", "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask",
    "sendTask", "receiveTask", "callActivity", "subProcess", "transaction", "adHocSubProcess", "exclusiveGateway",
    "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway", "boundaryEvent",
    "intermediateCatchEvent", "intermediateThrowEvent", "sequenceFlow",
}  # fmt: skip
HUMAN = {"userTask", "manualTask", "task"}
ACTIVITIES = HUMAN | {"serviceTask", "scriptTask", "businessRuleTask", "receiveTask", "callActivity", "subProcess"}


@dataclass(frozen=True)
class ElementFacts:
    """What a drawing says about one element."""

    id: str
    kind: str
    """The BPMN tag, such as ``userTask``."""
    process: str
    """The id of the process or subprocess the element stands in."""
    name: str
    names: dict[str, str]
    """Names by language: ``en``, ``zh``."""
    documentation: dict[str, str]
    lane: str | None
    attributes: dict[str, str]
    """Our own attributes, such as ``candidateGroups``."""
    parameters: dict[str, str]
    source: str | None
    target: str | None
    condition: str | None
    line: int


@dataclass
class Drawing:
    """One BPMN file with exactly one executable process."""

    xml: bytes
    content_hash: str
    key: str
    names: dict[str, str]
    elements: dict[str, ElementFacts]
    called: list[str]
    """Keys of the processes it calls that stand in other files."""
    root: Any = field(repr=False)
    attributes: dict[str, str] = field(default_factory=dict)
    """Our attributes on the process itself."""

    @cached_property
    def flows(self) -> dict[tuple[str, str], str]:
        """Sequence flow ids by source and target element."""
        return {(e.source, e.target): e.id for e in self.elements.values() if e.source and e.target}

    def flows_from(self, source: str, flow: str) -> ElementFacts | None:
        """The sequence flow of this id, if it begins at ``source``."""
        found = self.elements.get(flow)
        return found if found is not None and found.source == source else None

    @cached_property
    def nodes(self) -> dict[str, Any]:
        """The XML elements by id, whatever they are; of several with one id the first."""
        found: dict[str, Any] = {}
        for node in self.root.iter(etree.Element):
            if node.get("id"):
                found.setdefault(node.get("id"), node)
        return found

    @cached_property
    def starts_by(self) -> str | None:
        """The name of the message that starts a case of this process."""
        starts = (e.id for e in self.elements.values() if e.kind == "startEvent" and e.process == self.key)
        named = (self.nodes[start].find(f"{{{BPMN}}}messageEventDefinition") for start in starts)
        message = next((self.nodes.get(node.get("messageRef")) for node in named if node is not None), None)
        return None if message is None else message.get("name")

    @cached_property
    def ways_in(self) -> Counter[str]:
        """How many flows lead to each element."""
        return Counter(e.target for e in self.elements.values() if e.target)

    @cached_property
    def ways_on(self) -> Counter[str]:
        """How many flows lead on from each element."""
        return Counter(e.source for e in self.elements.values() if e.source)

    @cached_property
    def parts(self) -> set[str]:
        """Ids of the process and of the subprocesses drawn inside it."""
        return {self.key} | {e.id for e in self.elements.values() if e.kind in {"subProcess", "transaction"}}


def parse_xml(xml: bytes) -> Any:
    """The root element, read safely; ``DrawingRefused`` with one finding otherwise."""
    if len(xml) > MAX_BYTES:
        raise refused("too_large", "The file is larger than %(limit)s bytes.", limit=MAX_BYTES)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        # A comment within a condition would hide what stands behind it from whoever reads its text.
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise refused("not_xml", "This is not well-formed XML.", line=line) from error
    if root is None:
        raise refused("not_xml", "This is not well-formed XML.")
    if root.getroottree().docinfo.doctype:
        raise refused("doctype", "A document type is not accepted.", line=1)
    crowded = root.xpath("(//*[count(@*) > $most])[1]", most=MAX_ATTRIBUTES)
    if crowded:
        message = "An element has more than %(limit)s attributes."
        raise refused("too_large", message, line=crowded[0].sourceline, limit=MAX_ATTRIBUTES)
    return root


def refused(
    code: str, message: str, line: int | None = None, element: str | None = None, **values: object
) -> Exception:
    return DrawingRefused([Finding("error", code, message, element, line, values)])


def read_drawing(xml: bytes) -> Drawing:
    """Read one BPMN file. ``DrawingRefused`` when it cannot be read at all."""
    root = parse_xml(xml)
    if root.tag != f"{{{BPMN}}}definitions":
        raise refused("not_bpmn", "This is not a BPMN 2.0 file.", line=root.sourceline)
    processes = [p for p in root.iter(f"{{{BPMN}}}process")]
    if not processes:
        raise refused("no_process", "The file holds no process.", line=root.sourceline)
    process = _main_process(root, processes)
    elements = {e.id: e for e in _elements(root, process)}
    if len(elements) > MAX_ELEMENTS:
        raise refused("too_large", "The drawing has more than %(limit)s elements.", limit=MAX_ELEMENTS)
    return Drawing(
        xml=xml,
        content_hash=hashlib.sha256(xml).hexdigest(),
        key=process.get("id") or "",
        names=_names(process) or {"en": process.get("id") or ""},
        elements=elements,
        called=sorted({c for c in (n.get("calledElement") for n in root.iter(f"{{{BPMN}}}callActivity")) if c}),
        root=root,
        attributes=_own_attributes(process),
    )


def _main_process(root: Any, processes: list[Any]) -> Any:
    """The one executable process, or the first that holds anything."""
    executable = [p for p in processes if p.get("isExecutable") == "true"]
    candidates = executable or [p for p in processes if len(p)] or processes
    return candidates[0]


def _names(node: Any) -> dict[str, str]:
    names = {}
    if node.get("name"):
        names["en"] = " ".join(node.get("name").split())
    if node.get(f"{{{TOLLGATE}}}nameZh"):
        names["zh"] = node.get(f"{{{TOLLGATE}}}nameZh")
    return names


def _documentation(node: Any) -> dict[str, str]:
    texts = {}
    for child in node.findall(f"{{{BPMN}}}documentation"):
        language = "zh" if (child.get(XML_LANG) or "").startswith("zh") else "en"
        texts[language] = " ".join((child.text or "").split())
    return texts


def _own_attributes(node: Any) -> dict[str, str]:
    prefix = f"{{{TOLLGATE}}}"
    return {k[len(prefix) :]: v for k, v in node.attrib.items() if k.startswith(prefix)}


def _parameters(node: Any) -> dict[str, str]:
    path = f"{{{BPMN}}}extensionElements/{{{TOLLGATE}}}parameter"
    return {p.get("name", ""): p.get("value", "") for p in node.iterfind(path)}


def _lanes(root: Any) -> dict[str, str]:
    """The group of the lane by flow node id: its ``tollgate:group`` or its name; the innermost lane counts."""
    lanes = {}
    for lane in root.iter(f"{{{BPMN}}}lane"):
        for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            if reference.text:
                group = lane.get(f"{{{TOLLGATE}}}group") or lane.get("name") or lane.get("id") or ""
                lanes[reference.text.strip()] = group
    return lanes


def _elements(root: Any, process: Any) -> Iterator[ElementFacts]:
    lanes = _lanes(root)
    for node in process.iter(etree.Element):
        tag = etree.QName(node)
        if tag.namespace != BPMN or tag.localname not in _NODES or not node.get("id"):
            continue
        names = _names(node)
        condition = node.find(f"{{{BPMN}}}conditionExpression")
        yield ElementFacts(
            id=node.get("id"),
            kind=tag.localname,
            process=_owner(node),
            name=names.get("en") or names.get("zh") or node.get("id"),
            names=names,
            documentation=_documentation(node),
            lane=lanes.get(node.get("id")),
            attributes=_own_attributes(node),
            parameters=_parameters(node),
            source=node.get("sourceRef"),
            target=node.get("targetRef"),
            condition=condition.text if condition is not None else None,
            line=node.sourceline or 0,
        )


def _owner(node: Any) -> str:
    parent = node.getparent()
    while etree.QName(parent).localname not in {"process", "subProcess", "transaction", "adHocSubProcess"}:
        parent = parent.getparent()
    return parent.get("id") or ""
