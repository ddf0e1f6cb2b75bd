"""each budget line of an initiative names the gate by which it is to be spent"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Json

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INITIATIVE = sa.table("initiative", sa.column("id", BigKey), sa.column("plan", Json))


def upgrade() -> None:
    _each_line(lambda line: {**line, "by": "launch"})


def downgrade() -> None:
    _each_line(lambda line: {name: value for name, value in line.items() if name != "by"})


def _each_line(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    rows = op.get_bind().execute(sa.select(INITIATIVE.c.id, INITIATIVE.c.plan)).all()
    for number, plan in rows:
        changed = {**plan, "budget": [change(line) for line in plan["budget"]]}
        op.execute(INITIATIVE.update().where(INITIATIVE.c.id == number).values(plan=changed))
