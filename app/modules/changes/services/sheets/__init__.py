"""A change request as an Excel sheet: given out, read back, shown before it is applied, applied whole or not at all."""

from __future__ import annotations

from app.modules.changes.services.sheets.applying import apply, apply_values, editable, refuse_closed
from app.modules.changes.services.sheets.giving import XLSX, export
from app.modules.changes.services.sheets.lines import Item
from app.modules.changes.services.sheets.planning import Plan, plan

__all__ = ["XLSX", "Item", "Plan", "apply", "apply_values", "editable", "export", "plan", "refuse_closed"]
