"""Records of risk are entered by one person and confirmed by another, are never changed, and hold by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session, unit_of_work
from app.modules.risk.models import RiskRecord, RiskRecordKept
from tests.modules.changes.conftest import Ask

OFFICER, HEAD = "chen.rui", "xu.feng"
LPR: dict[str, Any] = {"factor": "lpr_1y", "value": "3.00", "valid_from": "2026-05-20", "source": "LPR notice 5"}


def entered(ask: Ask, **other: Any) -> dict[str, Any]:
    answer = ask(OFFICER, "POST", "/risk/factors", {**LPR, **other})
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def confirmed(ask: Ask, row: dict[str, Any]) -> dict[str, Any]:
    answer = ask(HEAD, "POST", f"/risk/{row['book']}/{row['id']}/confirm", {"content_hash": row["content_hash"]})
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def holding(ask: Ask, day: str, **more: str) -> list[str]:
    asked = "&".join(f"{name}={value}" for name, value in {"day": day, **more}.items())
    return [item["content"]["value"] for item in ask("lin.yue", "GET", f"/risk/factors?{asked}").json["items"]]


def test_a_record_holds_from_its_day_on_once_another_person_has_confirmed_it(ask: Ask) -> None:
    row = entered(ask)
    assert holding(ask, "2026-06-01") == []
    assert confirmed(ask, row)["content"] == {"factor": "lpr_1y", "value": "3.00", "unit": "percent"}
    assert (holding(ask, "2026-05-19"), holding(ask, "2026-05-20")) == ([], ["3.00"])
    assert holding(ask, "2026-06-01", known_at="2020-01-01") == []
    assert holding(ask, "2026-06-01", known_at="9999-12-31") == holding(ask, "2026-06-01")
    confirmed(ask, entered(ask, value="2.90", valid_from="2026-06-22"))
    assert (holding(ask, "2026-06-21"), holding(ask, "2026-06-22")) == (["3.00"], ["2.90"])


def test_who_entered_it_does_not_confirm_it_and_nobody_outside_risk_does_either(ask: Ask) -> None:
    row = ask(HEAD, "POST", "/risk/factors", LPR).json
    shown = {"content_hash": row["content_hash"]}
    for somebody in (HEAD, OFFICER, "lin.yue", "zheng.hao"):
        assert ask(somebody, "POST", f"/risk/factors/{row['id']}/confirm", shown).status_code == 403
    assert ask("lin.yue", "POST", "/risk/factors", LPR).status_code == 403


def test_a_confirmation_binds_to_what_was_shown_and_is_given_once(ask: Ask) -> None:
    row = entered(ask)
    path = f"/risk/factors/{row['id']}/confirm"
    assert ask(HEAD, "POST", path, {"content_hash": "0" * 64}).json["code"] == "not_what_was_shown"
    confirmed(ask, row)
    assert ask(HEAD, "POST", path, {"content_hash": row["content_hash"]}).json["code"] == "confirmed"
    assert ask(HEAD, "POST", "/risk/factors/99/confirm", {"content_hash": "0"}).status_code == 404


def test_a_record_is_read_with_its_tag_and_the_same_key_enters_it_once(ask: Ask) -> None:
    first = ask(OFFICER, "POST", "/risk/factors", LPR, Idempotency_Key="one").json
    assert ask(OFFICER, "POST", "/risk/factors", LPR, Idempotency_Key="one").json["id"] == first["id"]
    before = ask("lin.yue", "GET", f"/risk/factors/{first['id']}")
    confirmed(ask, first)
    assert ask("lin.yue", "GET", f"/risk/factors/{first['id']}").headers["ETag"] != before.headers["ETag"]


def test_the_list_pages_through_all_that_was_entered(ask: Ask) -> None:
    made = [entered(ask)["id"] for _ in range(3)]
    first = ask("jin.cheng", "GET", "/risk/factors?limit=2").json
    rest = ask("jin.cheng", "GET", f"/risk/factors?limit=2&cursor={first['next']}").json
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"factor": "weather"}, "/factor"),
        ({"value": 3.0}, "/value"),
        ({"value": "3,00"}, "/value"),
        ({"value": "1e3"}, "/value"),
        ({"factor": "regulation"}, "/note"),
        ({"factor": "regulation", "note": "New rules."}, "/value"),
        ({"valid_from": "soon"}, "/valid_from"),
        ({"valid_from": "1950-01-01"}, "/valid_from"),
        ({"source": ""}, "/source"),
        ({"unit": "bp"}, "/unit"),
    ],
)
def test_what_is_wrong_is_pointed_at(ask: Ask, wrong: dict[str, Any], pointer: str) -> None:
    answer = ask(OFFICER, "POST", "/risk/factors", {**LPR, **wrong})
    assert answer.status_code == 422, answer.json
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]


def test_a_factor_that_is_a_figure_needs_one(ask: Ask) -> None:
    answer = ask(OFFICER, "POST", "/risk/factors", {k: v for k, v in LPR.items() if k != "value"})
    assert [e["pointer"] for e in answer.json["errors"]] == ["/value"]


def test_a_record_is_never_changed_nor_deleted(ask: Ask) -> None:
    row = confirmed(ask, entered(ask))
    with pytest.raises(RiskRecordKept), unit_of_work() as uow:
        uow.get_one(RiskRecord, row["id"]).valid_from = date(2020, 1, 1)
    with pytest.raises(RiskRecordKept), unit_of_work() as uow:
        uow.get_one(RiskRecord, row["id"]).confirmed_by = "lin.yue"
    with pytest.raises(RiskRecordKept), unit_of_work() as uow:
        uow.delete(uow.get_one(RiskRecord, row["id"]))


def test_every_entry_and_confirmation_stands_in_a_chain(ask: Ask) -> None:
    row = confirmed(ask, entered(ask))
    events = select(AuditEvent).where(AuditEvent.stream == f"risk_record:{row['id']}").order_by(AuditEvent.number)
    said = [(event.action, event.actor) for event in session().scalars(events)]
    assert said == [("risk.entered", OFFICER), ("risk.confirmed", HEAD)]
