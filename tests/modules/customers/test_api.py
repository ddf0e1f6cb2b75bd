"""Staff find the customers of their own unit, an auditor all; what identifies somebody is masked for everybody."""

from __future__ import annotations

import json
import logging

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session
from app.kernel.outbox import OutboxMessage
from app.kernel.web import IdempotencyKey
from tests.modules.customers.conftest import CARD, ID, USCC, Api

PLAIN = (ID, CARD, USCC, "12012345678", "wang@example.com")


def names(answer: object) -> list[str]:
    return [item["number"] for item in answer.json["items"]]  # type: ignore[attr-defined]


def test_staff_see_the_customers_of_their_unit_and_an_auditor_all(api: Api) -> None:
    assert sorted(names(api("teller", "GET", "/customers"))) == ["C1", "C2"]
    assert names(api("beijing", "GET", "/customers")) == ["C3"]
    assert sorted(names(api("service", "GET", "/customers"))) == ["C1", "C2", "C3"]
    assert sorted(names(api("auditor", "GET", "/customers"))) == ["C1", "C2", "C3"]
    assert api("beijing", "GET", "/customers/C1").status_code == 404
    assert api("lin", "GET", "/customers").status_code == 403
    assert api("lin", "GET", "/customers/C1").status_code == 403


def test_they_are_found_by_number_and_by_how_the_name_begins(api: Api) -> None:
    assert names(api("teller", "GET", "/customers?number=C2")) == ["C2"]
    assert names(api("teller", "GET", "/customers?name=王")) == ["C1"]
    assert names(api("teller", "GET", "/customers?name=小")) == []
    assert names(api("teller", "GET", "/customers?number=C3")) == []
    first = api("auditor", "GET", "/customers?limit=2").json
    rest = api("auditor", "GET", f"/customers?limit=2&cursor={first['next']}").json
    found = [item["name"] for item in first["items"] + rest["items"]]
    assert found == sorted(found)
    assert len(found) == 3


def test_an_exact_identification_finds_its_customer_for_the_eyes_that_may_see_it(api: Api) -> None:
    asked = {"id_kind": "resident_id", "id_number": f"{ID[:6]} {ID[6:]}"}
    assert names(api("teller", "POST", "/customer-lookups", asked)) == ["C1"]
    assert names(api("beijing", "POST", "/customer-lookups", asked)) == []
    assert names(api("beijing", "POST", "/customer-lookups", {"id_kind": "uscc", "id_number": USCC.lower()})) == ["C3"]
    wrong = api("teller", "POST", "/customer-lookups", {**asked, "id_number": ID[:-1] + "5"})
    assert [(e["pointer"], e["code"]) for e in wrong.json["errors"]] == [("/id_number", "checksum")]
    assert api("teller", "POST", "/customer-lookups", {**asked, "id_kind": "badge"}).status_code == 422


@pytest.mark.parametrize("who", ["teller", "auditor", "service"])
def test_no_list_and_no_page_gives_an_identifier_in_full(api: Api, who: str) -> None:
    told = "".join(
        api(who, "GET", path).text
        for path in ("/customers", "/customers/C1", "/products/TD/holdings", "/customers?number=C1")
    )
    assert "310***********" in told
    for plain in PLAIN:
        assert plain not in told


def test_only_staff_of_the_unit_see_it_in_full_with_a_reason_that_is_kept(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = api("teller", "POST", "/customers/C1/identity", {"reason": "Card lost"})
    assert answer.json == {
        "id_number": ID, "phone": "12012345678", "mail": "wang@example.com", "accounts": {"A1": CARD},
    }  # fmt: skip
    assert api("auditor", "POST", "/customers/C1/identity", {"reason": "Audit"}).status_code == 403
    assert api("beijing", "POST", "/customers/C1/identity", {"reason": "Curious"}).status_code == 404
    assert api("lin", "POST", "/customers/C1/identity", {"reason": "Curious"}).status_code == 403
    assert api("teller", "POST", "/customers/C1/identity", {"reason": ""}).status_code == 422
    events = session().scalars(select(AuditEvent).where(AuditEvent.stream == "customer:C1")).all()
    assert [(e.action, e.actor, e.payload) for e in events] == [
        ("customer.identified", "teller", {"reason": "Card lost"})
    ]
    kept = [e.payload for e in session().scalars(select(AuditEvent))]
    kept += [row.payload for row in session().scalars(select(OutboxMessage))]
    kept += [row.body for row in session().scalars(select(IdempotencyKey))]
    written = json.dumps(kept, ensure_ascii=False) + caplog.text
    assert not [plain for plain in PLAIN if plain in written]


def test_a_product_manager_counts_holdings_and_sees_no_holder(api: Api) -> None:
    assert api("lin", "GET", "/products/TD/holdings/summary").json == {"items": [], "next": None}
    assert api("lin", "GET", "/products/TD/holdings").status_code == 403
    assert api("teller", "GET", "/products/NO/holdings/summary").status_code == 404
    assert api("teller", "GET", "/products/TD/holdings?status=sold").status_code == 422


def test_a_holding_is_opened_once_by_staff_of_the_unit_on_the_terms_that_are_sold(api: Api) -> None:
    path, wanted = "/customers/C1/holdings", {
        "account": "A1", "product": "TD", "channel": "branch", "principal": "5000.01", "currency": "CNY",
        "term": "P12M",
    }  # fmt: skip
    opened = api("teller", "POST", path, wanted)
    assert (opened.status_code, opened.json["version"], opened.json["term"]) == (201, 2, "P1Y")
    assert [held["principal"] for held in api("teller", "GET", "/customers/C1").json["holdings"]] == ["5000.01"]
    for who, status in (("auditor", 403), ("service", 403), ("beijing", 404), ("lin", 403)):
        assert api(who, "POST", path, wanted).status_code == status, who
    for name, wrong in (("principal", "1e3"), ("term", "1Y"), ("currency", "yuan"), ("channel", "pigeon")):
        answer = api("teller", "POST", path, {**wanted, name: wrong})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, f"/{name}")
    assert api("teller", "POST", path, {**wanted, "product": "NEW"}).json["code"] == "may_not_sell"
