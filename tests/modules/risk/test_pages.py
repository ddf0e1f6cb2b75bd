"""What risk management keeps, on its pages, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.modules.risk.books import BOOKS
from tests.modules.risk.tables import SCORECARD
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.play import Play
from tests.shell.conftest import client_of, token_of
from tests.shell.test_crawl import _complaints as complaints

Enter = Callable[[str], FlaskClient]
LPR = {"factor": "lpr_1y", "value": "3.00", "valid_from": "2026-05-20", "source": "LPR notice 5"}
PAGE = "/products/risk/factors"


@pytest.fixture
def enter(bank: Flask) -> Enter:
    return partial(client_of, bank)


def body(client: FlaskClient, path: str = PAGE) -> lxml.html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return lxml.html.fromstring(answer.text)


def send(client: FlaskClient, path: str, data: dict[str, Any]) -> TestResponse:
    return client.post(path, data={**data, "csrf_token": token_of(client.get(PAGE).text)})


def test_an_officer_enters_a_factor_and_the_head_confirms_it(enter: Enter) -> None:
    officer, head = enter("chen.rui"), enter("xu.feng")
    assert send(officer, PAGE, LPR).status_code == 303
    assert not body(officer).xpath('//form[contains(@action, "/confirm")]')
    form = body(head).xpath('//form[contains(@action, "/confirm")]')[0]
    sent = {field.name: field.value for field in form.xpath('.//input[@name="content_hash"]')}
    assert send(head, form.get("action"), sent).status_code == 303
    assert "3 %" in body(enter("lin.yue")).xpath("//table")[0].text_content().replace("\u00a0", " ")


def test_who_is_not_of_risk_reads_and_enters_nothing(enter: Enter) -> None:
    reader = enter("lin.yue")
    assert not body(reader).xpath(f'//form[@action="{PAGE}"]')
    assert send(reader, PAGE, LPR).status_code == 403


def test_what_was_typed_stays_beside_what_is_wrong_with_it(enter: Enter) -> None:
    answer = send(enter("chen.rui"), PAGE, {**LPR, "value": "three"})
    page = lxml.html.fromstring(answer.text)
    assert (answer.status_code, page.xpath('//*[@id="f-value"]/@value')) == (422, ["three"])
    assert page.xpath('//*[@id="f-value-error"]')


def test_an_unknown_book_is_not_there(enter: Enter) -> None:
    assert enter("chen.rui").get("/products/risk/weather").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_book_has_its_page_in_both_languages(enter: Enter, language: str) -> None:
    client = enter("chen.rui")
    client.set_cookie("language", language)
    for book in BOOKS:
        page = body(client, f"/products/risk/{book}")
        assert page.xpath(f'//form[@action="/products/risk/{book}"]')
        assert list(complaints(page, language)) == []


def test_a_scorecard_is_uploaded_and_what_is_wrong_stands_beside_the_file(enter: Enter) -> None:
    client = enter("chen.rui")
    given = {
        "key": "card", "name": "Card", "method": "scorecard", "base_score": "50", "base_odds": "19",
        "points_to_double_odds": "20", "valid_from": "2020-01-01", "source": "Paper",
    }  # fmt: skip
    for table, status in ((SCORECARD, 303), ("characteristic,from\nage,1", 422)):
        file = (BytesIO(table.encode()), "card.csv")
        assert send(client, "/products/risk/models", {**given, "table": file}).status_code == status


def test_an_assessment_is_made_scored_and_concluded_on_its_page(enter: Enter, play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT})
    risk, expert = enter("chen.rui"), enter("zheng.hao")
    made = send(risk, "/products/risk", {"product": "TD", "inputs": "", "currency": "CNY", "exposure": "1000"})
    one = made.headers["Location"]
    score = {"risk": "reputation", "score": "4", "reason": "Seen before."}
    assert send(expert, f"{one}/scores", score).status_code == 303
    assert send(expert, f"{one}/scores", score).status_code == 409
    assert not body(expert, one).xpath('//form[contains(@action, "/conclude")]')
    assert not body(risk, one).xpath('//form[contains(@action, "/conclude")]')
    assert send(enter("xu.feng"), f"{one}/conclude", {}).status_code == 303
    assert "High" in body(enter("lin.yue"), "/products/risk").xpath("//table")[0].text_content()


@pytest.mark.parametrize(
    ("wrong", "place"),
    [({"product": "NOTHING"}, None), ({"inputs": "debt 5"}, "f-inputs-error"), ({"version": "x"}, "f-version-error")],
)
def test_an_assessment_that_cannot_be_made_says_why(
    enter: Enter, play: Play, wrong: dict[str, str], place: str
) -> None:
    play.sell({"TD": TIME_DEPOSIT})
    answer = send(enter("chen.rui"), "/products/risk", {"product": "TD", "currency": "CNY", **wrong})
    assert answer.status_code in (404, 422)
    assert place is None or lxml.html.fromstring(answer.text).xpath(f'//*[@id="{place}"]')
