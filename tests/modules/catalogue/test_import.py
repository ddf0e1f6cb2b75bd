"""The import of Consumer Data Right records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from app.kernel import audit, clock
from app.kernel.database import session
from app.modules.catalogue.models import ImportLine, Product, ProductVersion
from app.modules.catalogue.services import run_jobs
from tests.modules.catalogue.conftest import CDR, cdr_record

Api = Callable[..., Any]
PUBLISHED = [json.loads(path.read_text()) for path in sorted(CDR.glob("*.json"))]


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["outcome"] for item in answer.json["items"]]


def test_real_records_load_and_the_one_that_contradicts_itself_is_set_aside(api: Api) -> None:
    answer = api("post", "/imports/cdr", json=PUBLISHED)
    assert Counter(outcomes(answer)) == {"created": 60, "quarantined": 1}
    (item,) = [item for item in answer.json["items"] if item["outcome"] == "quarantined"]
    assert item["product"] == "term_deposit_business"
    assert item["errors"][0]["pointer"] == "/depositRates/32/tiers/0"


def test_importing_twice_changes_nothing(api: Api) -> None:
    api("post", "/imports/cdr", json=PUBLISHED[:20])
    before = session().query(ProductVersion).count()
    session().rollback()
    assert set(outcomes(api("post", "/imports/cdr", json=PUBLISHED[:20]))) == {"unchanged"}
    assert session().query(ProductVersion).count() == before
    assert list(audit.verify(session())) == []


def test_an_opening_load_is_on_sale_and_audited_as_such(api: Api) -> None:
    api("post", "/imports/cdr", json=cdr_record("online_term_deposit"))
    found = api("get", "/products/online_term_deposit").json
    assert (found["status"], found["version"]["state"], found["version"]["approval"]) == (
        "on_sale",
        "live",
        "opening load",
    )
    assert api("get", "/may-sell?product=online_term_deposit&channel=branch&group=mass").json["allowed"] is True
    actions = session().query(audit.AuditEvent.action).filter_by(stream="product:online_term_deposit").all()
    assert [action for (action,) in actions] == ["product.opening_load"]


def test_a_later_difference_is_proposed_once_and_never_live(api: Api) -> None:
    record = cdr_record("online_term_deposit")
    api("post", "/imports/cdr", json=record)
    record["depositRates"][0]["rate"] = "0.02"
    assert outcomes(api("post", "/imports/cdr", json=record)) == ["proposed"]
    assert outcomes(api("post", "/imports/cdr", json=record)) == ["unchanged"]
    versions = api("get", "/products/online_term_deposit/versions").json["items"]
    assert [(v["number"], v["state"]) for v in versions] == [(2, "draft"), (1, "live")]
    answer = api("get", "/products/online_term_deposit/versions/1/difference/2").json
    changed = [c for c in answer["changes"] if c["kind"] != "unchanged"]
    assert [(c["column"], c["old"]["value"], c["new"]["value"]) for c in changed] == [("rate", "0.0175", "0.02")]
    assert answer["facts"]["rate_change_bp"] == 25


def test_only_a_later_publication_date_is_no_difference(api: Api) -> None:
    record = cdr_record("online_term_deposit")
    api("post", "/imports/cdr", json=record)
    record["lastUpdated"] = "2030-01-01T00:00:00Z"
    record["features"] = list(reversed(record["features"]))
    record["fees"] = record.get("fees") or None
    assert outcomes(api("post", "/imports/cdr", json=record)) == ["unchanged"]


def test_a_product_being_withdrawn_is_off_sale_but_keeps_its_terms(api: Api) -> None:
    api("post", "/imports/cdr", json=[cdr_record("superrate_account"), cdr_record("staff_account")])
    found = api("get", "/products/superrate_account").json
    assert found["status"] == "off_sale"
    assert found["version"]["content"]["rates"]["tiers"]
    answer = api("get", "/may-sell?product=superrate_account").json
    assert (answer["allowed"], answer["reasons"][0]["code"]) == (False, "not_on_sale")
    past = "2022-01-01T00:00:00Z"
    assert api("get", f"/may-sell?product=staff_account&at={past}").json["allowed"] is True


BROKEN: list[tuple[str, Any]] = [
    ("rate as a number", {"depositRates": [{"depositRateType": "FIXED", "rate": 0.05}]}),
    ("rate in per cent", {"depositRates": [{"depositRateType": "FIXED", "rate": "5.6"}]}),
    ("no rate", {"depositRates": [{"depositRateType": "FIXED", "rate": "NaN"}]}),
    ("unknown category", {"productCategory": "SPACESHIPS"}),
    ("unknown rate type", {"depositRates": [{"depositRateType": "LUCKY", "rate": "0.05"}]}),
    ("name is a list", {"name": ["x"]}),
    ("no name", {"name": None}),
    ("control character", {"name": "a\u0000b"}),
    ("lone surrogate", {"description": "\ud800"}),
    ("bad date", {"lastUpdated": "yesterday"}),
    ("fees no list", {"fees": {"name": "x"}}),
    ("fee no object", {"fees": [3]}),
    (
        "tiers overlap",
        {
            "depositRates": [
                {
                    "depositRateType": "FIXED",
                    "rate": "0.01",
                    "tiers": [
                        {"name": "low", "unitOfMeasure": "DOLLAR", "minimumValue": 0, "maximumValue": 1000},
                        {"name": "high", "unitOfMeasure": "DOLLAR", "minimumValue": 500},
                    ],
                }
            ]
        },
    ),
    (
        "tiers gap",
        {
            "depositRates": [
                {
                    "depositRateType": "FIXED",
                    "rate": "0.01",
                    "tiers": [
                        {"name": "low", "unitOfMeasure": "DOLLAR", "minimumValue": 0, "maximumValue": 1000},
                        {"name": "high", "unitOfMeasure": "DOLLAR", "minimumValue": 5000},
                    ],
                }
            ]
        },
    ),
    ("ends before it begins", {"effectiveFrom": "2026-01-01T00:00:00Z", "effectiveTo": "2025-01-01T00:00:00Z"}),
    ("code with a slash", {"productId": "a/b"}),
    ("code is a number", {"productId": 7}),
]


@pytest.mark.parametrize(("fault", "members"), BROKEN, ids=[name for name, _ in BROKEN])
def test_one_records_fault_never_stops_the_others(api: Api, fault: str, members: dict[str, Any]) -> None:
    good, bad = cdr_record("online_term_deposit"), {**cdr_record("superrate_account"), **members}
    body = json.dumps([bad, good, 7, None])
    answer = api("post", "/imports/cdr", data=body, content_type="application/json")
    assert outcomes(answer) == ["quarantined", "created", "quarantined", "quarantined"]
    assert all(item["reason"] for item in answer.json["items"])
    assert session().query(ImportLine).filter_by(outcome="quarantined").count() == 3
    assert session().query(Product).count() == 1


def test_a_number_that_is_no_number_is_quarantined(api: Api) -> None:
    record = json.dumps(cdr_record("online_term_deposit")).replace('"0.0175"', "NaN", 1)
    answer = api("post", "/imports/cdr", data=record, content_type="application/json")
    assert outcomes(answer) == ["quarantined"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'"x"', b"3", b"\xff"])
def test_what_is_no_import_is_refused(api: Api, body: bytes) -> None:
    answer = api("post", "/imports/cdr", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_nesting_and_crossed_tiers_do_not_exhaust_the_machine(api: Api) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"a": deep}
    tiers = [
        {"name": str(n), "unitOfMeasure": unit, "minimumValue": n, "maximumValue": n + 1}
        for unit in ("DOLLAR", "MONTH", "PERCENT")
        for n in range(160)
    ]
    crossed = [{"depositRateType": "FIXED", "rate": "0.01", "tiers": tiers}] * 100
    records = [
        {**cdr_record("superrate_account"), "cardArt": deep},
        {**cdr_record("staff_account"), "depositRates": crossed},
    ]
    assert outcomes(api("post", "/imports/cdr", json=records)) == ["created", "quarantined"]


def test_the_same_code_twice_with_different_content_keeps_the_first(api: Api) -> None:
    record = cdr_record("online_term_deposit")
    other = {**record, "name": "Another"}
    assert outcomes(api("post", "/imports/cdr", json=[record, other, record])) == [
        "created",
        "quarantined",
        "unchanged",
    ]


def test_a_big_import_becomes_a_job_worked_in_chunks(api: Api) -> None:
    template = cdr_record("trust_account")
    records: list[Any] = [{**template, "productId": f"P{n:04}"} for n in range(510)]
    records[5] = {**template, "productId": "bad", "lendingRates": [{"lendingRateType": "FIXED", "rate": 0.5}]}
    started = api("post", "/imports/cdr", json={"data": records, "links": {}})
    assert started.status_code == 202
    path = f"/jobs/{started.json['job']}"
    assert (api("get", path).json["state"], api("get", path).json["items"]) == ("waiting", [])
    assert run_jobs(now=clock.now(), limit=1) == 50
    assert api("get", path).json["done"] == 50
    assert run_jobs(now=clock.now(), limit=100) == 460
    done = api("get", path).json
    assert (done["state"], done["done"], done["total"]) == ("done", 510, 510)
    assert Counter(item["outcome"] for item in done["items"]) == {"created": 509, "quarantined": 1}
    assert [item["index"] for item in done["items"]] == list(range(510))
    assert api("get", path, who="chen").status_code == 404


def test_a_repeated_request_gets_the_first_answer(api: Api) -> None:
    headers = {"Idempotency-Key": "load-1"}
    first = api("post", "/imports/cdr", json=cdr_record("trust_account"), headers=headers)
    again = api("post", "/imports/cdr", json=cdr_record("trust_account"), headers=headers)
    assert outcomes(again) == outcomes(first) == ["created"]


def test_only_product_managers_import(api: Api) -> None:
    assert api("post", "/imports/cdr", json=[], who="chen").status_code == 403
