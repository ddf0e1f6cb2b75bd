"""Records of risk as the API gives them."""

from __future__ import annotations

from typing import Any

from app.modules.risk.models import RiskRecord
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
