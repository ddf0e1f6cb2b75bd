"""Open tasks and waiting cases by the million, made by the database itself.

From Python a million rows would take longer than all measurements. The numbers
of a row are spread by multiplication with primes, so that groups, processes,
products and days are mixed alike on both databases.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from app.kernel.database import db, table_of
from app.workflow.models import TaskAudience

GROUPS, PROCESSES, PRODUCTS = 40, 8, 2_000
RARE = "RARE-1"

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
_PROCESS = "'process_' || (i / 40 % 8)"
_PRODUCT = "CASE WHEN i % 50000 = 7 THEN 'RARE-1' ELSE 'P' || (i * 104729 % 2000) END"
_GROUP = "'group_' || (i * 31337 % 40)"
_VIEWER = "'group_' || ((i * 31337 + 1 + i % 39) % 40)"
_DUE, _CREATED = "i * 48271 % 100000", "i * 69621 % 100000"


def fill(first: int, count: int, definition_id: int, now: datetime) -> None:
    """``count`` cases with one open task each, from number ``first``."""
    values = {"first": first, "last": first + count - 1}
    with db.engine.begin() as connection:
        indexes = table_of(TaskAudience).indexes if count > 10_000 else ()
        for index in indexes:
            index.drop(connection)
        _cases(connection, values, definition_id, now)
        connection.execute(text(f"{_insert('task', _TASK)} {_NUMBERS} {_select(_TASK, now)} FROM n"), values)
        for audience, candidate, where in _AUDIENCES:
            columns = {**_AUDIENCE, "audience": audience, "candidate": candidate}
            sql = f"{_insert('task_audience', columns)} {_NUMBERS} {_select(columns, now)} FROM n WHERE {where}"
            connection.execute(text(sql), values)
        for index in indexes:
            index.create(connection)
    analyse()


def waiting(first: int, count: int, definition_id: int, now: datetime) -> None:
    """Cases that wait for people; every third has a timer that is not due."""
    values = {"first": first, "last": first + count - 1}
    with db.engine.begin() as connection:
        _cases(connection, values, definition_id, now)
        sql = f"{_insert('timer', _TIMER)} {_NUMBERS} {_select(_TIMER, now)} FROM n WHERE i % 3 = 0"
        connection.execute(text(sql), values)
    analyse()


def analyse() -> None:
    """Fresh statistics, as a running database would have."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if _sqlite() else "VACUUM ANALYZE")


def _sqlite() -> bool:
    return str(db.engine.dialect.name) == "sqlite"


def _cases(connection: Connection, values: dict[str, int], definition_id: int, now: datetime) -> None:
    columns = {**_CASE, "definition_id": str(definition_id)}
    sql = f"{_insert('process_instance', columns)} {_NUMBERS} {_select(columns, now)} FROM n"
    connection.execute(text(sql), values)


def _insert(table: str, columns: dict[str, str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)})"


def _select(columns: dict[str, str], now: datetime) -> str:
    return "SELECT " + ", ".join(_expression(text_, now) for text_ in columns.values())


def _expression(value: str, now: datetime) -> str:
    """Three kinds of values differ between the databases: instants, JSON and tokens."""
    base = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    kind, _, rest = value.partition("|")
    if kind in {"later", "earlier"}:
        sign = "+" if kind == "later" else "-"
        if _sqlite():
            return f"strftime('%Y-%m-%dT%H\\:%M\\:%f', '{base}', '{sign}' || ({rest}) || ' minutes') || '000Z'".replace(
                base, base.replace(":", "\\:")
            )
        return f"timestamptz '{base}+00' {sign} ({rest}) * interval '1 minute'".replace(base, base.replace(":", "\\:"))
    if kind == "json":
        return f"({rest})" if _sqlite() else f"({rest})\\:\\:jsonb"
    if kind == "token":
        return "printf('%032x', i)" if _sqlite() else "lpad(to_hex(i), 32, '0')\\:\\:uuid"
    if kind == "state":
        return "zeroblob(1500)" if _sqlite() else "decode(repeat('00', 1500), 'hex')"
    if kind == "flag":
        return rest if _sqlite() else {"1": "true", "0": "false"}[rest]
    return value


_CASE = {
    "id": "i",
    "process_key": _PROCESS,
    "state": "'active'",
    "started_by": "'lin.yue'",
    "started_at": f"earlier|{_CREATED}",
    "variables": "json|'{}'",
    "hands": "json|'{}'",
    "involved": f"json|'[\"' || {_GROUP} || '\"]'",
    "card": f"json|'{{\"products\"\\: [\"' || {_PRODUCT} || '\"]}}'",
    "engine_state": "state|",
    "waiting_timers": "0",
    "waiting_messages": "0",
}
_TASK = {
    "id": "i",
    "instance_id": "i",
    "token": "token|",
    "element_id": "'review'",
    "names": 'json|\'{"en"\\: "Review"}\'',
    "form": "'standard_decision'",
    "candidates": f"json|'[\"' || {_GROUP} || '\"]'",
    "assignee": "CASE WHEN i % 5000 = 11 THEN 'busy' END",
    "state": "'open'",
    "version": "1",
    "priority": "50",
    "due_at": f"later|{_DUE}",
    "created_at": f"earlier|{_CREATED}",
}
_AUDIENCE = {
    "task_id": "i",
    "slot": "0",
    "due_at": f"later|{_DUE}",
    "process_key": _PROCESS,
    "product": _PRODUCT,
}
_AUDIENCES = (
    (_GROUP, "flag|1", "true"),
    (_VIEWER, "flag|0", "true"),
    ("'@lin.yue'", "flag|0", "true"),
    ("'*'", "flag|0", "true"),
    ("'@busy'", "flag|1", "i % 5000 = 11"),
)
_TIMER = {"id": "i", "instance_id": "i", "token": "token|", "element_id": "'late'", "due_at": "later|100000 + i % 1000"}
