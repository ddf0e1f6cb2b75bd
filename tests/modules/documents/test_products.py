"""A document of a product keeps what it said; live terms that say otherwise are found by asking, as of any day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.clock import start_of_day
from app.kernel.database import unit_of_work
from app.modules.documents.models import ApprovedText, ProductDocument
from tests.modules.changes.conftest import Ask
from tests.modules.documents.test_templates import today
from tests.processes.bank import TIME_DEPOSIT, dearer, put_live
from tests.processes.play import Play
from tests.shell.conftest import client_of, sign_in, token_of
from tests.shell.test_crawl import _complaints as complaints

OWNER, LEGAL, AUDITOR = "lin.yue", "feng.lei", "jin.cheng"
KEY = "contract-time-deposit"
CONTRACT: dict[str, Any] = {
    "key": KEY,
    "kind": "contract",
    "names": {"en": "Deposit agreement", "zh": "存款协议书"},
    "types": ["time_deposit"],
    "texts": {
        "zh": "{product}：{terms.minimum}起存，利率{rates.tiers}。",
        "en": "{product}: from {terms.minimum} at {rates.tiers}",
    },
}


def approved(ask: Ask, **other: Any) -> None:
    """A template, put into use by the head of legal."""
    assert ask(OWNER, "POST", "/templates", {**CONTRACT, **other}).status_code == 201
    path = f"/templates/{other.get('key', KEY)}/versions/1"
    shown = {"content_hash": ask(AUDITOR, "GET", path).json["content_hash"]}
    assert ask("dong.li", "POST", f"{path}/approve", shown).status_code == 403
    assert ask(LEGAL, "POST", f"{path}/approve", shown).status_code == 200


def made(ask: Ask, **other: Any) -> Any:
    return ask(OWNER, "POST", "/products/TD/documents", {"template": KEY, "version": 1, **other})


def contradicting(ask: Ask, day: date) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(AUDITOR, "GET", f"/documents?contradicting=true&day={day}").json["items"]
    return found


def test_a_document_that_contradicts_the_live_terms_is_flagged_from_their_day_on(
    ask: Ask, play: Play, bank: Flask
) -> None:
    approved(ask)
    answer = made(ask)
    assert answer.status_code == 201, answer.json
    zh, en = answer.json["items"]
    rates = "1.55% a year (interest counted on the actual days over a year of 360 days)"
    assert (en["language"], en["text"]) == ("en", f"Time deposit: from CNY 50 at 1 year: {rates}")
    assert (zh["version"], zh["live_version"], zh["contradictions"]) == (1, 1, [])
    assert contradicting(ask, today()) == []

    changed = today() + timedelta(days=10)
    play.step(lambda uow: put_live(uow, "TD", dearer(TIME_DEPOSIT, "1.45"), start_of_day(changed), play.now))
    assert contradicting(ask, changed - timedelta(days=1)) == []
    assert len(contradicting(ask, date.max)) == 2
    found = contradicting(ask, changed)
    assert [each["id"] for each in found] == [en["id"], zh["id"]]
    assert found[0]["contradictions"] == [
        {
            "path": "rates.tiers[kind=fixed,term=P1Y].rate",
            "labels": {"zh": "1年", "en": "1 year"},
            "says": {"zh": "1.55%", "en": "1.55%"},
            "live": {"zh": "1.45%", "en": "1.45%"},
        }
    ]
    late = made(ask, valid_from=changed.isoformat())
    assert [e["code"] for e in late.json["errors"]] == ["not_in_force"]
    renewed = made(ask, version=2, valid_from=changed.isoformat())
    assert renewed.status_code == 201
    assert contradicting(ask, changed) == []
    again = made(ask).json["items"]
    assert {each["valid_to"] for each in again} == {changed.isoformat()}

    path = f"/documents/{again[1]['id']}/withdraw"
    assert ask("he.jia", "POST", path, {"reason": "x"}).status_code == 403
    assert ask(LEGAL, "POST", path, {"reason": "Misprinted."}).json["reason"] == "Misprinted."
    assert ask(OWNER, "POST", path, {"reason": "Again."}).json["code"] == "wrong_state"
    with pytest.raises(ApprovedText), unit_of_work() as uow:
        uow.scalars(select(ProductDocument)).first().text = "x"
    for language in ("en", "zh"):
        read_the_pages(bank, language, en["id"], changed)


def test_a_figure_that_was_typed_is_shown_to_writer_approver_and_reader_and_is_no_contradiction(
    ask: Ask, play: Play, bank: Flask
) -> None:
    texts = {"zh": "{product}：1年期利率百分之一点五五，5万元起存。", "en": "{product}: {terms.minimum} at 1.55%."}
    approved(ask, texts=texts)
    version = ask(LEGAL, "GET", f"/templates/{KEY}/versions/1").json
    typed = [(each["language"], each["kind"], each["text"], each["position"]) for each in version["typed"]]
    assert typed == [
        ("zh", "term", "1年", 11),
        ("zh", "percent", "百分之一点五五", 16),
        ("zh", "amount", "5万元", 24),
        ("en", "percent", "1.55%", 31),
    ]
    zh, en = made(ask).json["items"]
    assert ([each["text"] for each in zh["typed"]], en["typed"], zh["contradictions"]) == (["5万元"], [], [])

    changed = today() + timedelta(days=10)
    play.step(lambda uow: put_live(uow, "TD", dearer(TIME_DEPOSIT, "1.45"), start_of_day(changed), play.now))
    assert contradicting(ask, changed) == []
    listed = {each["id"]: each for each in ask(AUDITOR, "GET", f"/documents?typed=true&day={changed}").json["items"]}
    assert [each["text"] for each in listed[en["id"]]["typed"]] == ["1.55%"]
    assert [each["text"] for each in listed[zh["id"]]["typed"]] == ["百分之一点五五", "5万元"]
    for who, path, said in (
        (OWNER, f"/templates/{KEY}/edit", "use a merge field"),
        (LEGAL, f"/templates/{KEY}", "line 1, position 31"),
        (AUDITOR, f"/documents/{zh['id']}?day={changed}", "Typed; not among the terms"),
        (AUDITOR, f"/documents?typed=yes&day={changed}", "百分之一点五五"),
        (OWNER, "/products/TD/documents/new", "Typed; not among the terms"),
        (OWNER, "/products/TD", "1 typed figure is not among the terms"),
    ):
        assert said in client_of(bank, who).get(path).text, path


def test_a_document_for_later_is_not_measured_by_the_terms_of_today(ask: Ask, play: Play, bank: Flask) -> None:
    approved(ask)
    changed = today() + timedelta(days=10)
    play.step(lambda uow: put_live(uow, "TD", dearer(TIME_DEPOSIT, "1.45"), start_of_day(changed), play.now))
    (number,) = {
        each["id"] for each in made(ask, version=2, valid_from=changed.isoformat(), languages=["en"]).json["items"]
    }
    client = client_of(bank, OWNER)
    for path in ("/products/TD", f"/documents/{number}"):
        assert "Contradicts" not in client.get(path).text
    assert ask(OWNER, "GET", f"/documents/{number}").json["contradictions"] == []
    assert ask(OWNER, "GET", f"/documents/{number}?day={today()}").json["contradictions"] != []


def read_the_pages(bank: Flask, language: str, number: int, day: date) -> None:
    """Whole in their language, and what is contradicted stands where people look."""
    client = bank.test_client()
    client.set_cookie("language", language)
    sign_in(client, OWNER)
    paths = ("/documents", f"/documents/{number}?day={day}", "/products/TD", "/products/TD/documents/new")
    pages = {path: client.get(path) for path in paths}
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert list(complaints(lxml.html.fromstring(page.text), language)) == []
    assert "1.45%" in pages[paths[1]].text
    token = token_of(pages[paths[3]].text)
    sent = {"csrf_token": token, "template": KEY, "version": "2", "languages": ["zh"], "valid_from": "2020-01-01"}
    assert client.post(paths[3], data=sent).status_code == 422
    made = client.post(paths[3], data={**sent, "valid_from": day.isoformat()})
    assert made.status_code == 303
    for status in (303, 409):
        answer = client.post(f"{made.location}/withdraw", data={"csrf_token": token, "reason": "Wrong paper."})
        assert answer.status_code == status
    assert "1.45%" in client.post("/products/TD/documents/preview", data=sent).text
    assert client.get("/templates/fields?types=time_deposit&families=none").status_code == 200


@pytest.mark.parametrize(
    ("other", "asked", "pointer", "code"),
    [
        ({"texts": {"zh": "{terms.early_withdrawal}", "en": "x"}}, {}, "/template", "nothing_to_state"),
        ({"types": ["large_cd"]}, {}, "/template", "no_template"),
        ({}, {"valid_from": "2020-01-01"}, "/template", "no_template"),
        ({}, {"languages": ["zh", "fr"]}, "/languages/1", None),
    ],
)
def test_what_cannot_be_made_is_refused_where_it_is_wrong(
    ask: Ask, other: dict[str, Any], asked: dict[str, Any], pointer: str, code: str | None
) -> None:
    approved(ask, **other)
    answer = made(ask, **asked)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert code in (None, answer.json["errors"][0]["code"])


@pytest.mark.parametrize(
    ("other", "pointer"),
    [
        ({"texts": {"zh": "{benchmark.low}", "en": "x"}}, "/texts/zh"),
        ({"families": ["loan"]}, "/types/0"),
        ({"kind": "customer_notice", "texts": {"zh": "长" * 2001, "en": "x"}}, "/texts/zh"),
    ],
)
def test_a_template_names_only_what_its_types_describe(ask: Ask, other: dict[str, Any], pointer: str) -> None:
    answer = ask(OWNER, "POST", "/templates", {**CONTRACT, **other})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
