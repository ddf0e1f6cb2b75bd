"""Decision tables in DMN: rules a bank changes without a programmer. `docs/decisions.md`."""

from app.workflow.decisions.errors import DecisionError
from app.workflow.decisions.reading import check_table, read_table
from app.workflow.decisions.tables import DecisionTable, Result

__all__ = ["DecisionError", "DecisionTable", "Result", "check_table", "read_table"]
