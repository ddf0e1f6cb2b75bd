"""Moving and ending many holdings at once, each along its table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel.database import insert_rows, table_of
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import holding_move

_COPIED = ("customer_id", "account_id", "principal", "currency", "term", "opened_on", "matures_on", "last_activity_on")
"""What a holding brings along when it is moved."""


def move_holdings(
    uow: Session, ids: Sequence[int], *, to: tuple[str, int], agreed: Mapping[int, Mapping[str, Any]]
) -> None:
    """Each holding goes to product and version ``to``, cent by cent; nobody's is moved twice (``came_from``).

    ``agreed``: holding → path → value, what is agreed with it individually from then on (rule 4).
    """
    rows = uow.execute(select(table_of(Holding)).where(Holding.id.in_(ids))).all()
    for status in {row.status for row in rows}:
        holding_move(status, "move")
    code, version = to
    moved = [
        {
            **{name: getattr(row, name) for name in _COPIED},
            "product_code": code,
            "version": version,
            "negotiated": dict(agreed[row.id]) or None,
            "status": "active",
            "came_from": row.id,
        }
        for row in rows
    ]
    insert_rows(uow, Holding, moved)
    uow.execute(update(Holding).where(Holding.id.in_(ids)).values(status="moved"))


def end_holdings(uow: Session, ids: Sequence[int], *, verbs: Sequence[str]) -> None:
    """Take holdings along these verbs of their table; what has matured already is not matured again."""
    by_status: dict[str, list[int]] = defaultdict(list)
    for number, status in uow.execute(select(Holding.id, Holding.status).where(Holding.id.in_(ids))):
        by_status[status].append(number)
    for status, several in by_status.items():
        reached = status
        for verb in verbs if status == "active" else verbs[-1:]:
            reached = holding_move(reached, verb)
        uow.execute(update(Holding).where(Holding.id.in_(several)).values(status=reached))
