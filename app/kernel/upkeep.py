"""Keeping hot tables small on PostgreSQL.

Rows of tasks come and go with every step. PostgreSQL looks for dead rows once a
minute at best; until then lists walk over them and indexes grow for good. A
vacuum that follows closely keeps both short. SQLite reuses its pages at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.kernel.database import db, is_sqlite

DEAD_ROWS = 500
DEAD_SHARE = 0.1
"""A big table is cleaned when this share of it is dead, so that the work stays in proportion."""
_DUE = text(
    "SELECT relname FROM pg_stat_user_tables WHERE relname = ANY(:tables)"
    " AND n_dead_tup > greatest(:rows, :share * n_live_tup) ORDER BY relname"
)


def vacuum(tables: Sequence[str]) -> list[str]:
    """Clean those of ``tables`` that hold many dead rows; returns their names.

    A table that another process cleans at this moment is left to it.
    """
    if is_sqlite():
        return []
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        asked = {"tables": list(tables), "rows": DEAD_ROWS, "share": DEAD_SHARE}
        due = list(connection.scalars(_DUE, asked))
        for table in due:
            quoted = connection.dialect.identifier_preparer.quote(table)
            connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED, PARALLEL 0) {quoted}")
    return due
