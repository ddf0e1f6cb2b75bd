"""Telling an outage of the database, after which the same request may succeed, from a fault of ours."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

_SQLITE = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
})  # fmt: skip
_FIRST_BYTE = 0xFF
"""An extended code of SQLite holds the general one in its first byte."""
_POSTGRESQL = frozenset({"08", "40", "53", "55", "57", "58"})
"""Classes of SQLSTATE: connection, rollback, resources, not in the needed state, operator, system."""


def is_outage(error: DBAPIError) -> bool:
    """Whether the database could not be reached, or has no room or no time: nothing is wrong with what was asked."""
    if error.connection_invalidated:
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", -1) & _FIRST_BYTE in _SQLITE
    state = getattr(cause, "sqlstate", None)
    # A connection that could not be made has no state.
    return type(cause).__name__ == "OperationalError" if state is None else state[:2] in _POSTGRESQL
