"""The pages of an exit, in both languages, from the page of the product to the last cent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.processes.leaving import RATE, Leave
from tests.shell.conftest import client_of, token_of
from tests.shell.test_crawl import _complaints as complaints

PLAN = {
    "way": "replacement",
    "target": "NEW",
    "answer_days": "60",
    "notice_text": "The product ends.",
    "exception_owner": "zhao.heng",
    f"choice:{RATE}": "take",
}
PATHS = ("/exits", "/exits/EX-00001", "/exits/EX-00001/holdings", "/exits/EX-00001/plan", "/products/OLD")


@pytest.fixture
def as_person(bank: Flask, leave: Leave) -> Callable[..., FlaskClient]:
    return partial(client_of, bank)


def post(client: FlaskClient, form: str, to: str, **data: str) -> str:
    """Sent with the token of the page that has the form; where it leads, or what it says instead."""
    answer = client.post(to, data={"csrf_token": token_of(client.get(form).text), **data})
    return str(answer.location or answer.text)


def test_an_exit_is_proposed_and_planned_on_its_pages(as_person: Callable[..., FlaskClient], leave: Leave) -> None:
    manager = as_person("lin.yue")
    assert "/products/OLD/exit" in manager.get("/products/OLD").text
    assert "This is required." in post(manager, "/products/OLD/exit", "/products/OLD/exit", reason=" ")
    assert post(manager, "/products/OLD/exit", "/products/OLD/exit", reason="Few buy it.") == "/exits/EX-00001"
    leave.request_id = 1
    leave.evaluate()
    form = "/exits/EX-00001/plan"
    assert "at least 45 days" in post(manager, form, form, **{**PLAN, "answer_days": "1", f"choice:{RATE}": ""})
    assert post(manager, form, form, **{**PLAN, f"choice:{RATE}": ""}) == form
    assert post(manager, form, form, **PLAN) == form
    leave.do("plan_exit").review().do("decide_exit")
    assert "EX-00001" in as_person("wang.zhiyuan").get("/exits").text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stage", ["planning", "working", "retired"])
def test_each_page_speaks_the_language_asked_for(
    as_person: Callable[..., FlaskClient], leave: Leave, language: str, stage: str
) -> None:
    leave.held("OLD", 1, contact="none").leave("OLD").evaluate().plan("NEW")
    if stage != "planning":
        leave.do("plan_exit").review().do("decide_exit").settle_down()
        leave.miss(leave.items()[0].holding_id).close_answers()
    if stage == "retired":
        leave.do("decide_exceptions").settle_down().wind_down()
        assert leave.request().state == "retired"
    for who in ("lin.yue", "zhao.heng", "lu.ming"):
        client = as_person(who, language)
        for path in PATHS:
            answer = client.get(path)
            assert answer.status_code in ((200, 403, 404) if who == "lu.ming" else (200,)), (path, answer.text[-3000:])
            if answer.status_code == 200:
                assert list(complaints(lxml.html.fromstring(answer.text), language)) == [], path


def test_the_named_person_decides_on_the_page(as_person: Callable[..., FlaskClient], leave: Leave) -> None:
    leave.held("OLD", 1, contact="none").leave("OLD").evaluate().plan("NEW").do("plan_exit").review().do("decide_exit")
    leave.settle_down()
    leave.close_answers()
    holding = next(item.holding_id for item in leave.items() if item.state == "exception")
    to, said = f"/exits/EX-00001/items/{holding}", {"decision": "except", "reason": "Frozen by a court."}
    page = "/exits/EX-00001"
    assert as_person("lin.yue").post(to, data=said).status_code in (400, 403)
    assert post(as_person("zhao.heng"), page, to, **said) == page
    assert next(item.decided_by for item in leave.items() if item.holding_id == holding) == "zhao.heng"


def test_the_task_to_reach_who_was_moved_untold_names_them(as_person: Callable[..., FlaskClient], leave: Leave) -> None:
    leave.held("OLD", 1).leave("OLD").evaluate().plan("NEW").do("plan_exit").review().do("decide_exit").settle_down()
    leave.close_answers()
    moved = next(item for item in leave.items() if item.state == "moved")
    leave.miss(moved.holding_id)
    for language in ("en", "zh"):
        page = as_person("zhao.heng", language).get(f"/tasks/{leave.task('reach_customers').id}").text
        assert f'<td class="num">{moved.holding_id}</td>' in page
        assert list(complaints(lxml.html.fromstring(page), language)) == []
    assert "Customers moved untold" in as_person("lin.yue").get("/exits/EX-00001").text


def test_answers_of_customers_are_entered_on_the_page_of_the_holdings(
    as_person: Callable[..., FlaskClient], leave: Leave
) -> None:
    leave.held("OLD", 3).leave("OLD").evaluate().plan("NEW").do("plan_exit").review().do("decide_exit").settle_down()
    first, second, third, *_ = [item.holding_id for item in leave.items()]
    page, to = "/exits/EX-00001/holdings", "/exits/EX-00001/answers"
    owner = as_person("lin.yue")
    assert post(owner, page, to, holding=str(first), answer="consent", source="Counter") == page
    token = token_of(owner.get(page).text)

    def sent(table: str) -> TestResponse:
        file = (BytesIO(table.encode()), "answers.csv")
        return owner.post(to, data={"csrf_token": token, "source": "Call centre", "csv": file})

    assert "Line 3" in sent(f"holding,answer\n{second},opt_out\nx,consent\n").text
    assert sent(f"holding,answer\n{second},opt_out\n{third},consent\n").location == page
    assert leave.states()[:3] == ["consented", "opted_out", "consented"]


def test_whoever_proposed_it_withdraws_it_on_the_page(as_person: Callable[..., FlaskClient], leave: Leave) -> None:
    leave.leave("OLD")
    page = "/exits/EX-00001"
    assert post(as_person("lin.yue"), page, f"{page}/withdraw", reason="Not now.") == page
    assert leave.request().state == "withdrawn"
