"""Records of research and development as JSON."""

from __future__ import annotations

from typing import Any

from app.modules.development.models import CostSheet, FinanceAssumptions, Idea, IdeaComment
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
