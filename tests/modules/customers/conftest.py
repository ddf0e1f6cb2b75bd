"""A small bank with a deposit, a certificate and a loan on sale, and staff who know their own customers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.identity.models import Department, Person, PersonRole
from app.identity.services import hash_password
from app.kernel.crypto import blind, seal
from app.modules.catalogue.services.contents import checked_content
from app.modules.catalogue.services.creating import add_product
from app.modules.catalogue.services.demo import _load_versions
from app.modules.customers.models import (
    ACCOUNT_NUMBER,
    CUSTOMER_ID,
    CUSTOMER_MAIL,
    CUSTOMER_PHONE,
    Account,
    Customer,
    CustomerSegment,
)
from tests.modules.catalogue.conftest import NOW, PASSWORD, rate, small_bank, time_deposit

__all__ = ["NOW", "bank"]
SINCE = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))
SCOPES = {"scopes": [{"units": ["SH"], "groups": ["mass", "affluent", "retiree"]}]}
ASKED = {"eligibility": {"min_age": 16}}
LIMITED = {**ASKED, "limits": {"per_customer": {"amount": "8000", "currency": "CNY"}}}
STAFF = (
    ("teller", "SH01", "teller"),
    ("beijing", "BJ", "relationship_manager"),
    ("service", "HO", "customer_service"),
    ("auditor", "HO", "auditor"),
)


def deposit(value: str, **groups: Any) -> dict[str, Any]:
    tiers = [{"kind": "fixed", "term": term, "rate": rate(value)} for term in ("P3M", "P1Y")]
    return time_deposit(value, rates={"tiers": tiers}, availability=SCOPES, **groups)


def dollars(value: str) -> dict[str, Any]:
    content = deposit(value)
    content["terms"] = {"currency": "USD", "minimum": {"amount": "100", "currency": "USD"}}
    return content


def products(uow: Session) -> None:
    """TD with two versions, USD with one; NEW was never sold."""
    for code, versions in {"TD": ["0.0155", "0.0110"], "USD": ["0.03"], "NEW": []}.items():
        make = dollars if code == "USD" else deposit
        contents = [
            checked_content(uow, {**make(value), **(LIMITED if code == "TD" else ASKED)})
            for value in versions or ["0.02"]
        ]
        product = add_product(
            uow, code=code, document=contents[0], names={"en": code}, owner=None, remark=None, source="demo",
            by="system", now=NOW,
        )  # fmt: skip
        if versions:
            _load_versions(uow, product, contents, SINCE[: len(versions)], NOW)


def staff(uow: Session) -> None:
    uow.add(Department(key="branch_network", names={"en": "Branches"}, kind="support"))
    uow.flush()
    digest = hash_password(PASSWORD)
    for number, (name, unit, role) in enumerate(STAFF, start=10):
        uow.add(
            Person(
                id=number,
                username=name,
                names={"en": name},
                password_hash=digest,
                department_key="branch_network",
                unit_code=unit,
                roles=[PersonRole(role=role)],
            )
        )


@pytest.fixture
def bank(seeded: Callable[..., Flask]) -> Flask:
    return seeded(small_bank, staff, products)


ID, USCC, CARD = "310101199003079961", "91310101123456785D", "9990123456789012340"


def customers(uow: Session) -> None:
    """Wang and Li at Shanghai 01, a company in Beijing; Wang has an account in yuan."""
    for number, name, unit, kind, plain, segment in (
        ("C1", "王小明", "SH01", "resident_id", ID, "mass"),
        ("C2", "李雷", "SH01", "resident_id", "31010119850307998X", "young"),
        ("C3", "北京恒信科技有限公司", "BJ", "uscc", USCC, "corporate"),
    ):
        found = Customer(
            number=number, kind="corporate" if kind == "uscc" else "person", name=name, id_kind=kind,
            id_number=seal(CUSTOMER_ID, number, plain), id_index=blind(CUSTOMER_ID, plain),
            phone=seal(CUSTOMER_PHONE, number, "12012345678"), mail=seal(CUSTOMER_MAIL, number, "wang@example.com"),
            contact="sms", unit_code=unit, birth_year=1990, status="active", since=NOW.date(), created_at=NOW,
            segments=[CustomerSegment(key=segment)],
        )  # fmt: skip
        uow.add(found)
        uow.flush()
    owner = uow.query(Customer).filter_by(number="C1").one()
    uow.add(
        Account(
            reference="A1",
            customer_id=owner.id,
            number=seal(ACCOUNT_NUMBER, "A1", CARD),
            number_index=blind(ACCOUNT_NUMBER, CARD),
            currency="CNY",
            unit_code="SH01",
            status="open",
            opened_on=NOW.date(),
        )
    )


@pytest.fixture
def branch(seeded: Callable[..., Flask]) -> Flask:
    """The bank with its customers."""
    return seeded(small_bank, staff, products, customers)


Api = Callable[..., Any]


@pytest.fixture
def api(branch: Flask) -> Api:
    """``api("teller", "GET", "/customers")``."""
    client = branch.test_client(use_cookies=False)
    tokens: dict[str, str] = {}

    def ask(who: str, method: str, path: str, body: Any = None) -> Any:
        if who not in tokens:
            answer = client.post("/api/v1/auth/token", json={"username": who, "password": PASSWORD})
            tokens[who] = answer.json["token"]
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        return client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    return ask
