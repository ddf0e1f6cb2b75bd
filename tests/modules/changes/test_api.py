"""Change requests over HTTP: the way in, and what bad input is told."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from app.kernel.database import end_read, session
from app.modules.changes.models import ChangeRequest
from tests.modules.changes.conftest import Ask
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.play import Play

DRIVER = {"kind": "external", "source": "market", "reason": "Rates have moved."}
BODY: dict[str, Any] = {"driver": DRIVER, "versions": [{"product": "TD", "content": dearer(TIME_DEPOSIT, "1.35")}]}


def created(ask: Ask, **more: Any) -> int:
    answer = ask("lin.yue", "POST", "/change-requests", {**BODY, **more})
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def test_a_proposal_starts_its_case_at_once(ask: Ask) -> None:
    answer = ask("lin.yue", "POST", "/change-requests", BODY)
    assert (answer.status_code, answer.json["state"]) == (201, "submitted")
    case = ask("lin.yue", "GET", f"/instances/{answer.json['instance_id']}").json
    assert (case["process"], case["active_elements"]) == ("product_update", ["assess_need"])
    assert case["business_key"] == answer.json["number"]


def test_changes_are_merged_into_the_live_content(ask: Ask) -> None:
    changes = {"terms": {"minimum": {"amount": "100"}}}
    request = created(ask, versions=[{"product": "TD", "changes": changes}])
    (found,) = ask("lin.yue", "GET", f"/change-requests/{request}/difference").json["items"]
    (change,) = found["changes"]
    assert (found["old"], found["new"], change["path"]) == (1, 2, "terms.minimum")
    assert (change["old"]["amount"], change["new"]) == ("50", {"amount": "100", "currency": "CNY"})


def test_a_draft_waits_until_it_is_submitted(ask: Ask) -> None:
    request = created(ask, draft=True)
    assert ask("lin.yue", "GET", f"/change-requests/{request}").json["instance_id"] is None
    assert ask("zhao.heng", "POST", f"/change-requests/{request}/submit").status_code in {403, 404}
    answer = ask("lin.yue", "POST", f"/change-requests/{request}/submit")
    assert (answer.status_code, answer.json["state"]) == (200, "submitted")
    assert ask("lin.yue", "POST", f"/change-requests/{request}/submit").status_code == 409


def test_the_same_key_twice_proposes_once(ask: Ask) -> None:
    first = ask("lin.yue", "POST", "/change-requests", BODY, Idempotency_Key="a")
    again = ask("lin.yue", "POST", "/change-requests", BODY, Idempotency_Key="a")
    assert first.json == again.json
    assert len(ask("lin.yue", "GET", "/change-requests").json["items"]) == 1


def test_a_change_says_which_state_it_saw(ask: Ask) -> None:
    request = created(ask, draft=True)
    path, body = f"/change-requests/{request}", {"pilot_wish": True}
    tag = ask("lin.yue", "GET", path).headers["ETag"]
    assert ask("lin.yue", "PATCH", path, body).status_code == 428
    done = ask("lin.yue", "PATCH", path, body, If_Match=tag)
    assert (done.status_code, done.json["pilot_wish"]) == (200, True)
    assert ask("lin.yue", "PATCH", path, body, If_Match=tag).status_code == 412
    assert ask("zhao.heng", "PATCH", path, body, If_Match=done.headers["ETag"]).status_code in {403, 404}


def test_a_request_is_hidden_from_outsiders(ask: Ask) -> None:
    request = created(ask)
    assert ask("he.jia", "GET", f"/change-requests/{request}").status_code == 404
    assert ask("he.jia", "POST", f"/change-requests/{request}/withdraw", {"reason": "x"}).status_code == 404
    assert ask("he.jia", "GET", "/change-requests").json["items"] == []
    assert ask("jin.cheng", "GET", f"/change-requests/{request}").status_code == 200
    assert ask("lin.yue", "GET", "/change-requests/4711").status_code == 404


def test_any_department_proposes_but_not_everybody(ask: Ask) -> None:
    """The owning department judges the need, whoever proposed it."""
    assert ask("tan.xue", "POST", "/change-requests", BODY).status_code == 403
    answer = ask("chen.rui", "POST", "/change-requests", BODY)
    assert answer.status_code == 201
    assert ask("zhao.heng", "GET", f"/change-requests/{answer.json['id']}").status_code == 200
    waiting = ask("zhao.heng", "GET", "/tasks?filter=group").json["items"]
    assert [task["element_id"] for task in waiting] == ["assess_need"]


def test_lists_page_by_cursor(ask: Ask, play: Play) -> None:
    for _ in range(3):
        ask("lin.yue", "POST", f"/change-requests/{created(ask)}/withdraw", {"reason": "Again."})
    first = ask("lin.yue", "GET", "/change-requests?limit=2&mine=true").json
    rest = ask("lin.yue", "GET", f"/change-requests?limit=2&mine=true&cursor={first['next']}").json
    assert [item["number"] for item in first["items"] + rest["items"]] == [
        "CR-2026-0003",
        "CR-2026-0002",
        "CR-2026-0001",
    ]
    assert rest["next"] is None
    assert ask("lin.yue", "GET", "/change-requests?state=submitted").json["items"] == []
    assert len(ask("lin.yue", "GET", "/change-requests?product=TD").json["items"]) == 3


def test_a_second_request_on_a_product_is_told_of_the_first(ask: Ask) -> None:
    created(ask)
    answer = ask("lin.yue", "POST", "/change-requests", BODY)
    assert (answer.status_code, answer.json["code"]) == (409, "product_in_request")
    assert "CR-2026-0001" in answer.json["title"]


def test_only_pilots_have_observations_and_stops(ask: Ask) -> None:
    request = created(ask)
    row = {"scope": "SH01", "source": "branch", "text": "Asked for."}
    assert ask("zhao.heng", "POST", f"/change-requests/{request}/observations", row).status_code == 409
    assert ask("xu.feng", "POST", f"/change-requests/{request}/stop-pilot", {"reason": "x"}).status_code == 404
    assert ask("lin.yue", "POST", f"/change-requests/{request}/stop-pilot", {"reason": "x"}).status_code == 403
    path = f"/change-requests/{request}/conditions/1/close"
    assert ask("lin.yue", "POST", path, {"grounds": "x"}).status_code == 404


def wrong(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(BODY), **changes}


def version(**members: Any) -> dict[str, Any]:
    return wrong(versions=[{"product": "TD", **members}])


PLAN = {
    "scopes": [{"units": ["SH"]}],
    "length_days": 14,
    "criteria": {"min_sales": 1, "max_complaints": 1, "max_incidents": 0},
}
OVERLAPPING = {
    "tiers": [
        {**TIME_DEPOSIT["rates"]["tiers"][0], "balance_from": "0", "balance_to": "100"},
        {**TIME_DEPOSIT["rates"]["tiers"][0], "balance_from": "50"},
    ]
}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (wrong(driver=None), "/driver"),
        (wrong(driver={"kind": "rumour", "reason": "x"}), "/driver/kind"),
        (wrong(driver={"kind": "internal", "reason": "x"}), "/driver/department"),
        (wrong(driver={"kind": "external", "source": "market"}), "/driver/reason"),
        (wrong(versions=[]), "/versions"),
        (wrong(versions=BODY["versions"] * 2), "/versions/1/product"),
        (version(), "/versions/0"),
        (version(content=TIME_DEPOSIT), "/versions/0"),
        (version(content=TIME_DEPOSIT, changes={}), "/versions/0/changes"),
        (version(content={**TIME_DEPOSIT, "type": "housing_loan"}), "/versions/0/content/terms"),
        (version(changes={"rates": OVERLAPPING}), "/versions/0/changes/rates/tiers/1/balance_from"),
        (
            version(changes={"rates": {"tiers": [{"kind": "fixed", "rate": {"value": 0.01}}]}}),
            "/versions/0/changes/rates/tiers/0/rate/value",
        ),
        (wrong(effective_on="2020-01-01"), "/effective_on"),
        (wrong(effective_on="9999-12-31"), "/effective_on"),
        (wrong(effective_on="soon"), "/effective_on"),
        (wrong(pilot_wish="yes"), "/pilot_wish"),
        (wrong(pilot_plan={**PLAN, "scopes": [{}]}), "/pilot_plan/scopes"),
        (wrong(pilot_plan={**PLAN, "length_days": 1}), "/pilot_plan/length_days"),
        (wrong(surprise=1), "/surprise"),
    ],
)
def test_bad_input_is_told_where_and_changes_nothing(ask: Ask, body: dict[str, Any], pointer: str) -> None:
    answer = ask("lin.yue", "POST", "/change-requests", body)
    assert answer.status_code == 422, answer.json
    assert any(error["pointer"].startswith(pointer) for error in answer.json["errors"]), answer.json["errors"]
    assert session().query(ChangeRequest).count() == 0
    end_read()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (wrong(driver={"kind": "internal", "department": "nowhere", "reason": "x"}), "/driver/department"),
        (wrong(versions=[{"product": "NOPE"}]), "/versions/0/product"),
        (version(version=99), "/versions/0/version"),
        (wrong(pilot_plan={**PLAN, "scopes": [{"units": ["MARS"]}]}), "/pilot_plan/scopes"),
        (version(content={**TIME_DEPOSIT, "availability": {"scopes": [{"units": ["MARS"]}]}}), "/versions/0/content"),
    ],
)
def test_what_is_named_but_is_not_there_is_404_with_a_pointer(ask: Ask, body: dict[str, Any], pointer: str) -> None:
    answer = ask("lin.yue", "POST", "/change-requests", body)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found"), answer.json
    assert all(error["pointer"].startswith(pointer) for error in answer.json["errors"]), answer.json["errors"]
    assert session().query(ChangeRequest).count() == 0
    end_read()
