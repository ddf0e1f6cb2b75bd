"""The catalogue over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.kernel import clock
from app.kernel.database import session, unit_of_work
from app.modules.catalogue import services
from app.modules.catalogue.models import ProductVersion
from tests.modules.catalogue.conftest import MANAGER as MANAGER_OF
from tests.modules.catalogue.conftest import SYSTEM, cdr_record, rate, time_deposit

Api = Callable[..., Any]


def pointers(answer: Any, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    return [error["pointer"] for error in answer.json["errors"]]


def test_a_new_product_is_a_concept_with_a_draft_and_not_on_sale(api: Api) -> None:
    answer = api("post", "/products", json={"code": "TD-9", "content": time_deposit()})
    assert answer.status_code == 201, answer.text
    assert (answer.json["status"], answer.json["version"]["state"]) == ("concept", "draft")
    assert answer.json["owner_department"] == "personal_banking"
    assert api("get", "/may-sell?product=TD-9").json["allowed"] is False
    assert api("post", "/products", json={"code": "TD-9", "content": time_deposit()}).status_code == 409
    assert api("post", "/products", json={"code": "TD-8", "content": time_deposit()}, who="chen").status_code == 403


TIERS = [
    ("overlap", [("0", "1000"), ("500", None)], "/content/rates/tiers/1/balance_from"),
    ("gap", [("0", "1000"), ("2000", None)], "/content/rates/tiers/1/balance_from"),
    ("upside down", [("1000", "1000")], "/content/rates/tiers/0/balance_to"),
]


@pytest.mark.parametrize(("bands", "pointer"), [t[1:] for t in TIERS], ids=[t[0] for t in TIERS])
def test_tiers_that_overlap_or_leave_gaps_are_refused(api: Api, bands: Any, pointer: str) -> None:
    rows = [{"kind": "fixed", "term": "P1Y", "balance_from": low, "rate": rate("0.01")} for low, _ in bands]
    for row, (_, high) in zip(rows, bands, strict=True):
        row |= {"balance_to": high} if high else {}
    answer = api("post", "/products", json={"code": "X", "content": time_deposit(rates={"tiers": rows})})
    assert pointers(answer) == [pointer]


def test_every_wrong_member_is_pointed_at(api: Api) -> None:
    content = time_deposit(
        rates={"tiers": [{"kind": "fixed", "rate": {**rate("0.01"), "value": 0.01}}]},
        terms={"minimum": {"amount": "fifty", "currency": "Yuan"}},
        surprise={},
    )
    answer = api("post", "/products", json={"code": "X", "content": content})
    assert set(pointers(answer)) == {
        "/content/rates/tiers/0/rate/value",
        "/content/terms/minimum/amount",
        "/content/terms/minimum/currency",
        "/content/surprise",
    }
    assert pointers(api("post", "/products", json={"code": "no spaces", "content": {}})) == ["/code"]
    unknown_unit = time_deposit(availability={"scopes": [{"units": ["MARS"]}]})
    assert pointers(api("post", "/products", json={"code": "X", "content": unknown_unit}), 404) == [
        "/content/availability/scopes"
    ]


def test_a_description_changes_only_with_the_state_that_was_seen(api: Api) -> None:
    api("post", "/products", json={"code": "TD-9", "content": time_deposit()})
    seen = api("get", "/products/TD-9").headers["ETag"]
    body = {"names": {"en": "New name"}}
    assert api("patch", "/products/TD-9", json=body).status_code == 428
    assert api("patch", "/products/TD-9", json=body, headers={"If-Match": seen}).status_code == 200
    assert api("patch", "/products/TD-9", json=body, headers={"If-Match": seen}).status_code == 412
    assert api("get", "/products/TD-9").json["names"] == {"en": "New name"}
    refused = api("patch", "/products/TD-9", json={"status": "on_sale"}, headers={"If-Match": "*"})
    assert pointers(refused) == ["/status"]


@pytest.fixture
def shelf(api: Api) -> Api:
    """Five products on sale and one draft."""
    names = ("online_term_deposit", "trust_account", "classic_credit_card", "business_loan", "bosbasic_oo")
    api("post", "/imports/cdr", json=[cdr_record(name) for name in names])
    api("post", "/products", json={"code": "TD-9", "content": time_deposit()})
    return api


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json["items"]]


def test_products_are_found_by_text_family_type_status_and_owner(shelf: Api) -> None:
    assert codes(shelf("get", "/products?q=TERM")) == ["online_term_deposit"]
    for piece in ("定期", "定", "td-", "9"):
        assert codes(shelf("get", f"/products?q={piece}")) == ["TD-9"]
    assert codes(shelf("get", "/products?family=loan")) == ["bosbasic_oo", "business_loan"]
    assert codes(shelf("get", "/products?type=housing_loan")) == ["bosbasic_oo"]
    assert codes(shelf("get", "/products?status=concept")) == ["TD-9"]
    assert codes(shelf("get", "/products?status=off_sale")) == ["classic_credit_card"]
    assert codes(shelf("get", "/products?owner=personal_banking&family=card")) == ["classic_credit_card"]
    assert codes(shelf("get", "/products?q=%25")) == []


@pytest.mark.parametrize("sort", ["code", "name", "name_zh", "changed"])
def test_pages_of_a_list_hold_everything_once(shelf: Api, sort: str) -> None:
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        page = shelf("get", f"/products?limit=2&sort={sort}{cursor}").json
        seen += [item["code"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "cursor=!!",
        "cursor=W10",
        "sort=price",
        "family=x",
        "status=x",
        "as_of=yesterday",
        "as_of=2026-01-01T00:00:00",
        "channel=pigeon",
        "q=%00",
    ],
)
def test_a_wrong_parameter_is_named(shelf: Api, query: str) -> None:
    assert pointers(shelf("get", f"/products?{query}")) == ["/" + query.split("=")[0]]


def test_what_was_on_sale_on_a_past_day_and_what_was_believed_then(shelf: Api) -> None:
    now = clock.now()
    yesterday = (now - timedelta(days=1)).date().isoformat()
    assert codes(shelf("get", "/products?as_of=2024-06-01")) == ["bosbasic_oo"]
    assert codes(shelf("get", f"/products?as_of=2024-06-01&known_at={yesterday}")) == []
    assert "online_term_deposit" in codes(shelf("get", "/products?unit=SH01&channel=mobile&group=mass"))
    assert "TD-9" not in codes(shelf("get", f"/products?as_of={now.date().isoformat()}"))
    assert shelf("get", "/products?unit=MARS").status_code == 404


def test_a_change_made_by_a_process_shows_in_the_as_of_list(shelf: Api) -> None:
    now = clock.now()
    record = cdr_record("online_term_deposit")
    record["name"] = "Renamed"
    shelf("post", "/imports/cdr", json=record)
    version = session().query(ProductVersion).filter_by(product_code="online_term_deposit", number=2).one().id
    with unit_of_work() as uow:
        found = services.submit(uow, version_id=version, actor=MANAGER_OF, now=now)
        services.approve(
            uow,
            version_id=version,
            content_hash=found.content_hash,
            approval="CR-1",
            change_class="minor",
            actor=SYSTEM,
            now=now,
        )
        services.publish(uow, version_ids=[version], effective_at=now + timedelta(days=5), actor=SYSTEM, now=now)

    def number(day: int) -> int:
        at = (now + timedelta(days=day)).isoformat().replace("+", "%2B")
        items = shelf("get", f"/products?q=online&as_of={at}").json["items"]
        return int(items[0]["version"]["number"])

    assert (number(1), number(6)) == (1, 2)


def test_the_gate_answers_with_reasons(shelf: Api) -> None:
    answer = shelf("get", "/may-sell?product=classic_credit_card&unit=SH01&channel=branch&group=mass")
    assert answer.json == {
        "allowed": False,
        "version": None,
        "reasons": [{"code": "not_on_sale", "message": "The product is not on sale at that time."}],
    }
    assert shelf("get", "/may-sell?product=nope").status_code == 404
    assert pointers(shelf("get", "/may-sell")) == ["/product"]
    assert pointers(shelf("get", "/may-sell?product=x&version=0")) == ["/version"]


@pytest.mark.parametrize(
    "path",
    [
        "/products/nope",
        "/products/%00",
        "/products/nope/versions",
        "/products/trust_account/versions/99",
        "/products/trust_account/versions/99999999999999999999",
        "/products/trust_account/versions/1/difference/7",
        "/jobs/1",
        "/jobs/99999999999999999999999",
    ],
)
def test_what_is_not_there_is_404(shelf: Api, path: str) -> None:
    answer = shelf("get", path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_nobody_reads_without_signing_in(bank: Any) -> None:
    for path in ("/products", "/products/x", "/may-sell?product=x", "/product-types", "/jobs/1"):
        assert bank.test_client().get(f"/api/v1{path}").status_code == 401


def test_the_types_describe_their_attributes(api: Api) -> None:
    types = {item["key"]: item for item in api("get", "/product-types").json["items"]}
    assert {t["family"] for t in types.values()} == {
        "deposit",
        "loan",
        "card",
        "wealth",
        "fx",
        "precious_metal",
        "digital",
        "agency",
    }
    groups = {group["key"] for group in types["time_deposit"]["groups"]}
    assert {"terms", "rates", "fees", "eligibility", "limits", "availability"} <= groups
