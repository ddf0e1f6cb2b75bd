"""Decision tables over HTTP, for programs and on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from json import dumps
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.identity.demo import DEMO_PASSWORD
from app.identity.models import Person, PersonRole
from app.kernel.database import session, unit_of_work
from app.workflow.decisions.models import DecisionRecord
from app.workflow.decisions.services import FOLDER, seed_tables
from tests.shell.conftest import bank, client_as  # noqa: F401
from tests.workflow.decisions.tables import dmn

SMALL = dmn([(["> 5"], ['"big"']), (["<= 5"], ['"small"'])]).decode()
Call = Callable[..., Any]


def _somebody(role: str) -> str:
    """A person of the demo bank who holds ``role``."""
    with_role = select(PersonRole.person_id).where(PersonRole.role == role)
    return str(session().scalar(select(Person.username).where(Person.id.in_(with_role)).order_by(Person.id)))


@pytest.fixture
def call(bank: Flask) -> Call:  # noqa: F811
    """A program of a process designer, or of somebody else."""
    client = bank.test_client()

    @cache
    def token(role: str) -> str:
        credentials = {"username": _somebody(role), "password": DEMO_PASSWORD}
        return str(client.post("/api/v1/auth/token", json=credentials).json["token"])

    def send(method: str, path: str, json: Any = None, role: str = "process_designer") -> Any:
        # Escaped, so that half characters can be sent too.
        body = None if json is None else dumps(json)
        headers = {"Authorization": f"Bearer {token(role)}"}
        return client.open(f"/api/v1{path}", method=method, data=body, headers=headers, content_type="application/json")

    return send


@pytest.fixture
def shipped(bank: Flask) -> Flask:  # noqa: F811
    with unit_of_work() as uow:
        seed_tables(uow, FOLDER, now=datetime(2026, 11, 22, tzinfo=UTC))
    return bank


def test_a_table_is_deployed_listed_and_read(call: Call) -> None:
    answer = call("POST", "/decisions", {"xml": SMALL})
    assert (answer.status_code, answer.json["key"], answer.json["version"]) == (201, "size", 1)
    assert [d["key"] for d in call("GET", "/decisions").json["items"]] == ["size"]
    read = call("GET", "/decisions/size").json
    assert read["inputs"][0] == {"label": "amount", "expression": "amount", "type": "number", "allowed": None}
    assert [r["conditions"] for r in read["rules"]] == [["> 5"], ["<= 5"]]
    assert read["xml"] == SMALL


def test_only_designers_deploy_and_nobody_unknown_reads(call: Call, bank: Flask) -> None:  # noqa: F811
    assert call("POST", "/decisions", {"xml": SMALL}, role="officer").status_code == 403
    assert call("GET", "/decisions/size").status_code == 404
    assert bank.test_client().get("/api/v1/decisions").status_code == 401


def test_a_faulty_table_is_refused_by_element(call: Call) -> None:
    answer = call("POST", "/decisions", {"xml": SMALL.replace("&gt; 5", "&gt;&gt;")})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == ["/xml#row_1_amount"]


NO_TABLES = ("", "x", "<a/>", SMALL.replace("amount", "]"), "\ud800", "\0", "<!DOCTYPE a><a/>")


def test_anything_sent_can_be_checked(call: Call) -> None:
    assert call("POST", "/decisions/check", {"xml": SMALL}, role="officer").json == {"findings": []}
    for xml in NO_TABLES:
        answer = call("POST", "/decisions/check", {"xml": xml}, role="officer")
        assert answer.status_code == 200, xml
        assert answer.json["findings"], xml
        for finding in answer.json["findings"]:
            assert set(finding) == {"severity", "element_id", "line", "code", "message"}


def test_a_dry_run_decides_and_records_nothing(call: Call) -> None:
    call("POST", "/decisions", {"xml": SMALL})
    answer = call("POST", "/decisions/size/evaluate", {"inputs": {"amount": "5.01"}}, role="officer")
    assert (answer.json["output"], answer.json["rules"], answer.json["inputs"]) == (
        "big",
        ["row_1"],
        {"amount": "5.01"},
    )
    assert session().scalar(select(func.count()).select_from(DecisionRecord)) == 0


NO_AMOUNTS: tuple[Any, ...] = (5.01, "x", True, [[1]], {"a": 1}, "\ud800", "a\0", 10**100, ["x"] * 5000)


def test_a_dry_run_on_wrong_inputs_points_at_them(call: Call) -> None:
    call("POST", "/decisions", {"xml": SMALL})
    for amount in NO_AMOUNTS:
        answer = call("POST", "/decisions/size/evaluate", {"inputs": {"amount": amount}})
        # Which inputs a table asks for is a matter of its newest version; what no table could read is refused before.
        unreadable = amount in ("\ud800", "a\0", 10**100)
        assert answer.status_code == (422 if unreadable else 409), amount
        assert [e["pointer"] for e in answer.json["errors"]] == ["/inputs/amount"]


def test_a_table_that_is_not_there_is_404(call: Call) -> None:
    for key in ("nothing", "a%00b", "%F0%9F%92%A5", "x" * 500, "%ED%A0%80"):
        assert call("GET", f"/decisions/{key}").status_code == 404
        assert call("POST", f"/decisions/{key}/evaluate", {"inputs": {}}).status_code == 404


def test_the_list_is_paged(call: Call, shipped: Flask) -> None:
    first = call("GET", "/decisions?limit=4").json
    rest = call("GET", f"/decisions?limit=200&cursor={first['next']}").json
    keys = [d["key"] for d in first["items"] + rest["items"]]
    assert keys == sorted(p.stem for p in FOLDER.glob("*.dmn"))
    assert rest["next"] is None


@pytest.mark.parametrize(("language", "word"), [("en", "Departments that review"), ("zh", "会签部门")])
def test_each_table_can_be_read_on_a_page(
    shipped: Flask,
    client_as: Callable[..., FlaskClient],  # noqa: F811
    language: str,
    word: str,
) -> None:
    client = client_as(_somebody("officer"), language)
    page = client.get("/rules")
    assert page.status_code == 200
    assert word in page.text
    for path in FOLDER.glob("*.dmn"):
        table = client.get(f"/rules/{path.stem}")
        assert table.status_code == 200
        assert "<style" not in table.text
        assert " style=" not in table.text
    assert client.get("/rules/nothing").status_code == 404
