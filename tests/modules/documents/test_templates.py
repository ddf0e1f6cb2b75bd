"""Texts for customers are written by one person, approved by another, fixed from then on, and used by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.clock import accounting_date, now
from app.kernel.database import end_read, session, unit_of_work
from app.modules.documents.models import ApprovedText, TemplateVersion
from app.modules.documents.queries import in_force
from tests.modules.changes.conftest import Ask

WRITER, APPROVER, COMPLIANCE, AUDITOR = "lin.yue", "dong.li", "ma.chao", "jin.cheng"
KEY = "deposit-rate-existing"
TEXTS = {"zh": "自{effective_day}起调整{product}利率。", "en": "{product} changes on {effective_day}."}
BODY: dict[str, Any] = {
    "key": KEY,
    "kind": "customer_notice",
    "names": {"en": "Rates", "zh": "利率"},
    "families": ["deposit"],
    "change_types": ["rate"],
    "holder": "existing",
    "texts": TEXTS,
}
ONE = f"/templates/{KEY}/versions/1"


def today() -> date:
    found = accounting_date(now())
    end_read()
    return found


def written(ask: Ask, who: str = WRITER, **other: Any) -> dict[str, Any]:
    answer = ask(who, "POST", "/templates", {**BODY, **other})
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json
    return found


def approved(ask: Ask, number: int = 1, who: str = APPROVER) -> Any:
    path = f"/templates/{KEY}/versions/{number}"
    shown = ask(AUDITOR, "GET", path).json["content_hash"]
    return ask(who, "POST", f"{path}/approve", {"content_hash": shown})


def used(day: date) -> list[int]:
    found = [f.version.number for f in in_force(session(), "customer_notice", day)]
    end_read()
    return found


def test_a_text_is_used_once_a_second_person_approved_it(ask: Ask) -> None:
    found = written(ask)
    assert [(v["number"], v["state"], v["in_force"]) for v in found["versions"]] == [(1, "draft", False)]
    assert used(today()) == []
    answer = approved(ask)
    assert (answer.json["state"], answer.json["in_force"], answer.json["approved_by"]) == ("approved", True, APPROVER)
    assert used(today()) == [1]
    assert used(today() - timedelta(days=1)) == []


@pytest.mark.parametrize("who", [WRITER, "yu.qing", "han.bing", AUDITOR, "wang.zhiyuan"])
def test_only_a_head_of_consumer_protection_or_compliance_approves(ask: Ask, who: str) -> None:
    written(ask)
    assert approved(ask, who=who).status_code == 403
    assert approved(ask, who=COMPLIANCE).status_code == 200


@pytest.mark.parametrize("who", [APPROVER, AUDITOR, "chen.rui", "tan.xue"])
def test_only_product_managers_write_and_everybody_reads(ask: Ask, who: str) -> None:
    assert ask(who, "POST", "/templates", BODY).status_code == 403
    written(ask)
    assert ask(who, "POST", f"/templates/{KEY}/versions", {"texts": TEXTS}).status_code == 403
    assert ask(who, "GET", ONE).json["texts"] == TEXTS


def test_an_approval_binds_to_the_text_that_was_shown(ask: Ask) -> None:
    written(ask)
    shown = ask(APPROVER, "GET", ONE)
    edited = {"texts": {**TEXTS, "en": "Otherwise: {product}."}}
    assert ask(WRITER, "PATCH", ONE, edited, If_Match=shown.headers["ETag"]).status_code == 200
    answer = ask(APPROVER, "POST", f"{ONE}/approve", {"content_hash": shown.json["content_hash"]})
    assert (answer.status_code, answer.json["code"]) == (409, "approval_void")


def test_a_draft_is_changed_by_its_author_alone_and_only_as_it_was_seen(ask: Ask) -> None:
    written(ask)
    tag = ask(WRITER, "GET", ONE).headers["ETag"]
    body = {"texts": {**TEXTS, "zh": "{product}"}}
    assert ask(WRITER, "PATCH", ONE, body).status_code == 428
    assert ask("he.jia", "PATCH", ONE, body, If_Match=tag).json["code"] == "not_the_author"
    assert ask(WRITER, "PATCH", ONE, body, If_Match=tag).status_code == 200
    assert ask(WRITER, "PATCH", ONE, body, If_Match=tag).status_code == 412


def test_a_later_approval_replaces_the_former_from_its_day_on(ask: Ask) -> None:
    written(ask)
    approved(ask)
    day = today() + timedelta(days=10)
    body = {"texts": TEXTS, "valid_from": day.isoformat()}
    assert ask(WRITER, "POST", f"/templates/{KEY}/versions", body).json["number"] == 2
    assert ask(WRITER, "POST", f"/templates/{KEY}/versions", body).json["code"] == "draft_open"
    approved(ask, 2)
    assert (used(today()), used(day - timedelta(days=1)), used(day)) == ([1], [1], [2])
    states = {v["number"]: v["state"] for v in ask(AUDITOR, "GET", f"/templates/{KEY}").json["versions"]}
    assert states == {1: "superseded", 2: "approved"}


def test_a_withdrawn_text_is_offered_no_more_and_nothing_comes_back_by_itself(ask: Ask) -> None:
    written(ask)
    approved(ask)
    assert ask(WRITER, "POST", f"{ONE}/withdraw", {"reason": "Wrong."}).status_code == 403
    answer = ask(APPROVER, "POST", f"{ONE}/withdraw", {"reason": "Misleading."})
    assert (answer.json["state"], answer.json["in_force"], answer.json["reason"]) == ("withdrawn", False, "Misleading.")
    assert used(today()) == []
    assert ask(APPROVER, "POST", f"{ONE}/withdraw", {"reason": "Again."}).json["code"] == "wrong_state"
    assert approved(ask).json["code"] == "wrong_state"


def test_a_draft_is_dropped_by_a_product_manager_and_never_used(ask: Ask) -> None:
    written(ask)
    assert ask("he.jia", "POST", f"{ONE}/withdraw", {"reason": "Not needed."}).json["state"] == "withdrawn"
    assert ask(WRITER, "POST", f"/templates/{KEY}/versions", {"texts": TEXTS}).json["number"] == 2


def test_an_approved_text_is_never_changed_nor_deleted(ask: Ask) -> None:
    written(ask)
    approved(ask)
    tag = ask(WRITER, "GET", ONE).headers["ETag"]
    assert ask(WRITER, "PATCH", ONE, {"texts": TEXTS}, If_Match=tag).json["code"] == "wrong_state"
    with pytest.raises(ApprovedText), unit_of_work() as uow:
        uow.scalars(select(TemplateVersion)).one().texts = {"zh": "x", "en": "x"}
    with pytest.raises(ApprovedText), unit_of_work() as uow:
        uow.delete(uow.scalars(select(TemplateVersion)).one())


@pytest.mark.parametrize(
    ("wrong", "pointer", "said"),
    [
        (
            {"texts": {**TEXTS, "en": "Dear {customer}"}},
            "/texts/en",
            "Line 1, position 6: there is no merge field {customer}.",
        ),
        ({"texts": {**TEXTS, "zh": "尊敬的\n{product"}}, "/texts/zh", "Line 2, position 1: this brace has no pair."),
        ({"texts": {**TEXTS, "zh": "  \n "}}, "/texts/zh", "This is required."),
        ({"texts": {"zh": "{product}"}}, "/texts/en", ""),
        ({"texts": {**TEXTS, "en": "x" * 2001}}, "/texts/en", ""),
        ({"texts": {**TEXTS, "en": 7}}, "/texts/en", ""),
        ({"texts": {**TEXTS, "fr": "{product}"}}, "/texts/fr", ""),
        ({"key": "deposit"}, "/key", ""),
        ({"key": "Deposit-Rate"}, "/key", ""),
        ({"kind": "poem"}, "/kind", ""),
        ({"families": ["deposit", "bonds"]}, "/families/1", ""),
        ({"change_types": ["price"]}, "/change_types/0", ""),
        ({"holder": "somebody"}, "/holder", ""),
        ({"names": {"en": ""}}, "/names/en", ""),
        ({"valid_from": "2020-01-01"}, "/valid_from", "Must be today or later."),
        ({"valid_from": "soon"}, "/valid_from", ""),
        ({"approved_by": "dong.li"}, "/approved_by", ""),
    ],
)
def test_what_is_wrong_is_pointed_at_and_nothing_is_kept(
    ask: Ask, wrong: dict[str, Any], pointer: str, said: str
) -> None:
    answer = ask(WRITER, "POST", "/templates", {**BODY, **wrong})
    assert answer.status_code == 422, answer.json
    assert pointer in [e["pointer"] for e in answer.json["errors"]]
    assert any(said in e["detail"] for e in answer.json["errors"])
    assert ask(WRITER, "GET", "/templates").json["items"] == []


def test_a_key_is_taken_once_and_the_list_pages_by_key(ask: Ask) -> None:
    written(ask)
    assert ask(WRITER, "POST", "/templates", BODY).json["code"] == "key_taken"
    written(ask, key="a-poster", kind="promotional_material")
    first = ask(AUDITOR, "GET", "/templates?limit=1").json
    rest = ask(AUDITOR, "GET", f"/templates?limit=1&cursor={first['next']}").json
    assert [t["key"] for t in first["items"] + rest["items"]] == ["a-poster", KEY]
    assert rest["next"] is None
    only = ask(AUDITOR, "GET", "/templates?kind=promotional_material").json["items"]
    assert [t["key"] for t in only] == ["a-poster"]


def test_what_is_not_there_is_not_found(ask: Ask) -> None:
    written(ask)
    for path in ("/templates/no-such", f"/templates/{KEY}/versions/2", f"{ONE}/preview?product=NONE"):
        assert ask(WRITER, "GET", path).status_code == 404
    assert ask(WRITER, "POST", "/templates/no-such/versions", {"texts": TEXTS}).status_code == 404


def test_a_template_is_previewed_with_a_real_product(ask: Ask) -> None:
    written(ask)
    texts = ask(AUDITOR, "GET", f"{ONE}/preview?product=TD").json["texts"]
    assert texts["zh"].endswith("起调整整存整取利率。")
    assert texts["en"].startswith("Time deposit changes on ")


def test_everything_stands_in_the_audit_chain(ask: Ask) -> None:
    written(ask)
    tag = ask(WRITER, "GET", ONE).headers["ETag"]
    ask(WRITER, "PATCH", ONE, {"texts": {**TEXTS, "zh": "{product}"}}, If_Match=tag)
    approved(ask)
    ask(APPROVER, "POST", f"{ONE}/withdraw", {"reason": "Over."})
    events = select(AuditEvent).where(AuditEvent.stream == f"text_template:{KEY}").order_by(AuditEvent.number)
    said = [(event.action, event.actor) for event in session().scalars(events)]
    assert said == [
        ("template.created", WRITER),
        ("template.edited", WRITER),
        ("template.approved", APPROVER),
        ("template.withdrawn", APPROVER),
    ]
