"""How decision tables look to programs and to pages."""

from __future__ import annotations

from typing import Any

from app.kernel.i18n import gettext, pick
from app.workflow.decisions.models import DecisionDefinition
from app.workflow.decisions.queries import table_of
from app.workflow.engine.errors import Finding


def decision_json(definition: DecisionDefinition) -> dict[str, Any]:
    return {
        "key": definition.key,
        "version": definition.version,
        "name": pick(definition.names, definition.key),
        "content_hash": definition.content_hash,
        "state": definition.state,
        "deployed_by": definition.deployed_by,
        "deployed_at": definition.deployed_at.isoformat().replace("+00:00", "Z"),
        "approved_by": definition.approved_by,
    }


def detail_json(definition: DecisionDefinition) -> dict[str, Any]:
    """The version with its columns and rules, texts in the language of whoever asks."""
    table = table_of(definition)
    return {
        **decision_json(definition),
        "description": pick(table.descriptions),
        "hit_policy": table.hit_policy,
        "aggregation": table.aggregation,
        "inputs": [
            {"label": pick(i.labels), "expression": i.expression, "type": i.type, "allowed": i.allowed}
            for i in table.inputs
        ],
        "outputs": [{"label": pick(o.labels), "name": o.name, "type": o.type} for o in table.outputs],
        "rules": [
            {"id": r.id, "conditions": r.conditions, "results": r.results, "annotation": pick(r.annotations)}
            for r in table.rules
        ],
        "xml": definition.xml.decode("utf-8", "replace"),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "element_id": finding.element_id,
        "line": finding.line,
        "code": finding.code,
        "message": gettext(finding.message, finding.values),
    }
