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
from app.modules.catalogue.services.contents import checked_content
from app.modules.catalogue.services.creating import add_product
from app.modules.catalogue.services.demo import _load_versions
from tests.modules.catalogue.conftest import NOW, PASSWORD, rate, small_bank, time_deposit

__all__ = ["NOW", "bank"]
SINCE = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))
SCOPES = {"scopes": [{"units": ["SH"], "groups": ["mass", "affluent", "retiree"]}]}
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
        contents = [checked_content(uow, make(value)) for value in versions or ["0.02"]]
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
