"""The database and the one transaction.

``unit_of_work`` is the only place that commits. On SQLite it begins with
``BEGIN IMMEDIATE``, so that two writers queue instead of failing with
"database is locked"; reads stay deferred. A read that was open before (who is
asking?) is ended first: on SQLite an ``IMMEDIATE`` inside an open read
transaction would be ignored without a word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Dialect, Engine, Integer, String, Table, event, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")
BigKey = BigInteger().with_variant(Integer, "sqlite")
"""Whole numbers of 64 bits. SQLite counts up by itself only in a column whose type is INTEGER."""


class Record(DeclarativeBase):
    """Base of all tables. Columns are NOT NULL unless their type says ``| None``.

    Every whole number has 64 bits: what a program sends as an id may be larger
    than four bytes hold, and is then not found, instead of an error of the database.
    """

    registry = registry(type_annotation_map={int: BigKey})


_IMMEDIATE = "tollgate_immediate"
_WRITING = "in_unit_of_work"
_READING = "tollgate_reading_engine"
_NOTES = "notes_of_the_unit_of_work"


class _Session(FlaskSession):  # type: ignore[misc]
    """Of the one database: what is left to choose is whether there is a transaction."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **_: Any) -> Any:
        return bind or self.info.get(_WRITING) or current_app.extensions[_READING]


db = SQLAlchemy(
    model_class=Record,
    disable_autonaming=True,
    session_options={"class_": _Session, "expire_on_commit": False, "autoflush": False},
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Naive values are refused: they mean different things to different people."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        # Fixed width, so that text order is time order on SQLite.
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or not isinstance(value, str):
            return value.astimezone(UTC) if value is not None else None
        return datetime.fromisoformat(value)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _encode(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def engine_options(url: str) -> dict[str, Any]:
    """Options for ``create_engine``: compact JSON, a pool that survives a server restart."""
    options: dict[str, Any] = {"json_serializer": _encode}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": 30, "isolation_level": None}
    else:
        options.update(pool_pre_ping=False, pool_size=10, max_overflow=20)
    return options


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=30000")
    # The default cache of 2 MB would read the same index pages again and again.
    cursor.execute("PRAGMA cache_size=-32768")
    # As much as SQLite maps at most; what is mapped is read without a system call for each page.
    cursor.execute("PRAGMA mmap_size=2147418112")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_IMMEDIATE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def install(app: Flask) -> None:
    """Bind the database to ``app``; the engine's options depend on its kind."""
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    with app.app_context():
        app.extensions[_READING] = _install_engine(db.engine)


def _install_engine(engine: Engine) -> Engine:
    """Set the engine up; returns the same one for reading.

    On PostgreSQL reading does without transactions: under READ COMMITTED each statement sees
    its own state anyway, BEGIN and ROLLBACK are two trips to the server, and psycopg forgets
    its prepared statements at each ROLLBACK.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # Many rows in one statement: psycopg's ``executemany`` waits for the server three times.
    cast(DefaultDialect, engine.dialect).use_insertmanyvalues_wo_returning = True
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def one_at_a_time(number: int) -> Iterator[None]:
    """Hold a lock that all processes on this database share, for work such as the first filling.

    On SQLite there is one process anyway.
    """
    if is_sqlite():
        yield
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({number:d})")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({number:d})")


def table_of(model: type[Record]) -> Table:
    """The table behind a model, for statements that bypass the session on purpose."""
    return cast(Table, model.__table__)


def insert_rows(uow: Session, model: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows in one statement. Nothing in the session mirrors them, so their ids are not asked back.

    SQLite answers an insert of the session with ids row by row.
    """
    if rows:
        uow.execute(insert(table_of(model)), [*rows])


def session() -> Session:
    """The session of this request or job. For reading; writing goes through ``unit_of_work``."""
    current: Session = db.session()
    return current


def is_sqlite() -> bool:
    return str(db.engine.dialect.name) == "sqlite"


def end_read() -> None:
    """End the open read (on SQLite its transaction), if any, and forget what it loaded."""
    db.session.rollback()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction: all of it at the end, or nothing.

    Yields the session. Objects loaded before it must not be used inside it.
    """
    current = session()
    if current.info.get(_WRITING):
        raise RuntimeError("units of work do not nest: pass the session on")
    current.rollback()
    current.info[_WRITING], current.info[_NOTES] = db.engine, {}
    try:
        current.connection(execution_options={_IMMEDIATE: True})
        yield current
        fault_point("before_commit")
        current.commit()
        fault_point("after_commit")
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info[_WRITING] = None
        del current.info[_NOTES]


def notes(uow: Session) -> dict[Any, Any]:
    """What this unit of work keeps in mind until it ends."""
    found: dict[Any, Any] = uow.info[_NOTES]
    return found


def once(session: Session, key: object, find: Callable[[], T]) -> T:
    """What ``find`` gives, asked once in a unit of work; outside of one, and while it gives nothing, each time."""
    kept: dict[Any, Any] = session.info.get(_NOTES, {})
    if kept.get(key) is None:
        kept[key] = find()
    found: T = kept[key]
    return found


def fault_point(name: str) -> None:
    """Named instants at which the fault tests kill this process; a no-op otherwise."""
    hook = current_app.config.get("FAULT_HOOK")
    if hook:
        hook(name)
