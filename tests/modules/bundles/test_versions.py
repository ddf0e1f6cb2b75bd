"""A bundle on sale is changed by a new version that a second person approves; what it was is still known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import lxml.html
from flask import Flask

from app.kernel.clock import accounting_date
from tests.modules.bundles.test_bundles import AUTHOR, EXECUTIVE, NAMES, TWO, document, on_sale, pointers, written
from tests.modules.changes.conftest import Ask
from tests.shell.conftest import sign_in
from tests.shell.test_crawl import _complaints as complaints

OVER = {"reason": "Not wanted any more."}


def changed(ask: Ask, code: str, *members: dict[str, str], **more: Any) -> Any:
    body = {"names": NAMES, "document": document(*(members or TWO), **more)}
    return ask(AUTHOR, "POST", f"/bundles/{code}/versions", body)


def bonus(points: str) -> dict[str, Any]:
    return {"prices": {"prices": [{"product": "TD", "benefit": "rate_bonus", "basis_points": points}]}}


def states(ask: Ask, code: str) -> list[tuple[int, str]]:
    items = ask(AUTHOR, "GET", f"/bundles/{code}/versions").json["items"]
    return [(each["number"], each["state"]) for each in items]


def test_what_is_on_sale_stays_until_its_change_is_approved(ask: Ask, bank: Flask) -> None:
    written(ask, "B1", **bonus("5"))
    assert changed(ask, "B1").json["code"] == "wrong_state", "a draft is edited"
    on_sale(ask, "B1")
    first = ask(AUTHOR, "GET", "/bundles/B1").json
    assert changed(ask, "B1", **bonus("5")).json["number"] == 2
    assert ask(AUTHOR, "POST", "/bundles/B1/submit").json["code"] == "no_difference"
    assert changed(ask, "B1").json["code"] == "in_work"
    assert ask(AUTHOR, "POST", "/bundles/B1/drop", OVER).json["state"] == "withdrawn"
    assert ask(AUTHOR, "POST", "/bundles/B1/drop", OVER).json["code"] == "wrong_state"

    write_on_the_pages(bank)
    assert ask(AUTHOR, "GET", "/bundles/B1").json == first
    assert [each["number"] for each in ask(AUTHOR, "GET", "/bundles").json["items"]] == [1]
    assert [each["number"] for each in ask(AUTHOR, "GET", "/bundles?state=draft").json["items"]] == [3]
    on_sale(ask, "B1")
    assert states(ask, "B1") == [(3, "on_sale"), (2, "withdrawn"), (1, "superseded")]
    found = ask(AUTHOR, "GET", "/bundles/B1/versions/1/difference/3").json["changes"]
    (moved,) = [each for each in found if each["kind"] != "unchanged"]
    assert (moved["path"], moved["old"], moved["new"]) == (
        "prices.prices[product=TD,benefit=rate_bonus].basis_points", "5", "4"
    )  # fmt: skip

    past = {at: ask(AUTHOR, "GET", f"/bundles/B1?at={at}").json for at in (first["approved"], "2020-01-01")}
    assert past[first["approved"]]["document"] == first["document"]
    assert past["2020-01-01"]["code"] == "not_found"
    assert ask(AUTHOR, "GET", f"/bundles/B1?at={accounting_date(datetime.now(UTC))}").json["number"] == 3
    changed(ask, "B1")
    assert ask(AUTHOR, "POST", "/bundles/B1/withdraw", OVER).json["number"] == 3
    assert [state for _, state in states(ask, "B1")] == ["withdrawn", "withdrawn", "withdrawn", "superseded"]
    assert ask(AUTHOR, "GET", "/bundles/B1").json["number"] == 3, "the last one sold"
    assert changed(ask, "B1").json["code"] == "wrong_state"


def write_on_the_pages(bank: Flask) -> None:
    """A change begins with what is on sale; whoever approves sees what differs; each page is whole in its language."""
    client = bank.test_client()
    client.set_cookie("language", "zh")
    sign_in(client, AUTHOR)
    editor = lxml.html.fromstring(client.get("/bundles/B1/revise").text)
    for blank in editor.xpath("//template"):
        blank.drop_tree()
    form = dict(next(f for f in editor.forms if f.action == "/bundles/B1/revise").form_values())
    assert client.post("/bundles/B1/revise", data={**form, "names/en": "", "go": "save"}).status_code == 422
    points = "document/prices/prices/0/basis_points"
    begun = client.post("/bundles/B1/revise", data={**form, points: "4", "go": "save"})
    assert (form[points], begun.status_code, begun.location) == ("5", 303, "/bundles/B1/versions/3")
    assert client.get("/bundles/B1/revise").location == "/bundles/B1/versions/3"
    pages = {path: client.get(f"/bundles/B1{path}") for path in ("", "/versions/3", "/versions/1/difference/3")}
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert list(complaints(lxml.html.fromstring(page.text), "zh")) == []
    assert '/bundles/B1/versions/3"' in pages[""].text
    assert '<del class="diff-old"' in pages["/versions/3"].text
    assert client.get("/bundles/B1?at=2020-01-01").status_code == 422
    assert client.get("/bundles/B1?at=when").status_code == 422


def test_two_versions_that_take_each_other_in_are_not_both_approved(ask: Ask) -> None:
    for code in ("B1", "B2"):
        written(ask, code)
        on_sale(ask, code)
    for code, other in (("B1", "B2"), ("B2", "B1")):
        assert changed(ask, code, *TWO, {"bundle": other, "role": "optional"}).status_code == 201
        ask(AUTHOR, "POST", f"/bundles/{code}/submit")
    answers = [
        ask(EXECUTIVE, "POST", f"/bundles/{code}/approve", {"content_hash": last["content_hash"]})
        for code in ("B1", "B2")
        for last in ask(EXECUTIVE, "GET", f"/bundles/{code}/versions").json["items"][:1]
    ]
    assert answers[0].json["state"] == "on_sale"
    assert pointers(answers[1]) == [("/document/members/members/2", "contains_itself")]
