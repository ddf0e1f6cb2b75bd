"""The demo bank's people, and browsers of theirs without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.identity.demo import DEMO_PASSWORD, seed_people

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token_of(page: str) -> str:
    """The hidden token of a page's forms."""
    found = TOKEN.search(page)
    assert found, "the page has no form"
    return found.group(1)


def sign_in(client: FlaskClient, username: str, password: str = DEMO_PASSWORD, **form: str) -> object:
    token = token_of(client.get("/sign-in").text)
    return client.post("/sign-in", data={"username": username, "password": password, "csrf_token": token, **form})


def client_of(app: Flask, username: str, language: str = "en") -> FlaskClient:
    """A signed-in client of a person, in a language."""
    client = app.test_client()
    client.set_cookie("language", language)
    assert sign_in(client, username).status_code == 302
    return client


@pytest.fixture
def bank(seeded: Callable[..., Flask]) -> Flask:
    """The application with the people of the demo bank."""
    return seeded(seed_people)


@pytest.fixture
def client_as(bank: Flask) -> Callable[..., FlaskClient]:
    """``client_as(username, language="en")``."""
    return partial(client_of, bank)
