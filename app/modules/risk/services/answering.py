"""What assessments of products answer of the form ``risk_assessment``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.modules.risk.models import Assessment
from app.modules.risk.rules.words import LEVELS, RISKS

LONGEST = 8_000
"""Characters of a part of the approver's file."""


def answers_for(found: Sequence[Assessment], language: str) -> dict[str, Any]:
    """All risks found, the most serious of what remains, and the texts; nothing without an assessment."""
    concluded = [(row, row.conclusion) for row in found if row.conclusion is not None]
    if not concluded:
        return {}
    risks = {each["risk"] for row, _ in concluded for each in row.content["identified"]}
    texts = [f"{row.product_code} ({row.content_hash}):\n{end['texts'][language]}" for row, end in concluded]
    return {
        "risks": [risk for risk in RISKS if risk in risks],
        "residual_risk": max((end["residual"] for _, end in concluded), key=list(LEVELS).index),
        "file_risk_assessment": "\n\n".join(texts)[:LONGEST],
    }
