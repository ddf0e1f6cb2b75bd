"""The OpenAPI description of a content document says what the reading accepts, type by type."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from app.kernel.errors import Invalid
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.schemas.described import components
from app.modules.catalogue.services.demo import DATA
from app.modules.catalogue.types import PRODUCT_TYPES

DESCRIBED = jsonschema_rs.Draft202012Validator(
    {"$ref": "#/components/schemas/ProductContent", "components": {"schemas": dict(components())}}
)
NAME = {"name": {"en": "Deposit", "zh": ""}}
RATE = {"value": "0.0155", "unit": "fraction", "period": "P1Y", "day_count": "ACT/360"}


def deposit(**groups: Any) -> dict[str, Any]:
    return {"type": "time_deposit", "basics": NAME, **groups}


def tier(**members: Any) -> dict[str, Any]:
    return deposit(rates={"tiers": [{"kind": "fixed", "rate": RATE, **members}]})


def priced(**members: Any) -> dict[str, Any]:
    return tier(rate={**RATE, **members})


RIGHT = [
    deposit(),
    deposit(fees=None, limits="", holders=[]),
    deposit(terms={"minimum": {"amount": "50.00", "currency": "CNY"}, "currency": ""}),
    deposit(holders={"terms.minimum": "fixed"}),
    deposit(eligibility={"min_age": 18.0}),
    deposit(availability={"sale_from": "2028-02-29T00:00:00+08:00", "scopes": []}),
    tier(term="P3M", balance_from="-0.0", per_tier=None),
    tier(spread_bp="-12.5"),
    *(priced(value=v) for v in ("-1", "10", "-0.999", "010.0")),
    *(priced(value=v, unit="percent") for v in ("-100", "1000", "99.9")),
]
WRONG = [
    {"type": "no_such_type", "basics": NAME},
    {"type": "time_deposit"},
    deposit(basics={"name": None}),
    deposit(basics={"name": {"en": ""}}),
    deposit(basics={"name": {"en": [], "zh": "存款"}}),
    deposit(basics={"name": {"en": " \t"}}),
    deposit(basics={"name": {"en": "a\x01"}}),
    deposit(basics={"name": {"en": "a" * 301}}),
    deposit(unknown={}),
    deposit(risk={"seller_rating": "R1"}),
    deposit(terms={"transferable": True}),
    deposit(terms={"minimum": {"amount": 50, "currency": "CNY"}}),
    deposit(terms={"minimum": {"amount": "-50", "currency": "CNY"}}),
    deposit(terms={"minimum": {"amount": "50", "currency": "A1B"}}),
    deposit(terms={"minimum": {"amount": "50\n", "currency": "CNY"}}),
    deposit(holders={"terms.minimum": "never"}),
    deposit(eligibility={"min_age": 151}),
    deposit(eligibility={"min_age": 18.5}),
    deposit(availability={"sale_from": "2027-02-29T00:00:00Z"}),
    deposit(availability={"sale_from": "2027-02-28T00:00:00"}),
    deposit(target_market={"groups": ["nobody"]}),
    tier(term="3 months"),
    tier(balance_from="-1"),
    tier(rate=None),
    *(priced(value=v) for v in ("-1.01", "10.5", "11", "1e1", 0.5)),
    *(priced(value=v, unit="percent") for v in ("-101", "1000.1", "1001")),
]


@pytest.mark.parametrize("content", RIGHT, ids=range(len(RIGHT)))
def test_what_is_described_is_accepted(content: dict[str, Any]) -> None:
    assert [str(e) for e in DESCRIBED.iter_errors(content)] == []
    load_content(content)


@pytest.mark.parametrize("content", WRONG, ids=range(len(WRONG)))
def test_what_is_not_described_is_refused(content: dict[str, Any]) -> None:
    assert not DESCRIBED.is_valid(content)
    with pytest.raises(Invalid):
        load_content(content)


def test_every_type_is_described_and_the_banks_own_products_fit() -> None:
    alternatives = components()["ProductContent"]["anyOf"]
    assert [said["properties"]["type"]["const"] for said in alternatives] == list(PRODUCT_TYPES)
    for product in json.loads((DATA / "demo.json").read_text()):
        for version in product["versions"]:
            assert [str(e) for e in DESCRIBED.iter_errors(version["content"])] == [], product["code"]
