"""Records of research and development as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.development.models import (
    CostSheet,
    FinanceAssumptions,
    GateVerdict,
    Idea,
    IdeaComment,
    Initiative,
    InitiativeFile,
)
from app.modules.development.rules.burning import Mark
from app.modules.development.rules.initiatives import burn_of, next_gate
from app.modules.development.rules.sheet_words import words_of
from app.workflow.presenting import moment


def assumptions_json(row: FinanceAssumptions) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "number", "state", "currency", "content", "content_hash")},
        "valid_from": row.valid_from.isoformat(),
        "drafted_by": row.drafted_by,
        "drafted": moment(row.drafted_at),
        "approved_by": row.approved_by,
        "approved": moment(row.approved_at) if row.approved_at else None,
    }


def sheet_json(row: CostSheet) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "product": row.product_code,
        "version": row.version,
        "assumptions": row.assumptions_id,
        "assumptions_hash": row.assumptions.content_hash,
        "sheet": row.inputs,
        "result": row.result,
        "text": sheet_text(row),
        "content_hash": row.content_hash,
        "worked_out_by": row.worked_out_by,
        "worked_out": moment(row.worked_out_at),
    }


def sheet_text(row: CostSheet) -> dict[str, str]:
    """The sheet in words of each language."""
    return words_of(row.number, row.product_code, row.inputs, row.result, row.assumptions.number)


def idea_json(idea: Idea) -> dict[str, Any]:
    names = ("id", "number", "kind", "title", "text", "state", "reason", "submitted_by", "judged_by")
    return {
        **{name: getattr(idea, name) for name in names},
        "submitted": moment(idea.submitted_at),
        "judged": moment(idea.judged_at) if idea.judged_at else None,
    }


def comment_json(said: IdeaComment) -> dict[str, Any]:
    return {"id": said.id, "text": said.text, "by": said.by, "at": moment(said.at)}


def initiative_json(row: Initiative) -> dict[str, Any]:
    names = ("id", "number", "title", "concept", "products", "owner", "sponsor", "currency", "plan", "state")
    burn = burn_of(row.plan)
    return {
        **{name: getattr(row, name) for name in names},
        "idea": row.idea_id,
        "burn": {n: canonical_decimal(getattr(burn, n)) for n in ("planned", "committed", "spent", "left")},
        "founded": moment(row.founded_at),
    }


def evidence_json(file: InitiativeFile) -> dict[str, Any]:
    names = ("id", "gate", "filename", "media_type", "size", "sha256", "uploaded_by")
    return {**{name: getattr(file, name) for name in names}, "uploaded": moment(file.uploaded_at)}


def mark_json(mark: Mark) -> dict[str, Any]:
    spent = None if mark.spent is None else canonical_decimal(mark.spent)
    return {"day": mark.day.isoformat(), "planned": canonical_decimal(mark.planned), "spent": spent}


def initiative_detail(
    row: Initiative, verdicts: Sequence[GateVerdict], evidence: Sequence[InitiativeFile], marks: Sequence[Mark]
) -> dict[str, Any]:
    gates = [
        {"gate": v.gate, "passed": v.passed, "day": v.day.isoformat(), "reason": v.reason, "by": v.by} for v in verdicts
    ]
    return {
        **initiative_json(row),
        "gates": gates,
        "evidence": [evidence_json(file) for file in evidence],
        "burn_over_time": [mark_json(mark) for mark in marks],
        "next_gate": next_gate({v.gate for v in verdicts if v.passed}),
    }
