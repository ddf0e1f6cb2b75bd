"""What risk management keeps, on its pages, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.shell.conftest import sign_in, token_of

Enter = Callable[[str], FlaskClient]
LPR = {"factor": "lpr_1y", "value": "3.00", "valid_from": "2026-05-20", "source": "LPR notice 5"}
PAGE = "/products/risk/factors"


@pytest.fixture
def enter(bank: Flask) -> Enter:
    def signed_in(username: str) -> FlaskClient:
        client = bank.test_client()
        sign_in(client, username)
        return client

    return signed_in


def body(client: FlaskClient, path: str = PAGE) -> lxml.html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return lxml.html.fromstring(answer.text)


def send(client: FlaskClient, path: str, data: dict[str, str]) -> TestResponse:
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
