"""An application on an empty database, with the demo bank and its tokens, for measuring."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from app.bootstrap import create_app
from app.identity.actors import Actor
from app.identity.demo import DEMO_PASSWORD, seed_people
from app.identity.services import actor_named
from app.kernel import clock
from app.kernel.database import db, end_read, session, unit_of_work
from app.workflow.decisions.services import seed_tables
from app.workflow.deployments.services import seed as seed_processes
from tests.databases import server_url

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "bench" / "cases"
REVIEWERS = {
    "legal": "han.bing",
    "risk": "chen.rui",
    "compliance": "zhou.ting",
    "operations": "deng.hui",
    "executive": "wang.zhiyuan",
    "pilot": "fang.yi",
}


class World:
    """One application under measurement."""

    def __init__(self, app: Flask, kind: str):
        self.app, self.kind = app, kind
        self.client = app.test_client()
        self.statements = self.commits = 0
        self._tokens: dict[str, dict[str, str]] = {}
        event.listen(db.engine, "before_cursor_execute", self._count_statement)
        event.listen(db.engine, "commit", self._count_commit)

    def _count_statement(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements += not statement.startswith("BEGIN")

    def _count_commit(self, _c: Any) -> None:
        self.commits += 1

    def headers(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            credentials = {"username": who, "password": DEMO_PASSWORD}
            token = self.client.post("/api/v1/auth/token", json=credentials).json["token"]
            self._tokens[who] = {"Authorization": f"Bearer {token}"}
        return self._tokens[who]

    def actor(self, who: str) -> Actor:
        found = actor_named(session(), who)
        end_read()
        assert found is not None
        return found

    def browser(self, who: str) -> FlaskClient:
        """Somebody who has signed in on the pages."""
        client = self.app.test_client()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))
        form = {"username": who, "password": DEMO_PASSWORD, "csrf_token": token[1] if token else ""}
        client.post("/sign-in", data=form)
        return client

    def install(self) -> None:
        """Deploy the bank's own decision tables and drawings."""
        now = clock.now()
        end_read()
        with unit_of_work() as uow:
            seed_tables(uow, folder=ROOT / "rules", now=now)
            uow.flush()
            seed_processes(uow, folder=ROOT / "processes", now=now)

    def post(self, who: str, path: str, body: Any) -> Any:
        answer = self.client.post(f"/api/v1{path}", json=body, headers=self.headers(who))
        assert answer.status_code in {200, 201}, answer.json
        return answer.json

    def deploy(self, name: str) -> None:
        self.post("shen.dan", "/processes", {"xml": (CASES / name).read_text()})

    def bytes_stored(self) -> int:
        """Sizes of all tables with their indexes and TOAST, or of the SQLite file's pages in use."""
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self.kind == "sqlite":
                pages = connection.execute(text("SELECT page_count FROM pragma_page_count")).scalar_one()
                free = connection.execute(text("SELECT freelist_count FROM pragma_freelist_count")).scalar_one()
                return int(pages - free) * 4096
            total = (
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            return int(connection.execute(text(total)).scalar_one())


@contextmanager
def world(kind: str) -> Iterator[World]:
    """A fresh application on ``sqlite`` or ``postgresql``; the database goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="tollgate-bench-") as folder:
        url = _database(kind, folder)
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": "bench", "DEMO": True})
        with app.app_context():
            db.create_all()
            with unit_of_work() as uow:
                seed_people(uow)
            yield World(app, kind)
            db.session.remove()
            db.engine.dispose()
        if kind == "postgresql":
            _drop(url)


def _database(kind: str, folder: str) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder}/bench.db"
    server = make_url(server_url())
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS tollgate_bench WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE tollgate_bench"))
    admin.dispose()
    return server.set(database="tollgate_bench").render_as_string(hide_password=False)


def _drop(url: str) -> None:
    admin = create_engine(server_url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)'))
    admin.dispose()
