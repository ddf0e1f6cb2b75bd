"""A holding is opened through the gate of sales, pinned to its version, and added up exactly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.identity.actors import Actor
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, insert_rows, session, table_of, unit_of_work
from app.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.modules.customers import queries, services
from app.modules.customers.models import Account, Customer, Holding
from app.modules.customers.rules.identifiers import account_number, identity, mask, mask_mail
from app.modules.customers.rules.states import HOLDING_MOVES, HOLDING_STATES, holding_move
from tests.modules.customers.conftest import CARD, ID, NOW, USCC

TELLER = Actor(id=10, username="teller", names={}, unit="SH01", roles=frozenset({"teller"}))
BEIJING = Actor(id=11, username="beijing", names={}, unit="BJ", roles=frozenset({"relationship_manager"}))
WANTED: dict[str, Any] = {
    "customer": "C1",
    "account": "A1",
    "product": "TD",
    "channel": "branch",
    "principal": Decimal("5000.01"),
    "currency": "CNY",
    "term": "P1Y",
}


def opened(actor: Actor = TELLER, **other: Any) -> Holding:
    with unit_of_work() as uow:
        return services.open_holding(uow, **{**WANTED, **other}, actor=actor, now=NOW)


def held(product: str = "TD", **columns: Any) -> dict[str, Any]:
    """A row of a holding of the first account, written as it stands."""
    owner = session().scalars(select(Account)).first()
    assert owner is not None
    end_read()
    return {
        "customer_id": owner.customer_id, "account_id": owner.id, "product_code": product, "version": 2,
        "principal": Decimal(1), "currency": "CNY", "term": None, "negotiated": None, "opened_on": date(2026, 1, 1),
        "matures_on": None, "last_activity_on": date(2026, 1, 1), "status": "active", **columns,
    }  # fmt: skip


def write(*rows: dict[str, Any]) -> None:
    with unit_of_work() as uow:
        insert_rows(uow, Holding, rows)


def test_a_holding_is_pinned_to_the_version_on_sale_and_matures_by_its_term(branch: Flask) -> None:
    holding = opened()
    assert (holding.version, holding.status) == (2, "active")
    assert (holding.opened_on.isoformat(), holding.matures_on) == ("2026-11-22", date(2027, 11, 22))
    events = session().scalars(select(AuditEvent).where(AuditEvent.stream == "customer:C1")).all()
    assert [(e.action, e.actor, e.payload) for e in events] == [
        ("holding.opened", "teller", {"holding": holding.id, "product": "TD", "version": 2, "principal": "5000.01"})
    ]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"principal": Decimal(-1)}, "/principal"),
        ({"principal": Decimal(0)}, "/principal"),
        ({"principal": Decimal("49.99")}, "/principal"),
        ({"principal": Decimal("100.00001")}, "/principal"),
        ({"principal": Decimal("1e15")}, "/principal"),
        ({"currency": "USD"}, "/currency"),
        ({"product": "USD", "currency": "USD", "principal": Decimal(1000)}, "/currency"),
        ({"term": "P5Y"}, "/term"),
        ({"term": "P9999Y"}, "/term"),
        ({"term": None}, "/term"),
    ],
)
def test_what_the_version_does_not_offer_is_refused_where_it_stands(
    branch: Flask, wrong: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        opened(**wrong)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert queries.sums_of(session(), "TD") == []


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"version": 9}, NotFound),
        ({"version": 1}, Conflict),
        ({"product": "NEW"}, Conflict),
        ({"product": "NO"}, NotFound),
        ({"customer": "C9"}, NotFound),
        ({"customer": "C3"}, NotFound),
        ({"account": "A2"}, NotFound),
        ({"actor": BEIJING}, NotFound),
    ],
)
def test_no_sale_without_leave_nor_of_what_is_not_there(
    branch: Flask, wrong: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        opened(**wrong)


def test_a_customer_outside_the_groups_on_sale_is_refused_with_the_reason(branch: Flask) -> None:
    with unit_of_work() as uow:
        account = uow.scalars(select(Account)).one()
        account.customer_id = uow.scalars(select(Customer.id).where(Customer.number == "C2")).one()
    with pytest.raises(Conflict) as refused:
        opened(customer="C2")
    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/product", "out_of_scope")]


def test_a_customer_holds_no_more_of_a_product_than_its_limit(branch: Flask) -> None:
    opened(principal=Decimal(5000))
    with pytest.raises(Invalid) as refused:
        opened(principal=Decimal("3000.01"))
    assert refused.value.faults[0].values == {"held": "5000", "limit": Decimal(8000)}
    opened(principal=Decimal(3000))


def test_who_is_known_not_to_be_eligible_is_refused_with_the_reason(branch: Flask) -> None:
    with unit_of_work() as uow:
        uow.scalars(select(Customer).where(Customer.number == "C1")).one().birth_year = 2015
    with pytest.raises(Conflict) as refused:
        opened()
    assert [(f.pointer, f.code, f.values) for f in refused.value.faults] == [
        ("/customer", "not_eligible", {"reason": "Old enough"})
    ]


def test_who_does_not_sell_opens_nothing(branch: Flask) -> None:
    manager = Actor(id=9, username="boss", names={}, unit="SH01", roles=frozenset({"branch_manager"}))
    with pytest.raises(Forbidden):
        opened(manager)


def test_the_database_itself_refuses_a_holding_of_no_version_or_below_zero(branch: Flask) -> None:
    for wrong in ({"version": 9}, {"product_code": "NO"}, {"principal": Decimal(-1)}):
        with pytest.raises(IntegrityError):
            write({**held(), **wrong})


def test_balances_are_added_up_exactly_by_version_status_and_currency(branch: Flask) -> None:
    cents = [held(principal=Decimal("0.1")) for _ in range(10)]
    write(*cents, held(principal=Decimal("922000000000.0001")), held(version=1), held(status="closed"))
    found = [(s.version, s.status, s.currency, s.count, s.balance) for s in queries.sums_of(session(), "TD")]
    assert found == [
        (2, "active", "CNY", 11, Decimal("922000000001.0001")),
        (2, "closed", "CNY", 1, Decimal(1)),
        (1, "active", "CNY", 1, Decimal(1)),
    ]


def test_pages_of_a_product_are_read_in_order_along_an_index(branch: Flask) -> None:
    write(*(held() for _ in range(7)), held(status="closed"), held(product="USD", version=1))
    met: list[int] = []
    while rows := queries.holdings_of(session(), "TD", after=met[-1] if met else 0, limit=3):
        met += [row.id for row in rows]
    assert met == sorted(met)
    assert len(met) == 7
    assert [c.name for i in table_of(Holding).indexes if i.name == "ix_holding_product" for c in i.columns] == [
        "product_code",
        "status",
        "id",
    ]


def test_what_a_customer_holds_is_read_page_by_page_the_latest_first(branch: Flask) -> None:
    days = (1, 2, 2, 2, 3)
    write(*(held(opened_on=date(2026, 1, day)) for day in days))
    owner, met, after = session().scalars(select(Customer).where(Customer.number == "C1")).one(), [], None
    while rows := queries.holdings_of_customer(session(), owner, after=after, limit=2):
        met += [(row.opened_on, row.id) for row, _ in rows]
        after = met[-1]
    assert [day.day for day, _ in met] == [*reversed(days)]
    assert len(set(met)) == len(days)


def test_only_the_moves_of_the_table_lead_on() -> None:
    verbs = {verb for _, verb in HOLDING_MOVES}
    for status in HOLDING_STATES:
        for verb in verbs:
            if (status, verb) in HOLDING_MOVES:
                assert holding_move(status, verb) in HOLDING_STATES
            else:
                with pytest.raises(Conflict):
                    holding_move(status, verb)
    assert not {(s, v) for s, v in HOLDING_MOVES if s in {"closed", "moved"}}


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("resident_id", ID[:-1] + "5", "checksum"),
        ("resident_id", ID[:-1], "length"),
        ("resident_id", "31010119900399" + "9964", "checksum"),
        ("resident_id", "abcdefghijklmnopqr", "form"),
        ("uscc", USCC[:-1] + "A", "checksum"),
        ("uscc", "1", "length"),
        ("passport", "E1234567", "form"),
    ],
)
def test_an_identification_that_cannot_be_one_is_located(kind: str, number: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        identity(kind, number, "/id_number")
    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/id_number", code)]


def test_numbers_are_kept_in_one_way_of_writing() -> None:
    assert identity("resident_id", f" {ID[:6]} {ID[6:]} ", "/x") == ID
    assert identity("passport", "e12345678", "/x") == "E12345678"
    assert account_number(f"{CARD[:4]} {CARD[4:]}", "/x") == CARD
    for wrong, code in ((CARD[:-1] + "9", "checksum"), ("1234", "account_number"), ("x" * 16, "account_number")):
        with pytest.raises(Invalid) as refused:
            account_number(wrong, "/x")
        assert refused.value.faults[0].code == code


def test_a_mask_shows_the_ends_only() -> None:
    assert (mask(ID, head=3), mask(CARD), mask_mail("wang@example.com")) == (
        "310***********" + ID[-4:],
        "***************" + CARD[-4:],
        "w***@example.com",
    )
