"""The tables of research and development."""

from __future__ import annotations

from app.modules.development.models.costing import CostSheet, FinanceAssumptions, RecordKept
from app.modules.development.models.ideas import Idea, IdeaComment
from app.modules.development.models.initiatives import GateVerdict, Initiative, InitiativeFile

__all__ = [
    "CostSheet",
    "FinanceAssumptions",
    "GateVerdict",
    "Idea",
    "IdeaComment",
    "Initiative",
    "InitiativeFile",
    "RecordKept",
]
