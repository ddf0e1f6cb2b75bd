"""Outside demo mode a table that one designer deploys decides nothing until another has let it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.identity.demo import demo_actor
from app.kernel.database import session, unit_of_work
from app.kernel.errors import Invalid, NotFound
from app.workflow.decisions.comparing import difference
from app.workflow.decisions.queries import latest, table_of, version
from app.workflow.decisions.reading import read_table
from app.workflow.decisions.services import approve_table, decide, deploy_table, refuse_table
from tests.processes.play import BEGIN
from tests.shell.conftest import bank, client_as  # noqa: F401
from tests.workflow.decisions.tables import dmn
from tests.workflow.decisions.test_api import call

__all__ = ["call"]

MAKER, CHECKER = "shen.dan", "lu.ming"
SMALL = dmn([(["> 5"], ['"big"']), (["<= 5"], ['"small"'])])
OTHER = dmn([(["> 5"], ['"huge"']), (["<= 5"], ['"small"'])])


@pytest.fixture
def deployed(bank: Flask) -> Callable[..., Any]:  # noqa: F811
    """A table in effect, and another version of it that waits."""

    def act(verb: Callable[..., Any], who: str = MAKER, **values: Any) -> Any:
        with unit_of_work() as uow:
            return verb(uow, actor=demo_actor(uow, who), now=BEGIN, **values)

    act(deploy_table, xml=SMALL)
    act(deploy_table, xml=OTHER, second_person=True)
    return act


def decided() -> Any:
    return decide(session(), key="size", inputs={"amount": 7}, now=BEGIN)


def test_a_waiting_version_decides_nothing_until_another_person_lets_it(deployed: Callable[..., Any]) -> None:
    assert (latest(session(), "size").version, decided()) == (1, "big")
    with pytest.raises(Invalid) as refusal:
        deployed(approve_table, key="size", version=2)
    assert refusal.value.code == "four_eyes"
    deployed(approve_table, CHECKER, key="size", version=2)
    assert decided() == "huge"
    assert version(session(), "size", 2).approved_by == CHECKER


def test_a_refused_version_never_decides_and_the_same_content_may_be_brought_again(
    deployed: Callable[..., Any],
) -> None:
    deployed(refuse_table, CHECKER, key="size", version=2)
    with pytest.raises(NotFound):
        deployed(approve_table, CHECKER, key="size", version=2)
    assert decided() == "big"
    assert deployed(deploy_table, xml=OTHER, second_person=True).version == 3


def test_over_http_it_is_202_and_another_designer_lets_it(
    bank: Flask,  # noqa: F811
    call: Callable[..., Any],
    client_as: Callable[..., FlaskClient],  # noqa: F811
) -> None:
    bank.config["DEMO"] = False
    answer = call("POST", "/decisions", {"xml": SMALL.decode()})
    assert (answer.status_code, answer.json["state"], answer.json["deployed_by"]) == (202, "waiting", MAKER)
    assert call("GET", "/decisions/size").status_code == 404
    assert call("GET", "/decisions/size/versions/1").json["rules"][0]["results"] == ['"big"']
    assert call("POST", "/decisions/size/versions/1/approve").status_code == 422
    assert call("POST", "/decisions/size/versions/1/approve", role="officer").status_code == 403
    assert "/rules/size/versions/1/approve" not in client_as(MAKER).get("/rules/size/versions/1").text
    assert "/rules/size/versions/1/approve" in client_as(CHECKER).get("/rules/size/versions/1").text
    assert "/rules/size/versions/1" in client_as(CHECKER, "zh").get("/rules").text
    done = call("POST", "/decisions/size/versions/1/approve", role="operator")
    assert (done.status_code, done.json["state"], done.json["approved_by"]) == (200, "effective", CHECKER)
    assert call("GET", "/decisions/size").json["version"] == 1


def test_what_differs_is_told_row_by_row() -> None:
    before, after, fewer = (read_table(xml)[0] for xml in (SMALL, OTHER, dmn([(["> 5"], ['"big"'])])))
    found = difference(before, after)
    assert (found.rows, found.removed, found.frame) == ({"row_1": "changed"}, (), False)
    gone = difference(before, fewer)
    assert ([rule.id for rule in gone.removed], gone.rows, gone.frame) == (["row_2"], {}, False)
    assert difference(fewer, before).rows == {"row_2": "added"}


def test_the_page_marks_the_rows_that_differ(
    deployed: Callable[..., Any],
    client_as: Callable[..., FlaskClient],  # noqa: F811
) -> None:
    page = client_as(CHECKER).get("/rules/size/versions/2").text
    assert page.count(">Changed<") == 1
    assert table_of(version(session(), "size", 2)).key == "size"
