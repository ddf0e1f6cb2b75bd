"""The demo bank, its people asking over HTTP, and their cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.identity.demo import DEMO_PASSWORD, seed_people

Ask = Callable[..., Any]


@pytest.fixture
def bank(seeded: Callable[..., Flask]) -> Flask:
    """The demo bank's people on an empty database."""
    return seeded(seed_people)


@pytest.fixture
def ask(bank: Flask) -> Ask:
    """``ask(who, method, path, json=...)``: a request with the bearer token of ``who``."""
    tokens: dict[str, str] = {}

    def request(who: str, method: str, path: str, **kwargs: Any) -> Any:
        if who not in tokens:
            credentials = {"username": who, "password": DEMO_PASSWORD}
            tokens[who] = bank.test_client().post("/api/v1/auth/token", json=credentials).json["token"]
        headers = {"Authorization": f"Bearer {tokens[who]}", **kwargs.pop("headers", {})}
        return bank.test_client().open(f"/api/v1{path}", method=method, headers=headers, **kwargs)

    return request
