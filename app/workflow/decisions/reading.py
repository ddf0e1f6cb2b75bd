"""DMN XML → decision tables, with a located finding for everything that is wrong.

Read as safely as a drawing: no entities, no document type, no network, a bound
on the size. What the platform adds stands in attributes of the namespace
``urn:tollgate:dmn:1``; `docs/decisions.md` lists them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from app.kernel.i18n import N_
from app.workflow import feel
from app.workflow.decisions.tables import AGGREGATIONS, HIT_POLICIES, DecisionTable, Input, Output, Rule, Texts
from app.workflow.decisions.values import TYPES
from app.workflow.engine.drawing import parse_xml, refused
from app.workflow.engine.errors import DrawingRefused, ExpressionError, Finding

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
"""DMN 1.1 to 1.5: their decision tables are the same."""
TOLLGATE = "urn:tollgate:dmn:1"
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}", re.ASCII)
"""What a decision's key looks like."""
MAX_RULES = 1_000
MAX_COLUMNS = 50


def read_table(xml: bytes) -> list[DecisionTable]:
    """The decision tables of a DMN file; ``DrawingRefused`` with all findings of severity ``error``."""
    tables, findings = check_table(xml)
    if any(f.severity == "error" for f in findings):
        raise DrawingRefused(findings)
    return tables


def check_table(xml: bytes) -> tuple[list[DecisionTable], list[Finding]]:
    """The tables that could be read, and all findings, whatever was sent."""
    try:
        root = parse_xml(xml)
        if not _is(root, "definitions"):
            raise refused("not_dmn", N_("This is not a DMN file."), line=root.sourceline)
    except DrawingRefused as refusal:
        return [], refusal.findings
    reader = _Reader(root, hashlib.sha256(xml).hexdigest())
    return reader.tables(), reader.findings


def _is(node: Any, name: str) -> bool:
    if not isinstance(node.tag, str):
        return False
    tag = etree.QName(node)
    return tag.localname == name and tag.namespace in NAMESPACES


def _children(node: Any, name: str) -> list[Any]:
    return [child for child in node if _is(child, name)]


def _child(node: Any, name: str) -> Any | None:
    return next(iter(_children(node, name)), None)


def _text(node: Any | None) -> str:
    """The ``<text>`` within a node."""
    found = _child(node, "text") if node is not None else None
    return (found.text or "").strip() if found is not None else ""


def _texts(node: Any, english: str | None, chinese: str) -> Texts:
    both = {"en": " ".join((english or "").split()), "zh": (node.get(f"{{{TOLLGATE}}}{chinese}") or "").strip()}
    return {language: text for language, text in both.items() if text}


class _Reader:
    def __init__(self, root: Any, table_hash: str):
        self.root = root
        self.hash = table_hash
        self.findings: list[Finding] = []
        self.collections = {n.get("name") for n in _children(root, "itemDefinition") if n.get("isCollection") == "true"}
        self.kinds = {
            n.get("name"): (t.text or "") for n in _children(root, "itemDefinition") for t in _children(n, "typeRef")
        }

    def note(self, node: Any, code: str, message: str, severity: str = "error", **values: object) -> None:
        owner = node
        while owner is not None and not owner.get("id"):
            owner = owner.getparent()
        element = owner.get("id") if owner is not None else None
        self.findings.append(Finding(severity, code, message, element, node.sourceline, values))

    def tables(self) -> list[DecisionTable]:
        decisions = _children(self.root, "decision")
        if not decisions:
            self.note(self.root, "no_decision", N_("The file holds no decision."))
        found = [table for decision in decisions if (table := self._decision(decision)) is not None]
        self._duplicates()
        return found

    def _duplicates(self) -> None:
        seen: set[str] = set()
        for node in self.root.iter():
            name = node.get("id") if isinstance(node.tag, str) else None
            if name and name in seen:
                self.note(node, "duplicate_id", N_("The id %(id)s is used more than once."), id=name)
            seen.add(name or "")

    def _decision(self, decision: Any) -> DecisionTable | None:
        table = _child(decision, "decisionTable")
        key = decision.get("id") or ""
        if not KEY.fullmatch(key):
            message = N_("The decision needs an id of letters, digits, dots, dashes and underscores.")
            self.note(decision, "no_decision_id", message)
        if table is None:
            self.note(decision, "no_table", N_("The decision is not a decision table."))
            return None
        policy = table.get("hitPolicy") or "UNIQUE"
        aggregation = table.get("aggregation") or None
        description = _child(decision, "description")
        found = DecisionTable(
            key=key,
            names=_texts(decision, decision.get("name"), "nameZh") or {"en": key},
            descriptions=_texts(decision, description.text if description is not None else None, "descriptionZh"),
            hit_policy=policy,
            aggregation=aggregation,
            inputs=tuple(self._inputs(table)),
            outputs=tuple(self._outputs(table)),
            rules=tuple(self._rules(table)),
            table_hash=self.hash,
            line=decision.sourceline,
        )
        self._policy(table, found)
        return found

    def _policy(self, node: Any, table: DecisionTable) -> None:
        if table.hit_policy not in HIT_POLICIES:
            self.note(node, "hit_policy", N_("The hit policy %(policy)s is not offered."), policy=table.hit_policy)
        if table.aggregation is not None:
            if table.aggregation not in AGGREGATIONS or table.hit_policy != "COLLECT":
                self.note(node, "aggregation", N_("The aggregation %(name)s is not offered."), name=table.aggregation)
            elif len(table.outputs) != 1:
                self.note(node, "aggregation", N_("An aggregation needs exactly one output."))
        if table.hit_policy == "PRIORITY" and not all(output.allowed for output in table.outputs):
            self.note(node, "no_priorities", N_("The hit policy PRIORITY needs output values, the strongest first."))
        if len(table.outputs) > 1 and len({output.name for output in table.outputs}) < len(table.outputs):
            self.note(node, "output_name", N_("Several outputs need different names."))

    def _type(self, node: Any, reference: str | None) -> str:
        name = (reference or "").split(":")[-1].strip()
        if name in self.collections:
            return "list"
        name = self.kinds.get(name, name)
        kind = TYPES.get(name.lower())
        if kind is None:
            self.note(node, "type", N_("The type %(name)s is not offered."), name=name)
        return kind or "any"

    def _inputs(self, table: Any) -> Iterator[Input]:
        nodes = _children(table, "input")
        if not nodes:
            self.note(table, "no_inputs", N_("The table has no inputs."))
        for node in nodes[:MAX_COLUMNS]:
            expression = _child(node, "inputExpression")
            source = _text(expression)
            if not source:
                self.note(node, "no_expression", N_("The input has no expression."))
            else:
                self._expression(node, source)
            allowed = _text(_child(node, "inputValues")) or None
            if allowed:
                self._cell(node, allowed)
            kind = self._type(node, expression.get("typeRef") if expression is not None else None)
            labels = _texts(node, node.get("label"), "labelZh") or {"en": source}
            yield Input(node.get("id") or source, labels, source, kind, allowed)

    def _outputs(self, table: Any) -> Iterator[Output]:
        nodes = _children(table, "output")
        if not nodes:
            self.note(table, "no_outputs", N_("The table has no outputs."))
        for node in nodes[:MAX_COLUMNS]:
            name = node.get("name") or ""
            if not name and len(nodes) > 1:
                self.note(node, "output_name", N_("The output has no name."))
            labels = _texts(node, node.get("label") or name, "labelZh") or {"en": name}
            kind = self._type(node, node.get("typeRef"))
            yield Output(node.get("id") or name, name or "result", labels, kind, self._values(node))

    def _values(self, node: Any) -> tuple[Any, ...]:
        source = _text(_child(node, "outputValues"))
        try:
            return tuple(feel.evaluate(f"[{source}]", {})) if source else ()
        except ExpressionError as error:
            self.note(node, "output_values", N_("Output values: %(reason)s"), reason=str(error))
            return ()

    def _rules(self, table: Any) -> Iterator[Rule]:
        nodes = _children(table, "rule")
        if not nodes:
            self.note(table, "no_rules", N_("The table has no rules."), "warning")
        if len(nodes) > MAX_RULES or max(len(_children(table, c)) for c in ("input", "output")) > MAX_COLUMNS:
            self.note(table, "too_large", N_("The table is larger than the platform accepts."))
            return
        for number, node in enumerate(nodes, start=1):
            yield self._rule(table, node, number)

    def _rule(self, table: Any, node: Any, number: int) -> Rule:
        conditions = [_text(entry) or "-" for entry in _children(node, "inputEntry")]
        results = [_text(entry) for entry in _children(node, "outputEntry")]
        if len(conditions) != len(_children(table, "input")) or len(results) != len(_children(table, "output")):
            self.note(node, "columns", N_("The rule has not one entry for each column."))
        for entry in _children(node, "inputEntry"):
            self._cell(entry, _text(entry) or "-")
        for entry in _children(node, "outputEntry"):
            self._expression(entry, _text(entry))
        description = _child(node, "description")
        english = description.text if description is not None else _text(_child(node, "annotationEntry"))
        annotations = _texts(node, english, "annotationZh")
        if not annotations:
            self.note(node, "no_annotation", N_("The rule names no source."), "warning")
        return Rule(
            node.get("id") or str(number), number, tuple(conditions), tuple(results), annotations, node.sourceline
        )

    def _cell(self, node: Any, source: str) -> None:
        try:
            feel.names(source, cell=True)
        except ExpressionError as error:
            self.note(
                node, "bad_cell", N_("“%(cell)s” is not understood: %(reason)s"), cell=source[:80], reason=str(error)
            )

    def _expression(self, node: Any, source: str) -> None:
        try:
            if source:
                feel.names(source)
        except ExpressionError as error:
            self.note(
                node, "bad_cell", N_("“%(cell)s” is not understood: %(reason)s"), cell=source[:80], reason=str(error)
            )


def one_table(xml: bytes) -> tuple[DecisionTable | None, Sequence[Finding]]:
    """The only table of a file to deploy, and the findings; a second decision is an error."""
    tables, findings = check_table(xml)
    if len(tables) > 1:
        message = N_("One decision table per file.")
        findings.append(Finding("error", "several_decisions", message, tables[1].key, tables[1].line))
    refused = any(f.severity == "error" for f in findings)
    return (None if refused else tables[0]), sorted(findings, key=lambda f: (f.severity != "error", f.line or 0))
