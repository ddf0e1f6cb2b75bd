"""Two persons of finance make assumptions, sheets rest on them, and neither ever changes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session, unit_of_work
from app.modules.development.models import CostSheet, FinanceAssumptions, RecordKept
from tests.modules.changes.conftest import Ask
from tests.modules.development.test_costing_rules import SHEET

OFFICER, HEAD, MANAGER, TELLER = "liang.yu", "song.jie", "lin.yue", "tan.xue"
CONTENT: dict[str, Any] = {
    "curve": [{"term": "P12M", "rate": "2.00"}, {"term": "P3M", "rate": "1.5"}],
    "capital_ratio": "10",
    "cost_of_capital": "5",
    "tax": "25",
    "path": ["50", "100"],
    "basis": "Meeting 3 of 2026",
}
BODY: dict[str, Any] = {"currency": "CNY", "valid_from": "2026-01-01", "content": CONTENT}
NEW: dict[str, Any] = {"product": "TD", "version": 1, "sheet": SHEET}


def drafted(ask: Ask, **other: Any) -> tuple[int, str]:
    answer = ask(OFFICER, "POST", "/finance-assumptions", {**BODY, **other})
    assert answer.status_code == 201, answer.json
    found = int(answer.json["id"])
    return found, tag_of(ask, found)


def tag_of(ask: Ask, found: int) -> str:
    return str(ask(OFFICER, "GET", f"/finance-assumptions/{found}").headers["ETag"])


def approved(ask: Ask, **other: Any) -> int:
    found, tag = drafted(ask, **other)
    answer = ask(HEAD, "POST", f"/finance-assumptions/{found}/approve", If_Match=tag)
    assert (answer.status_code, answer.json["state"]) == (200, "approved")
    return found


def worked_out(ask: Ask, **other: Any) -> dict[str, Any]:
    answer = ask(OFFICER, "POST", "/cost-sheets", {**NEW, **other})
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def test_a_sheet_rests_on_assumptions_that_a_second_person_of_finance_approved(ask: Ask) -> None:
    answer = ask(OFFICER, "POST", "/cost-sheets", NEW)
    assert [e["pointer"] for e in answer.json["errors"]] == ["/sheet/currency"]
    found, tag = drafted(ask)
    assert ask(OFFICER, "POST", "/cost-sheets", NEW).status_code == 422
    assert ask(OFFICER, "POST", f"/finance-assumptions/{found}/approve", If_Match=tag).status_code == 403
    assert ask("wang.zhiyuan", "POST", f"/finance-assumptions/{found}/approve", If_Match=tag).status_code == 403
    assert ask(HEAD, "POST", f"/finance-assumptions/{found}/approve").status_code == 428
    assert ask(HEAD, "POST", f"/finance-assumptions/{found}/approve", If_Match=tag).status_code == 200
    sheet = worked_out(ask)
    assert (sheet["assumptions"], sheet["result"]["side"]) == (found, "funding")
    assert sheet["sheet"]["term"] == "P1Y"


def test_an_approval_binds_to_what_was_seen(ask: Ask) -> None:
    found, tag = drafted(ask)
    dearer = {**BODY, "content": {**CONTENT, "cost_of_capital": "9"}}
    assert ask(HEAD, "PUT", f"/finance-assumptions/{found}", dearer, If_Match=tag).status_code == 403
    assert ask(OFFICER, "PUT", f"/finance-assumptions/{found}", dearer, If_Match=tag).status_code == 200
    assert ask(HEAD, "POST", f"/finance-assumptions/{found}/approve", If_Match=tag).status_code == 412
    tag = tag_of(ask, found)
    assert ask(HEAD, "POST", f"/finance-assumptions/{found}/approve", If_Match=tag).status_code == 200
    answer = ask(OFFICER, "PUT", f"/finance-assumptions/{found}", BODY, If_Match=tag_of(ask, found))
    assert (answer.status_code, answer.json["code"]) == (409, "wrong_state")


def test_the_latest_assumptions_hold_and_earlier_sheets_keep_theirs(ask: Ask) -> None:
    first = approved(ask)
    before = worked_out(ask)
    second = approved(ask, valid_from="2026-02-01", content={**CONTENT, "tax": "20"})
    approved(ask, valid_from="2199-01-01")
    after = worked_out(ask)
    assert (before["assumptions"], after["assumptions"]) == (first, second)
    assert before["content_hash"] != after["content_hash"]
    assert ask(OFFICER, "GET", f"/cost-sheets/{before['id']}").json == before
    assert worked_out(ask, assumptions=first)["result"] == before["result"]


def test_a_sheet_of_two_currencies_is_refused_where_the_second_stands(ask: Ask) -> None:
    approved(ask)
    mixed = deepcopy(SHEET)
    mixed["lines"]["research"]["unit"] = "USD"  # type: ignore[index]
    answer = ask(OFFICER, "POST", "/cost-sheets", {**NEW, "sheet": mixed})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [
        ("/sheet/lines/research/unit", "other_currency")
    ]
    euros = approved(ask, currency="EUR")
    answer = ask(OFFICER, "POST", "/cost-sheets", {**NEW, "assumptions": euros})
    assert [e["pointer"] for e in answer.json["errors"]] == ["/assumptions"]
    sold = {"product": "TD", "sheet": {**SHEET, "currency": "EUR"}}
    assert [e["pointer"] for e in ask(OFFICER, "POST", "/cost-sheets", sold).json["errors"]][-1] == "/sheet/currency"
    answer = ask(OFFICER, "POST", "/cost-sheets", {**NEW, "sheet": {**SHEET, "currency": "EUR"}})
    assert [e["pointer"] for e in answer.json["errors"]] == ["/sheet/lines/research/unit", "/sheet/currency"]
    assert ask(OFFICER, "GET", "/cost-sheets").json["items"] == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"volume": "0"}, "/sheet/volume"),
        ({"volume": 1000}, "/sheet/volume"),
        ({"volume": "1e9"}, "/sheet/volume"),
        ({"customer_rate": "five"}, "/sheet/customer_rate"),
        ({"term": "a year"}, "/sheet/term"),
        ({"risk_weight": "1300"}, "/sheet/risk_weight"),
        ({"currency": "yuan"}, "/sheet/currency"),
        ({"lines": {}}, "/sheet/lines/operating"),
        ({"margin": "9"}, "/sheet/margin"),
        ({"term": "P9Y"}, "/sheet/term"),
        ({"term": None}, "/sheet/term"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_pointed_at(ask: Ask, wrong: dict[str, Any], pointer: str) -> None:
    approved(ask)
    answer = ask(OFFICER, "POST", "/cost-sheets", {**NEW, "sheet": {**SHEET, **wrong}})
    assert answer.status_code == 422, answer.json
    assert pointer in [e["pointer"] for e in answer.json["errors"]]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"path": []}, "/content/path"),
        ({"path": ["0"]}, "/path"),
        ({"path": ["-1"]}, "/content/path/0"),
        ({"tax": "101"}, "/content/tax"),
        ({"curve": []}, "/content/curve"),
        ({"curve": [{"term": "P1Y", "rate": "1"}, {"term": "P12M", "rate": "2"}]}, "/curve/1/term"),
        ({"basis": ""}, "/content/basis"),
    ],
)
def test_what_is_wrong_with_assumptions_is_pointed_at(ask: Ask, wrong: dict[str, Any], pointer: str) -> None:
    answer = ask(OFFICER, "POST", "/finance-assumptions", {**BODY, "content": {**CONTENT, **wrong}})
    assert answer.status_code == 422, answer.json
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]


def test_what_is_not_there_is_not_found(ask: Ask) -> None:
    approved(ask)
    assert ask(OFFICER, "POST", "/cost-sheets", {**NEW, "product": "NONE"}).status_code == 404
    assert ask(OFFICER, "POST", "/cost-sheets", {**NEW, "version": 9}).status_code == 404
    assert ask(OFFICER, "GET", "/cost-sheets/9").status_code == 404
    assert ask(OFFICER, "GET", "/finance-assumptions/9").status_code == 404


def test_who_sells_does_not_see_what_is_earned(ask: Ask) -> None:
    approved(ask)
    sheet = worked_out(ask)
    assert ask(TELLER, "GET", f"/cost-sheets/{sheet['id']}").status_code == 403
    assert ask(TELLER, "GET", "/finance-assumptions").status_code == 403
    assert ask(TELLER, "POST", "/cost-sheets", NEW).status_code == 403
    assert ask(MANAGER, "POST", "/finance-assumptions", BODY).status_code == 403
    assert ask(MANAGER, "POST", "/cost-sheets", NEW).status_code == 201


def test_a_repeated_request_gives_the_first_sheet_again(ask: Ask) -> None:
    approved(ask)
    answers = [ask(OFFICER, "POST", "/cost-sheets", NEW, Idempotency_Key="once") for _ in range(2)]
    assert answers[0].json == answers[1].json
    page = ask(OFFICER, "GET", "/cost-sheets?product=TD").json
    assert [row["id"] for row in page["items"]] == [answers[0].json["id"]]


def test_neither_approved_assumptions_nor_sheets_are_changed_or_deleted(ask: Ask) -> None:
    found = approved(ask)
    sheet = worked_out(ask)["id"]
    with pytest.raises(RecordKept), unit_of_work() as uow:
        uow.get_one(FinanceAssumptions, found).content = {**CONTENT, "tax": "0"}
    with pytest.raises(RecordKept), unit_of_work() as uow:
        uow.delete(uow.get_one(FinanceAssumptions, found))
    with pytest.raises(RecordKept), unit_of_work() as uow:
        uow.get_one(CostSheet, sheet).result = {}
    with pytest.raises(RecordKept), unit_of_work() as uow:
        uow.delete(uow.get_one(CostSheet, sheet))


def test_drafts_approvals_and_sheets_stand_in_chains(ask: Ask) -> None:
    found = approved(ask)
    sheet = worked_out(ask)["id"]
    events = select(AuditEvent).where(AuditEvent.stream.in_([f"assumptions:{found}", f"cost_sheet:{sheet}"]))
    said = [(event.action, event.actor) for event in session().scalars(events.order_by(AuditEvent.id))]
    assert said == [
        ("assumptions.drafted", OFFICER),
        ("assumptions.approved", HEAD),
        ("cost_sheet.worked_out", OFFICER),
    ]
