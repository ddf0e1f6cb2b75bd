"""Suspensions over HTTP: ordered by risk, reported by core banking, and what bad input is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.modules.changes.conftest import Ask

BODY: dict[str, Any] = {"reason": "Wrong interest.", "scopes": [{"units": ["SH"], "channels": ["branch"]}]}
QUOTA = {"limit": "1000000.00", "used": "1000000.00", "currency": "CNY", "source": "core banking"}
SALE = "/may-sell?product=TD&unit={unit}&channel=branch&group=mass"


def test_risk_suspends_a_scope_at_once(ask: Ask) -> None:
    answer = ask("chen.rui", "POST", "/products/TD/suspensions", BODY)
    assert answer.status_code == 201, answer.json
    found = answer.json
    assert (found["number"], found["state"], found["suspended_by"]) == ("SU-00001", "unratified", "chen.rui")
    assert ask("tan.xue", "GET", SALE.format(unit="SH01")).json["reasons"][0]["code"] == "suspended_here"
    assert ask("tan.xue", "GET", SALE.format(unit="BJ01")).json["allowed"]
    case = ask("wang.zhiyuan", "GET", f"/instances/{found['instance_id']}").json
    assert (case["business_key"], case["active_elements"][0]) == ("SU-00001", "ratify_suspension")


def test_everybody_reads_why_sales_are_suspended(ask: Ask) -> None:
    ask("chen.rui", "POST", "/products/TD/suspensions", BODY)
    ask("xu.feng", "POST", "/products/TD/suspensions", {"reason": "All of it."})
    first = ask("tan.xue", "GET", "/products/TD/suspensions?limit=1").json
    assert [item["number"] for item in first["items"]] == ["SU-00002"]
    rest = ask("tan.xue", "GET", f"/products/TD/suspensions?limit=1&cursor={first['next']}").json
    assert ([item["number"] for item in rest["items"]], rest["next"]) == (["SU-00001"], None)
    assert ask("tan.xue", "GET", "/suspensions/SU-00001").json["reason"] == "Wrong interest."
    product = ask("tan.xue", "GET", "/products/TD").json
    assert product["status"] == "suspended"
    assert [(s["cause"], s["unit"], s["channel"]) for s in product["stops"]] == [
        ("SU-00002", None, None),
        ("SU-00001", "SH", "branch"),
    ]


@pytest.mark.parametrize("number", ["SU-00009", "SU-1", "SU-99999999999999999999", "x", "SU-00001%0A"])
def test_an_unknown_suspension_is_not_there(ask: Ask, number: str) -> None:
    assert ask("tan.xue", "GET", f"/suspensions/{number}").status_code == 404


def test_nobody_but_risk_suspends(ask: Ask) -> None:
    for who in ("zhao.heng", "wang.zhiyuan", "lu.ming", "jin.cheng"):
        assert ask(who, "POST", "/products/TD/suspensions", BODY).status_code == 403
    assert ask("chen.rui", "POST", "/products/NONE/suspensions", BODY).status_code == 404
    assert ask("tan.xue", "GET", SALE.format(unit="SH01")).json["allowed"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/reason"),
        ({**BODY, "scopes": [{}, {"channels": ["fax"]}]}, "/scopes/1/channels/0"),
        ({**BODY, "by": "me"}, "/by"),
    ],
)
def test_what_is_wrong_is_named(ask: Ask, body: dict[str, Any], pointer: str) -> None:
    answer = ask("chen.rui", "POST", "/products/TD/suspensions", body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer), answer.json
    assert ask("tan.xue", "GET", "/products/TD/suspensions").json["items"] == []


def test_a_unit_that_is_not_there_is_named(ask: Ask) -> None:
    answer = ask("chen.rui", "POST", "/products/TD/suspensions", {**BODY, "scopes": [{"units": ["SH", "XX"]}]})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (404, "/scopes/0/units")
    assert "XX" in answer.json["errors"][0]["detail"]


def test_the_same_scope_twice_says_which_was_first(ask: Ask) -> None:
    ask("chen.rui", "POST", "/products/TD/suspensions", BODY)
    again = ask("xu.feng", "POST", "/products/TD/suspensions", BODY)
    assert (again.status_code, again.json["code"]) == (409, "already_suspended")
    assert "SU-00001" in again.json["title"]


def test_a_scope_without_limits_suspends_everything(ask: Ask) -> None:
    answer = ask("chen.rui", "POST", "/products/TD/suspensions", {"reason": "Losses.", "scopes": [{"units": []}]})
    assert answer.json["scopes"] == []
    assert ask("tan.xue", "GET", SALE.format(unit="BJ01")).json["reasons"][0]["code"] == "suspended"


def test_what_is_not_sold_is_not_suspended(ask: Ask) -> None:
    content = {"type": "time_deposit", "basics": {"name": {"en": "New", "zh": "新"}}}
    assert ask("lin.yue", "POST", "/products", {"code": "NEW", "content": content}).status_code == 201
    assert ask("chen.rui", "POST", "/products/NEW/suspensions", BODY).status_code == 409


def test_a_repeated_key_suspends_once(ask: Ask) -> None:
    first = ask("chen.rui", "POST", "/products/TD/suspensions", BODY, Idempotency_Key="k")
    assert ask("chen.rui", "POST", "/products/TD/suspensions", BODY, Idempotency_Key="k").json == first.json


def test_a_quota_that_is_used_up_suspends_the_product(ask: Ask) -> None:
    left = ask("lu.ming", "POST", "/products/TD/quota-used", {**QUOTA, "used": "999999.99"}).json
    assert left == {"suspended": False, "suspension": None}
    answer = ask("lu.ming", "POST", "/products/TD/quota-used", QUOTA).json
    assert (answer["suspended"], answer["suspension"]["kind"]) == (True, "quota")
    assert (answer["suspension"]["suspended_by"], answer["suspension"]["quota"]["used"]) == ("system", "1000000")
    again = ask("lu.ming", "POST", "/products/TD/quota-used", QUOTA).json
    assert again["suspension"]["number"] == answer["suspension"]["number"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"used": 1000000}, "/used"), ({"limit": "1e6"}, "/limit"), ({"currency": "yuan"}, "/currency")],
)
def test_a_quota_is_reported_exactly(ask: Ask, wrong: dict[str, Any], pointer: str) -> None:
    answer = ask("lu.ming", "POST", "/products/TD/quota-used", {**QUOTA, **wrong})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_people_of_the_bank_report_no_quotas(ask: Ask) -> None:
    for who in ("lin.yue", "chen.rui"):
        assert ask(who, "POST", "/products/TD/quota-used", QUOTA).status_code == 403


def test_the_case_of_a_suspension_is_not_cancelled(ask: Ask) -> None:
    case = ask("chen.rui", "POST", "/products/TD/suspensions", BODY).json["instance_id"]
    for who in ("chen.rui", "lu.ming"):
        answer = ask(who, "POST", f"/instances/{case}/cancel", {"reason": "Never mind."})
        assert (answer.status_code, answer.json["code"]) == (409, "not_withdrawn")
    assert not ask("tan.xue", "GET", SALE.format(unit="SH01")).json["allowed"]


def done(ask: Ask, who: str, data: dict[str, Any]) -> Any:
    """Complete the one task that waits for ``who``."""
    (task,) = ask(who, "GET", "/tasks?filter=group").json["items"]
    return ask(who, "POST", f"/tasks/{task['id']}/complete", {"version": task["version"], "data": data})


def test_the_way_to_resumption_over_http(ask: Ask) -> None:
    ask("chen.rui", "POST", "/products/TD/suspensions", BODY)
    steps = (
        ("li.shufen", {"decision": "ratify", "reason": "Rightly so."}),
        ("lin.yue", {"remedy": "Mended."}),
        ("zhao.heng", {"proposal": "resume", "reason": "Mended."}),
        ("xu.feng", {"decision": "confirm", "reason": "Tested."}),
    )
    for who, data in steps:
        answer = done(ask, who, data)
        assert answer.status_code == 200, answer.json
    found = ask("tan.xue", "GET", "/suspensions/SU-00001").json
    assert (found["state"], found["proposal"]["by"], found["confirmation"]["by"]) == ("resumed", "zhao.heng", "xu.feng")
    assert ask("tan.xue", "GET", SALE.format(unit="SH01")).json["allowed"]


def test_evidence_of_another_case_is_no_evidence(ask: Ask) -> None:
    ask("chen.rui", "POST", "/products/TD/suspensions", BODY)
    done(ask, "li.shufen", {"decision": "ratify", "reason": "Rightly so."})
    answer = done(ask, "lin.yue", {"remedy": "Mended.", "evidence": [99]})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/data/evidence"), answer.json
    assert ask("tan.xue", "GET", "/suspensions/SU-00001").json["state"] == "ratified"
