"""The pages of a suspension, in both languages: ordered with reason and scope, told where the product is sold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.processes.bank import TIME_DEPOSIT
from tests.processes.play import Play
from tests.shell.conftest import client_of, token_of
from tests.shell.test_crawl import _complaints as complaints

FORM = "/products/TD/suspend"


@pytest.fixture
def as_person(bank: Flask, play: Play) -> Callable[..., FlaskClient]:
    """A signed-in client of a person of the demo bank, with a deposit on sale."""
    play.sell({"TD": TIME_DEPOSIT})
    return partial(client_of, bank)


def ordered(client: FlaskClient, **scope: object) -> str:
    """The page that the order leads to."""
    answer = client.post(
        FORM,
        data={"csrf_token": token_of(client.get(FORM).text), "reason": "Wrong interest.", "confirm": "true", **scope},
    )
    assert answer.status_code == 303, answer.text[-3000:]
    return str(answer.headers["Location"])


def test_risk_suspends_from_the_product_page(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("chen.rui")
    assert f'href="{FORM}"' in client.get("/products/TD").text
    place = ordered(client, units=["SH"], channels=["branch"])
    assert place == "/suspensions/SU-00001"
    page = client.get(place).text
    assert "Awaiting ratification" in page
    assert "Wrong interest." in page
    assert "Shanghai branch" in page
    product = as_person("tan.xue").get("/products/TD").text
    assert "Suspended in part" in product
    assert 'href="/suspensions/SU-00001"' in product
    assert "SU-00001" in as_person("tan.xue").get("/suspensions").text


def test_a_suspended_product_says_so(as_person: Callable[..., FlaskClient]) -> None:
    ordered(as_person("chen.rui"))
    product = as_person("chen.rui").get("/products/TD").text
    assert 'data-state="suspended"' in product
    assert f'href="{FORM}"' not in product, "what is suspended is not suspended again"


def test_nobody_but_risk_sees_the_form(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    assert f'href="{FORM}"' not in client.get("/products/TD").text
    assert client.get(FORM).status_code == 403


def test_what_was_typed_stays_when_something_lacks(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("chen.rui")
    token = token_of(client.get(FORM).text)
    answer = client.post(FORM, data={"csrf_token": token, "reason": "Losses.", "channels": ["branch"]})
    assert answer.status_code == 422
    assert "Confirm that sales stop at once." in answer.text
    assert "Losses." in answer.text
    assert 'value="branch" checked' in answer.text
    answer = client.post(FORM, data={"csrf_token": token, "reason": "x", "confirm": "true", "units": ["XX"]})
    assert (answer.status_code, "There is no unit XX." in answer.text) == (404, True)


def test_the_task_shows_what_it_is_about(as_person: Callable[..., FlaskClient]) -> None:
    place = ordered(as_person("chen.rui"))
    executive = as_person("wang.zhiyuan")
    page = executive.get(place).text
    link = page.split('class="btn btn-primary" href="')[1].split('"')[0]
    task = executive.get(link).text
    for fact in ("Wrong interest.", "All sales of the product", "Time deposit", "Ratify: sales stay suspended"):
        assert fact in task


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_speak_one_language(as_person: Callable[..., FlaskClient], play: Play, language: str) -> None:
    client = as_person("chen.rui", language)
    assert not list(complaints(lxml.html.fromstring(client.get(FORM).text), language))
    place = ordered(client, units=["SH"])
    executive = as_person("wang.zhiyuan", language)
    task = executive.get(place).text.split('class="btn btn-primary" href="')[1].split('"')[0]
    for reader, path in ((client, place), (client, "/suspensions"), (client, "/products/TD"), (executive, task)):
        assert not list(complaints(lxml.html.fromstring(reader.get(path).text), language)), path
