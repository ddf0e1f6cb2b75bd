"""Signing in: by programs, with a bearer token."""

from __future__ import annotations

import pytest
from argon2 import Type, extract_parameters
from flask import Flask

from app.identity.models import Person, PersonRole
from app.identity.services import hash_password
from app.kernel.database import unit_of_work
from tests.conftest import REAL_HASHER


@pytest.fixture
def mei(app: Flask) -> str:
    with unit_of_work() as uow:
        uow.add(
            Person(
                username="mei",
                names={"en": "Mei", "zh": "梅"},
                password_hash=hash_password("correct horse"),
                roles=[PersonRole(role="officer")],
            )
        )
    return "mei"


def test_right_password_gives_a_token(app: Flask, mei: str) -> None:
    answer = app.test_client().post("/api/v1/auth/token", json={"username": mei, "password": "correct horse"})
    assert answer.status_code == 200
    assert answer.json["token"]


def test_wrong_password_and_unknown_name_get_the_same_answer(app: Flask, mei: str) -> None:
    client = app.test_client()
    wrong = client.post("/api/v1/auth/token", json={"username": mei, "password": "wrong"})
    unknown = client.post("/api/v1/auth/token", json={"username": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json


def test_a_missing_member_is_pointed_at(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/auth/token", json={"username": "mei"})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert [e["pointer"] for e in answer.json["errors"]] == ["/password"]


def test_programs_wait_after_too_many_wrong_passwords(app: Flask, mei: str) -> None:
    client = app.test_client()
    for _ in range(5):
        client.post("/api/v1/auth/token", json={"username": mei, "password": "wrong"})
    answer = client.post("/api/v1/auth/token", json={"username": mei, "password": "correct horse"})
    assert answer.status_code == 429
    assert answer.json["code"] == "too_many_attempts"


def test_a_stolen_hash_is_dear_to_guess() -> None:
    """At least what OWASP's password storage cheat sheet asks of Argon2id: 19 MiB and two passes."""
    kept = extract_parameters(REAL_HASHER.hash("correct horse"))
    assert kept.type is Type.ID
    assert kept.memory_cost >= 19 * 1024
    assert kept.time_cost >= 2
