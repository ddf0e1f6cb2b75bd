"""A database without room, or out of reach, is told as such: nothing is half done, and asking again succeeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from app.bootstrap import create_app
from app.kernel.database import db
from tests.modules.changes.conftest import Ask, ask, bank, play
from tests.modules.development.test_costing_pages import as_person

__all__ = ["as_person", "ask", "bank", "play"]
IDEA = {"kind": "product", "title": "Deposits for students", "text": "Three months, from one yuan. " * 100}
TELLER = "tan.xue"


@contextmanager
def _full() -> Iterator[None]:
    """SQLite's own bound on the size of a file, reached."""

    def no_more(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    event.listen(db.engine, "begin", no_more)
    try:
        yield
    finally:
        event.remove(db.engine, "begin", no_more)
        db.engine.dispose()


@contextmanager
def _locked() -> Iterator[None]:
    """Somebody holds the table, and the server waits for nobody."""
    with db.engine.connect() as other, other.begin():
        other.execute(text("LOCK TABLE idea IN ACCESS EXCLUSIVE MODE"))

        def impatient(connection: Connection) -> None:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")

        event.listen(db.engine, "begin", impatient)
        try:
            yield
        finally:
            event.remove(db.engine, "begin", impatient)


@pytest.fixture
def outage() -> Callable[[], Any]:
    return _full if db.engine.dialect.name == "sqlite" else _locked


def test_what_cannot_be_written_is_refused_for_now_and_written_later(ask: Ask, outage: Callable[[], Any]) -> None:
    with outage():
        # A full file has a few free pages left.
        answers = list(until(503, lambda: ask(TELLER, "POST", "/ideas", IDEA)))
    refused = answers.pop()
    assert (refused.status_code, refused.json["code"]) == (503, "unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert all(answer.status_code == 201 for answer in answers)
    assert len(ask(TELLER, "GET", "/ideas").json["items"]) == len(answers)
    assert ask(TELLER, "POST", "/ideas", IDEA).status_code == 201


def until(status: int, act: Callable[[], Any]) -> Iterator[Any]:
    for _ in range(24):
        answer = act()
        yield answer
        if answer.status_code == status:
            return


@pytest.mark.parametrize("path", ["/inbox", "/sign-in"])
def test_a_server_that_is_not_there_is_told_to_people_and_programs(path: str) -> None:
    settings = {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://nobody@127.0.0.1:1/none", "SECRET_KEY": "for tests"}
    client = create_app({**settings, "TESTING": True, "SCHEDULER": False}).test_client()
    answer = client.get("/api/v1/products", headers={"Authorization": "Bearer whatever"})
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    with client.session_transaction() as kept:
        kept["_user_id"] = "1:1"
    page = client.get(path, headers={"Accept-Language": "zh-CN"})
    assert page.status_code == 503
    assert "请稍后" in page.get_data(as_text=True)
