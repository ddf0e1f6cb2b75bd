"""People and units of a small bank, and records a bank published."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.identity.models import Department, OrganisationUnit, Person, PersonRole
from app.identity.services import hash_password
from app.modules import catalogue

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CDR = Path(catalogue.__file__).parent / "data" / "cdr"
PASSWORD = "correct horse"

MANAGER = Actor(
    id=1,
    username="lin",
    names={"en": "Lin"},
    department="personal_banking",
    unit="HO",
    roles=frozenset({"product_manager"}),
)
RISK = Actor(id=2, username="chen", names={"en": "Chen"}, department="risk", roles=frozenset({"officer"}))
RISK_HEAD = Actor(id=3, username="zhou", names={"en": "Zhou"}, department="risk", roles=frozenset({"head"}))


def cdr_record(name: str) -> dict[str, Any]:
    """One published record, without its envelope."""
    record: dict[str, Any] = json.loads((CDR / f"{name}.json").read_text())["data"]
    return record


def rate(value: str) -> dict[str, str]:
    return {"value": value, "unit": "fraction", "period": "P1Y", "day_count": "ACT/360"}


def time_deposit(value: str = "0.0155", **groups: Any) -> dict[str, Any]:
    """A content document of a plain time deposit with one tier."""
    return {
        "type": "time_deposit",
        "basics": {"name": {"en": "Time deposit", "zh": "定期存款"}},
        "terms": {"currency": "CNY", "minimum": {"amount": "50", "currency": "CNY"}},
        "rates": {"tiers": [{"kind": "fixed", "term": "P1Y", "rate": rate(value)}]},
        **groups,
    }


@pytest.fixture
def bank(seeded: Callable[..., Flask]) -> Flask:
    """Departments, a tree of units, a product manager and a teller."""
    return seeded(small_bank)


def small_bank(uow: Session) -> None:
    digest = hash_password(PASSWORD)
    uow.add_all([Department(key=k, names={"en": k}, kind="owner") for k in ("personal_banking", "risk")])
    uow.flush()
    for code, parent, path in (
        ("HO", None, "/HO/"),
        ("SH", "HO", "/HO/SH/"),
        ("SH01", "SH", "/HO/SH/SH01/"),
        ("BJ", "HO", "/HO/BJ/"),
    ):
        uow.add(
            OrganisationUnit(code=code, names={"en": code}, kind="branch", region="x", parent_code=parent, path=path)
        )
        uow.flush()
    for actor in (MANAGER, RISK):
        uow.add(
            Person(
                id=actor.id,
                username=actor.username,
                names=dict(actor.names),
                password_hash=digest,
                department_key=actor.department,
                unit_code=actor.unit,
                roles=[PersonRole(role=role) for role in actor.roles],
            )
        )


@pytest.fixture
def api(bank: Flask) -> Callable[..., Any]:
    """``api("get", "/products")`` as the product manager, or as ``who``."""
    client: FlaskClient = bank.test_client()
    tokens: dict[str, str] = {}

    def call(method: str, path: str, *, who: str = "lin", **kwargs: Any) -> Any:
        if who not in tokens:
            answer = client.post("/api/v1/auth/token", json={"username": who, "password": PASSWORD})
            tokens[who] = answer.json["token"]
        headers = {"Authorization": f"Bearer {tokens[who]}", **kwargs.pop("headers", {})}
        return client.open(f"/api/v1{path}", method=method.upper(), headers=headers, **kwargs)

    return call


__all__ = ["MANAGER", "NOW", "RISK", "RISK_HEAD", "SYSTEM", "cdr_record", "rate", "time_deposit"]
