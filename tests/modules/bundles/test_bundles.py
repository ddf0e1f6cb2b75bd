"""A bundle is written by one person, approved by another, sold as it was approved; what it requires does not leave."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.database import unit_of_work
from app.modules.bundles.models import BundleVersion, FixedBundle
from tests.modules.changes.conftest import Ask
from tests.shell.conftest import sign_in, token_of
from tests.shell.test_crawl import _complaints as complaints

AUTHOR, HEAD, EXECUTIVE = "lin.yue", "zhao.heng", "wang.zhiyuan"
NAMES = {"en": "Savers", "zh": "储蓄组合"}


def document(*members: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"terms": {"currency": "CNY"}, "members": {"members": list(members)}, **more}


TWO = ({"product": "TD", "role": "required"}, {"product": "TD2", "role": "optional"})


def written(ask: Ask, code: str, *members: dict[str, str], who: str = AUTHOR, **more: Any) -> Any:
    body = {"code": code, "names": NAMES, "document": document(*(members or TWO), **more)}
    return ask(who, "POST", "/bundles", body)


def on_sale(ask: Ask, code: str) -> None:
    assert ask(AUTHOR, "POST", f"/bundles/{code}/submit").json["state"] == "in_approval"
    shown = {"content_hash": ask(EXECUTIVE, "GET", f"/bundles/{code}/versions").json["items"][0]["content_hash"]}
    assert ask(AUTHOR, "POST", f"/bundles/{code}/approve", shown).status_code == 403
    assert (
        ask(EXECUTIVE, "POST", f"/bundles/{code}/approve", {"content_hash": "0" * 64}).json["code"] == "approval_void"
    )
    assert ask(EXECUTIVE, "POST", f"/bundles/{code}/approve", shown).json["state"] == "on_sale"


def pointers(answer: Any) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.json["errors"]]


def test_a_product_that_a_bundle_on_sale_requires_does_not_leave(ask: Ask, bank: Flask) -> None:
    price = {"product": "TD", "benefit": "rate_bonus", "basis_points": "5"}
    assert written(ask, "B1", prices={"prices": [price]}).json["contradictions"] == []
    leave = {"product": "TD", "reason": "Too small."}
    on_sale(ask, "B1")
    outer = ({"bundle": "B1", "role": "required"}, {"product": "TD2", "role": "optional"})
    assert written(ask, "B2", *outer).status_code == 201
    on_sale(ask, "B2")

    answer = ask(HEAD, "POST", "/exits", leave)
    assert (answer.status_code, answer.json["code"]) == (409, "depended_on")
    assert pointers(answer) == [("/bundles/B1", "in_a_bundle")]
    assert "Savers" in answer.json["errors"][0]["detail"]
    over = {"reason": "Not wanted any more."}
    assert pointers(ask(AUTHOR, "POST", "/bundles/B1/withdraw", over)) == [("/bundles/B2", "in_a_bundle")]
    for language in ("en", "zh"):
        read_the_pages(bank, language)
    for code in ("B2", "B1"):
        assert ask(AUTHOR, "POST", f"/bundles/{code}/withdraw", over).json["state"] == "withdrawn"
    assert ask(AUTHOR, "GET", "/bundles").json["items"] == []
    assert ask(HEAD, "POST", "/exits", leave).status_code == 201


def read_the_pages(bank: Flask, language: str) -> None:
    """Whole in their language; a form that is refused says so beside its field and keeps what was typed."""
    client = bank.test_client()
    client.set_cookie("language", language)
    sign_in(client, AUTHOR)
    pages = {path: client.get(path) for path in ("/bundles", "/bundles/B1", "/bundles/new", "/products/TD")}
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert list(complaints(lxml.html.fromstring(page.text), language)) == []
    assert "1.6%" in pages["/bundles/B1"].text
    assert "/bundles/B1" in pages["/products/TD"].text
    form = {
        "csrf_token": token_of(pages["/bundles/new"].text),
        "code": "B9",
        "names/zh": "组合",
        "names/en": "Bundle",
        "document/terms/currency": "CNY",
        "document/members/members/0/product": "TD",
        "document/members/members/0/role": "required",
        "document/members/members/2/product": "XX",
        "document/members/members/2/role": "optional",
    }
    more = client.post("/bundles/new", data={**form, "go": "add:document/prices/prices"})
    assert "document/prices/prices/0/benefit" in more.text
    answer = client.post("/bundles/new", data={**form, "go": "save"})
    assert answer.status_code == 422
    page = lxml.html.fromstring(answer.text)
    assert page.xpath("//input[@name='document/members/members/1/product' and @value='XX']")


def test_a_bundle_never_contains_itself(ask: Ask) -> None:
    itself = {"bundle": "B1", "role": "required"}
    assert pointers(written(ask, "B1", *TWO, itself)) == [("/document/members/members/2", "contains_itself")]
    written(ask, "B1")
    written(ask, "B2", {"bundle": "B1", "role": "optional"}, *TWO)
    body = {"names": NAMES, "document": document(*TWO, {"bundle": "B2", "role": "required"})}
    tag = ask(AUTHOR, "GET", "/bundles/B1").headers["ETag"]
    assert ask(AUTHOR, "PATCH", "/bundles/B1", body).status_code == 428
    answer = ask(AUTHOR, "PATCH", "/bundles/B1", body, If_Match=tag)
    assert pointers(answer) == [("/document/members/members/2", "contains_itself")]
    assert "B1 → B2 → B1" in answer.json["errors"][0]["detail"]
    # A draft within another is drafted and not sold.
    submitted = ask(AUTHOR, "POST", "/bundles/B2/submit")
    assert pointers(submitted) == [("/document/members/members/0", "not_on_sale")]


def test_a_draft_is_its_authors_and_fixed_from_its_submission_on(ask: Ask) -> None:
    assert written(ask, "B1", who="chen.rui").status_code == 403
    assert written(ask, "B1", *TWO, {"product": "TD", "role": "none"}).status_code == 422
    written(ask, "B1")
    assert written(ask, "B1").json["code"] == "code_taken"
    assert ask(HEAD, "POST", "/bundles/B1/submit").json["code"] == "not_the_author"
    ask(AUTHOR, "POST", "/bundles/B1/submit")
    with pytest.raises(FixedBundle), unit_of_work() as uow:
        uow.scalars(select(BundleVersion)).one().document = {}
    assert ask(EXECUTIVE, "POST", "/bundles/B1/send-back", {"reason": "Which price?"}).json["state"] == "draft"
    told = {who: ask(who, "GET", "/notices").json["items"] for who in (AUTHOR, HEAD)}
    assert [[each["what"] for each in told[who]] for who in told] == [["bundle.sent_back"], ["bundle.to_approve"]]
    tag = ask(AUTHOR, "GET", "/bundles/B1").headers["ETag"]
    body = {"names": {**NAMES, "en": "Young savers"}, "document": document(*TWO)}
    assert ask(AUTHOR, "PATCH", "/bundles/B1", body, If_Match=tag).json["names"]["en"] == "Young savers"
    on_sale(ask, "B1")
    assert ask(AUTHOR, "POST", "/bundles/B1/submit").json["code"] == "wrong_state"


def test_a_bundle_goes_from_draft_to_sale_on_its_pages(ask: Ask, bank: Flask) -> None:
    written(ask, "B1")
    path, people = "/bundles/B1", {who: bank.test_client() for who in (AUTHOR, EXECUTIVE)}
    for who, client in people.items():
        sign_in(client, who)

    def press(who: str, verb: str, **fields: str) -> int:
        token = token_of(people[who].get(path).text)
        return people[who].post(f"{path}/{verb}", data={"csrf_token": token, **fields}).status_code

    editor = lxml.html.fromstring(people[AUTHOR].get(f"{path}/edit").text)
    for blank in editor.xpath("//template"):  # what a browser adds rows from is none of the form
        blank.drop_tree()
    form = dict(next(f for f in editor.forms if f.action == f"{path}/edit").form_values())
    assert people[AUTHOR].post(f"{path}/edit", data={**form, "shown": "old", "go": "save"}).status_code == 412
    assert people[AUTHOR].post(f"{path}/edit", data={**form, "names/en": "Young", "go": "save"}).status_code == 303
    assert press(AUTHOR, "submit") == 303
    assert people[AUTHOR].get(f"{path}/edit").status_code == 409
    assert press(EXECUTIVE, "send_back") == 422
    page = lxml.html.fromstring(people[EXECUTIVE].get(path).text)
    assert press(EXECUTIVE, "approve", **dict(page.get_element_by_id("approve").form_values())) == 303
    assert press(AUTHOR, "withdraw", reason="Over.") == 303
    last = people[AUTHOR].get(path).text
    assert "Young" in last
    assert "Over." in last
