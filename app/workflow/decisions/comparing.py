"""What two versions of a decision table say differently, row by row."""

from __future__ import annotations

from dataclasses import dataclass

from app.workflow.decisions.tables import DecisionTable, Rule

ADDED, CHANGED = "added", "changed"


@dataclass(frozen=True)
class Difference:
    """Rows that are there now, by their id; rows that are no longer there; and whether all else is the same."""

    rows: dict[str, str]
    removed: tuple[Rule, ...]
    frame: bool
    """Whether the question itself differs: its columns, its hit policy or the order of its rows."""


def difference(before: DecisionTable, after: DecisionTable) -> Difference:
    """Rows are the same by their id."""
    old, new = ({rule.id: rule for rule in table.rules} for table in (before, after))
    rows = {key: ADDED if key not in old else CHANGED for key, rule in new.items() if not _same(old.get(key), rule)}
    removed = tuple(rule for key, rule in old.items() if key not in new)
    return Difference(rows, removed, _frame(before, old, new) != _frame(after, new, old))


def _same(old: Rule | None, new: Rule) -> bool:
    return old is not None and (old.conditions, old.results) == (new.conditions, new.results)


def _frame(table: DecisionTable, own: dict[str, Rule], other: dict[str, Rule]) -> tuple[object, ...]:
    shared = [key for key in own if key in other]
    return table.inputs, table.outputs, table.hit_policy, table.aggregation, shared
