"""What a bundle is refused for, each reason at its place."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest

from app.modules.bundles.rules import composing, pricing
from app.modules.bundles.rules.composing import Known, Part, Sold, depends_on, held
from app.modules.bundles.rules.pricing import effects
from tests.processes.bank import LOAN, TIME_DEPOSIT, rate

FEE = {"name": "SMS", "kind": "periodic", "amount": {"amount": "2", "currency": "CNY"}}
DEPOSIT = {**TIME_DEPOSIT, "fees": {"fees": [FEE]}, "eligibility": {"max_age": 17}}
DOLLARS = {**TIME_DEPOSIT, "terms": {"currency": "USD"}}
BOTH = {"product": "TD", "bundle": "B2", "role": "required"}
CEILING = SimpleNamespace(
    id=1, family="deposit", product_type=None, currency="CNY", term=None, rate=rate("1.60"), document="2026-1"
)


def document(*members: str, prices: Any = (), **terms: Any) -> dict[str, Any]:
    """``TD:required`` is a product; ``=B2:choice`` a bundle."""
    rows = []
    for member in members:
        name, _, role = member.partition(":")
        kind = "bundle" if name.startswith("=") else "product"
        rows.append({kind: name.lstrip("="), "role": role or "required"})
    found: dict[str, Any] = {"terms": {"currency": "CNY", **terms}, "members": {"members": rows}}
    return {**found, "prices": {"prices": list(prices)}} if prices else found


KNOWN = Known(
    {
        "TD": Sold("on_sale", DEPOSIT),
        "HL": Sold("on_sale", LOAN),
        "USD": Sold("on_sale", DOLLARS),
        "OLD": Sold("off_sale", LOAN),
        "HALT": Sold("suspended", LOAN),
        "SOON": Sold("design", LOAN),
    },
    {
        "B2": Part("on_sale", document("HL", "=B3")),
        "B3": Part("draft", document("TD", "=B1:optional")),
        "B4": Part("withdrawn", document("TD", "HL")),
        "B5": Part("on_sale", document("TD:optional", "HL")),
    },
)


def benefit(product: str, kind: str, **value: str) -> Mapping[str, str]:
    return {"product": product, "benefit": kind, **value}


def refused(found: dict[str, Any], *, complete: bool = False, known: Known = KNOWN) -> list[str]:
    faults = list(composing.wrong_in("B1", found, known, complete=complete))
    if not any(fault.code == "contains_itself" for fault in faults):
        faults += pricing.wrong_in(found, held(found, known), known, [CEILING])
    for fault in faults:
        assert fault.message % fault.values
    return [f"{fault.pointer.removeprefix('/document')}:{fault.code}" for fault in faults]


@pytest.mark.parametrize(
    ("found", "reasons"),
    [
        (document("TD", "HL"), []),
        (document("TD"), ["/members/members:too_few"]),
        (document("TD", "TD"), ["/members/members/1:twice"]),
        (document("TD", "XX"), ["/members/members/1:not_found"]),
        (
            {"terms": {"currency": "CNY"}, "members": {"members": [{"role": "required"}, BOTH]}},
            ["/members/members/0:neither", "/members/members/1:neither"],
        ),
        (document("TD", "OLD"), ["/members/members/1:withdrawn"]),
        (document("TD", "=B4"), ["/members/members/1:withdrawn"]),
        (document("TD", "=B1"), ["/members/members/1:contains_itself"]),
        (document("TD", "=B2"), ["/members/members/1:contains_itself"]),
        (document("TD", "USD"), ["/members/members/1:other_currency"]),
        (document("TD:choice", "HL:choice", choose=1), []),
        (document("TD:choice", "HL:choice"), ["/terms/choose:choose"]),
        (document("TD:choice", "HL:choice", choose=2), ["/terms/choose:choose"]),
        (document("TD", "HL", choose=1), ["/terms/choose:choose"]),
        ({**document("TD", "HL"), "eligibility": {"min_age": 18}}, ["/eligibility:nobody"]),
        ({**document("TD:optional", "HL"), "eligibility": {"min_age": 18}}, []),
        ({**document("HL", "=B5"), "eligibility": {"min_age": 18}}, []),
    ],
)
def test_a_composition_that_contradicts_itself_is_refused_where_it_does(found: Any, reasons: list[str]) -> None:
    assert refused(found) == reasons


def test_the_way_on_which_a_bundle_contains_itself_is_told() -> None:
    (fault,) = composing.wrong_in("B1", document("TD", "=B2"), KNOWN, complete=False)
    assert fault.values == {"path": "B1 → B2 → B3 → B1"}


def test_what_is_not_on_sale_yet_may_be_drafted_and_not_sold() -> None:
    found = document("SOON", "HALT", "TD")
    assert refused(found) == []
    assert refused(found, complete=True) == ["/members/members/0:not_on_sale", "/members/members/1:not_on_sale"]


@pytest.mark.parametrize(
    ("price", "reasons"),
    [
        (benefit("TD", "rate_bonus", basis_points="5"), []),
        (benefit("TD", "rate_bonus", basis_points="6"), ["/basis_points:above_ceiling"]),
        (benefit("TD", "rate_bonus"), ["/basis_points:basis_points"]),
        (benefit("TD", "rate_discount", basis_points="5"), ["/benefit:no_rate"]),
        (benefit("HL", "rate_bonus", basis_points="5"), ["/benefit:no_rate"]),
        (benefit("HL", "rate_discount", basis_points="335"), []),
        (benefit("HL", "rate_discount", basis_points="336"), ["/basis_points:below_zero"]),
        (benefit("TD", "fee_discount", fee="SMS", share="1"), []),
        (benefit("TD", "fee_discount", fee="Post", share="0.5"), ["/fee:no_fee"]),
        (benefit("HL", "fee_discount", share="0.5"), ["/fee:no_fee"]),
        (benefit("TD", "fee_discount", share="1.5"), ["/share:share"]),
        (benefit("USD", "rate_bonus", basis_points="5"), ["/product:no_member"]),
    ],
)
def test_a_price_that_contradicts_a_members_terms_is_refused(price: Mapping[str, str], reasons: list[str]) -> None:
    assert refused(document("TD", "HL", prices=[price])) == [f"/prices/prices/0{each}" for each in reasons]


def test_a_benefit_is_given_once() -> None:
    one = benefit("TD", "rate_bonus", basis_points="2")
    assert refused(document("TD", "HL", prices=[one, one])) == ["/prices/prices/1:twice"]


def test_a_benefit_moves_rates_and_fees_exactly() -> None:
    before = deepcopy(DEPOSIT)
    (moved,) = effects(benefit("TD", "rate_bonus", basis_points="5"), DEPOSIT)
    assert (moved.before["value"], moved.after["value"]) == ("1.55", "1.6")
    (waived,) = effects(benefit("TD", "fee_discount", share="0.25"), DEPOSIT)
    assert waived.after == {"amount": "1.5", "currency": "CNY"}
    assert before == DEPOSIT


def test_a_bundle_depends_on_what_is_required_and_on_the_last_to_choose_from() -> None:
    some = document("TD", "HL:choice", "USD:choice", "SOON:optional", choose=1)
    assert [depends_on(some, code) for code in ("TD", "HL", "SOON", "XX")] == [True, False, False, False]
    assert depends_on(document("TD", "HL:choice", "USD:choice", "OLD:choice", choose=2), "HL") is False
    assert depends_on(document("HL:choice", "TD:optional", choose=1), "HL") is True
