"""Records of risk as the API gives them."""

from __future__ import annotations

from typing import Any

from app.modules.risk.models import Assessment, RiskRecord
from app.modules.risk.rules.concentration import Spread
from app.modules.risk.services.keeping import told
from app.workflow.presenting import moment


def record_json(row: RiskRecord) -> dict[str, Any]:
    return {
        **told(row),
        "id": row.id,
        "content": row.content,
        "state": "confirmed" if row.confirmed_at else "entered",
        "entered": moment(row.entered_at),
        "confirmed": moment(row.confirmed_at) if row.confirmed_at else None,
    }


def assessment_json(row: Assessment) -> dict[str, Any]:
    conclusion = row.conclusion or {}
    found = {name: row.content[name] for name in ("identified", "quantitative", "exposure", "limits", "transfers")}
    names = ("qualitative", "inherent", "residual", "texts")
    return {
        "id": row.id,
        "product": row.product_code,
        "version": row.version,
        "state": row.state,
        "day": row.day.isoformat(),
        **found,
        "scores": [{"risk": s.risk, "expert": s.expert, "score": s.score, "reason": s.reason} for s in row.scores],
        **{name: conclusion.get(name) for name in names},
        "content_hash": row.content_hash,
        "made_by": row.made_by,
        "made": moment(row.made_at),
        "concluded_by": row.concluded_by,
        "concluded": moment(row.concluded_at) if row.concluded_at else None,
    }


def spread_json(found: Spread) -> dict[str, Any]:
    return {
        "hhi": str(found.hhi),
        "equal_parts": str(found.alike),
        "largest": [{"key": key, "percent": str(share)} for key, share in found.largest],
    }
