"""The demo bank with one deposit on sale, and people who ask over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.identity.demo import DEMO_PASSWORD
from tests.processes.bank import TIME_DEPOSIT, person, put_on_sale
from tests.processes.conftest import BANK, bank, kept, play
from tests.processes.play import BEGIN, MONTH, Play

__all__ = ["bank", "kept", "play"]

Ask = Callable[..., TestResponse]


def two_deposits(uow: Session) -> None:
    for code in ("TD", "TD2"):
        put_on_sale(uow, code, TIME_DEPOSIT, person(uow, "zhao.heng"), BEGIN - MONTH)


@pytest.fixture
def ask(seeded: Callable[..., Flask], play: Play) -> Ask:
    """``ask(who, method, path, body, **headers)`` with TD on sale."""
    return over_http(seeded(*BANK, two_deposits))


def over_http(app: Flask) -> Ask:
    """The same of a bank as it stands."""
    client = app.test_client(use_cookies=False)
    tokens: dict[str, str] = {}

    def request(who: str, method: str, path: str, body: Any = None, data: Any = None, **headers: str) -> TestResponse:
        if who not in tokens:
            credentials = {"username": who, "password": DEMO_PASSWORD}
            tokens[who] = client.post("/api/v1/auth/token", json=credentials).json["token"]
        sent = {"Authorization": f"Bearer {tokens[who]}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return client.open(f"/api/v1{path}", method=method, json=body, data=data, headers=sent)

    return request
