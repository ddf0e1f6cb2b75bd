"""Ceilings on their page, and beside the rates that are proposed, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.modules.changes.test_pages import DEPOSIT, PRODUCT, RATE, begin, fields_of
from tests.processes.bank import dearer
from tests.processes.play import Play
from tests.processes.test_pricing import ceiling
from tests.shell.conftest import client_of, token_of
from tests.shell.test_crawl import _complaints as complaints

PAGE = "/products/rate-ceilings"
FORM = {
    "family": "deposit",
    "product_type": "time_deposit",
    "currency": "CNY",
    "term": "P1Y",
    "value": "0.90",
    "day_count": "ACT/360",
    "valid_from": "2026-01-01",
    "document": "Convention 7",
}


@pytest.fixture
def as_person(bank: Flask, play: Play) -> Callable[..., FlaskClient]:
    """A signed-in client of a person of the demo bank, with a deposit on sale."""
    play.sell({PRODUCT: DEPOSIT})
    return partial(client_of, bank)


def text_of(page: str) -> str:
    return " ".join(lxml.html.fromstring(page).text_content().split())


def test_an_officer_enters_and_the_head_confirms(as_person: Callable[..., FlaskClient]) -> None:
    officer, head = as_person("zheng.hao"), as_person("xie.na")
    page = officer.get(PAGE).text
    assert "No ceiling is in force" in page
    assert officer.post(PAGE, data={**FORM, "csrf_token": token_of(page)}).status_code == 303
    assert f"{PAGE}/1/confirm" not in officer.get(PAGE).text
    page = head.get(PAGE).text
    assert f"{PAGE}/1/confirm" in page
    assert head.post(f"{PAGE}/1/confirm", data={"csrf_token": token_of(page)}).status_code == 303
    assert "0.9 % ACT/360" in text_of(as_person("tan.xue").get(PAGE).text).replace("\u00a0", " ")
    assert "Enter a ceiling" not in as_person("lin.yue").get(PAGE).text


@pytest.mark.parametrize(
    ("name", "value"), [("value", "one"), ("valid_from", ""), ("document", " "), ("currency", "¥")]
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    as_person: Callable[..., FlaskClient], name: str, value: str
) -> None:
    client = as_person("zheng.hao")
    sent = {**FORM, name: value, "csrf_token": token_of(client.get(PAGE).text)}
    answer = client.post(PAGE, data=sent)
    assert answer.status_code == 422
    form = lxml.html.fromstring(answer.text)
    assert form.get_element_by_id(f"f-{name}-error").text_content().strip()
    other = "document" if name != "document" else "value"
    assert form.get_element_by_id(f"f-{other}").get("value") == FORM[other]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages_are_whole(as_person: Callable[..., FlaskClient], play: Play, language: str) -> None:
    ceiling(play, "1.55", product_type="time_deposit", term="P3M")
    ceiling(play, "0.90", date(2026, 2, 1))
    for who in ("zheng.hao", "xie.na"):
        assert list(complaints(lxml.html.fromstring(as_person(who, language).get(PAGE).text), language)) == []


def test_a_rate_above_its_ceiling_is_told_while_it_is_typed(as_person: Callable[..., FlaskClient], play: Play) -> None:
    """Product, tier, ceiling, by how much, and the paper it comes from."""
    ceiling(play, "1.00", product_type="time_deposit", term="P3M")
    client = as_person("lin.yue")
    base = begin(client)
    fields = fields_of(client.get(f"{base}/edit/versions").text)
    fields[RATE] = ["0.0105"] if fields[RATE] == ["0.0065"] else ["1.05"]
    told = text_of(client.post(f"{base}/edit/versions/live", data=fields).text).replace("\u00a0", " ")
    for said in (PRODUCT, "3 months", "1.05 %", "ceiling 1 %", "above by 5 bp", "Convention 2026-1", "vice president"):
        assert said in told, told


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_check_stands_on_the_task_page_and_in_the_file(
    as_person: Callable[..., FlaskClient], play: Play, language: str
) -> None:
    ceiling(play, "0.60", product_type="time_deposit", term="P3M")
    ceiling(play, "1.00", product_type="time_deposit", term="P1Y")
    play.draft({PRODUCT: dearer(DEPOSIT, "0.0069")}).submit().prepare().do("give_opinion", "alm")
    task = play.task("sign_off", "alm")
    client = as_person("xie.na", language)
    for path in (f"/tasks/{task.id}", f"/requests/{play.request_id}/file", f"/requests/{play.request_id}"):
        page = lxml.html.fromstring(client.get(path).text)
        section = page.xpath("//section[@id='ceilings' or @id='file-ceilings']")
        assert section, path
        assert "Convention 2026-1" in section[0].text_content()
        assert list(complaints(page, language)) == []
    assert client.get(f"/requests/{play.request_id}/file.pdf").status_code == 200


def test_programs_read_the_checks_of_a_request(as_person: Callable[..., FlaskClient], play: Play) -> None:
    ceiling(play, "0.60", product_type="time_deposit", term="P3M")
    ceiling(play, "1.00", product_type="time_deposit", term="P1Y")
    play.draft({PRODUCT: dearer(DEPOSIT, "0.0069")}).submit()
    (check,) = as_person("lin.yue").get(f"/api/v1/change-requests/{play.request_id}").json["rate_checks"]
    assert (check["stage"], check["outcome"], check["excess_bp"], check["day"]) == (
        "submission",
        "executive",
        "9",
        "2026-11-23",
    )
    (line,) = check["lines"]
    assert (line["product"], line["row"]["term"], line["rate"]["value"]) == (PRODUCT, "P3M", "0.0069")
