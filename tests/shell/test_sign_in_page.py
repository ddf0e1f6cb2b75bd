"""Signing in on a page: sessions, where one lands, and wrong passwords."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.identity.models import Person
from app.identity.throttle import WINDOW
from app.kernel import clock
from app.kernel.database import unit_of_work
from app.kernel.i18n import LANGUAGES
from tests.shell.conftest import sign_in, token_of


def test_a_page_leads_to_the_sign_in_and_back(bank: Flask) -> None:
    client = bank.test_client()
    answer = client.get("/help/inbox?x=1")
    assert answer.headers["Location"] == "/sign-in?next=/help/inbox?x%3D1"
    assert sign_in(client, "lin.yue", next="/help/inbox?x=1").headers["Location"] == "/help/inbox?x=1"
    assert client.get("/help/inbox").status_code == 200


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example", "x", ""],
)
def test_the_sign_in_leads_to_no_other_site(bank: Flask, target: str) -> None:
    assert sign_in(bank.test_client(), "lin.yue", next=target).headers["Location"] == "/"


def test_a_wrong_password_is_refused_and_the_name_is_kept(bank: Flask) -> None:
    client = bank.test_client()
    answer = sign_in(client, "lin.yue", "wrong")
    assert answer.status_code == 401
    assert 'value="lin.yue"' in answer.text
    assert "wrong" not in answer.text.replace("wrong password", "")
    assert client.get("/").status_code == 302


def test_five_wrong_passwords_close_the_door_for_a_while(bank: Flask) -> None:
    client = bank.test_client()
    for _ in range(5):
        assert sign_in(client, "lin.yue", "wrong").status_code == 401
    assert sign_in(client, "lin.yue").status_code == 429, "even the right one has to wait"
    assert sign_in(client, "zhao.heng").status_code == 302, "another person is not held up"
    with unit_of_work() as uow:
        clock.advance(uow, WINDOW + timedelta(seconds=1))
    assert sign_in(bank.test_client(), "lin.yue").status_code == 302


def test_the_right_password_forgets_the_wrong_ones(bank: Flask) -> None:
    for _ in range(4):
        sign_in(bank.test_client(), "lin.yue", "wrong")
    assert sign_in(bank.test_client(), "lin.yue").status_code == 302
    assert sign_in(bank.test_client(), "lin.yue", "wrong").status_code == 401
    assert sign_in(bank.test_client(), "lin.yue").status_code == 302


def test_the_session_before_the_sign_in_is_gone(bank: Flask) -> None:
    client = bank.test_client()
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
    sign_in(client, "lin.yue")
    with client.session_transaction() as after:
        assert "planted" not in after


def test_raising_the_epoch_ends_every_session(bank: Flask, client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue")
    assert client.get("/").status_code == 200
    with unit_of_work() as uow:
        uow.scalars(select(Person).where(Person.username == "lin.yue")).one().session_epoch += 1
    assert client.get("/").headers["Location"].startswith("/sign-in")


def test_a_person_who_left_is_signed_out(bank: Flask, client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue")
    with unit_of_work() as uow:
        uow.scalars(select(Person).where(Person.username == "lin.yue")).one().active = False
    assert client.get("/").status_code == 302
    assert sign_in(bank.test_client(), "lin.yue").status_code == 401


def test_signing_out_ends_the_session(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue")
    page = client.get("/").text
    assert client.post("/sign-out").status_code == 403, "not without the token of the form"
    assert client.post("/sign-out", data={"csrf_token": token_of(page)}).status_code == 302
    assert client.get("/").status_code == 302


def test_the_language_is_remembered_on_the_person(bank: Flask, client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue")
    token = token_of(client.get("/").text)
    client.post("/language", data={"language": "zh", "next": "/help", "csrf_token": token})
    elsewhere = bank.test_client()
    sign_in(elsewhere, "lin.yue")
    assert '<html lang="zh-CN"' in elsewhere.get("/").text


def test_an_unknown_language_or_theme_changes_nothing(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue")
    token = token_of(client.get("/").text)
    for path, name in (("/language", "language"), ("/theme", "theme")):
        answer = client.post(path, data={name: '"><script>', "csrf_token": token})
        assert answer.status_code == 302
        assert f"{name}=" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_a_choice_by_cookie(client_as: Callable[..., FlaskClient], theme: str) -> None:
    client = client_as("lin.yue")
    client.post("/theme", data={"theme": theme, "csrf_token": token_of(client.get("/").text)})
    assert f'data-bs-theme="{theme}"' in client.get("/").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_demo_people_are_listed_in_demo_mode_only(bank: Flask, language: str) -> None:
    client = bank.test_client()
    client.set_cookie("language", language)
    assert 'data-fill-username="lin.yue"' in client.get("/sign-in").text
    bank.config["DEMO"] = False
    page = client.get("/sign-in").text
    assert "lin.yue" not in page
    assert "tollgate-demo" not in page
