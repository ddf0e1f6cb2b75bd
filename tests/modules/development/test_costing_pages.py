"""Costing on its pages, in both languages, and in the form of a new product."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.modules.changes.conftest import Ask
from tests.modules.development.test_costing import HEAD, MANAGER, OFFICER, TELLER, approved, worked_out
from tests.processes.play import Play
from tests.processes.test_new_products import new
from tests.shell.conftest import client_of, token_of
from tests.shell.test_crawl import _complaints as complaints

COSTING, ASSUMPTIONS = "/development/costing", "/development/assumptions"
ASSUMED = {
    "currency": "CNY",
    "valid_from": "2026-01-01",
    "capital_ratio": "10.5",
    "cost_of_capital": "10",
    "tax": "25",
    "path": "40，80, 100",
    "rate/P1Y": "1.7",
    "rate/P5Y": "2.1",
    "basis": "Meeting 3",
}
TYPED = {
    "product": "TD",
    "version": "1",
    "currency": "CNY",
    "volume": "2000000000",
    "customer_rate": "1.25",
    "term": "P1Y",
    "lines/research/value": "900000",
    "lines/research/unit": "CNY",
    "lines/research/basis": "Man-months",
    "lines/operating/value": "0.15",
    "lines/operating/basis": "Allocation",
    "lines/provisions/value": "0",
    "lines/provisions/basis": "None for deposits",
}


@pytest.fixture
def as_person(bank: Flask, ask: Ask) -> Callable[..., FlaskClient]:
    """A signed-in client of a person of the demo bank, with TD on sale."""
    return partial(client_of, bank)


def send(client: FlaskClient, path: str, data: dict[str, Any], page: str = "") -> Any:
    token = token_of(client.get(page or path).text)
    return client.post(path, data={**data, "csrf_token": token})


def seen_on(page: str) -> str:
    (found,) = lxml.html.fromstring(page).xpath("//input[@name='seen']/@value")
    return str(found)


def test_two_of_finance_make_assumptions_and_a_manager_works_out_a_sheet(as_person: Callable[..., FlaskClient]) -> None:
    officer, head, manager = as_person(OFFICER), as_person(HEAD), as_person(MANAGER)
    assert send(officer, f"{ASSUMPTIONS}/new", ASSUMED).status_code == 303
    dearer = {**ASSUMED, "tax": "26", "seen": seen_on(officer.get(f"{ASSUMPTIONS}/1/edit").text)}
    assert send(officer, f"{ASSUMPTIONS}/1/edit", dearer).status_code == 303
    assert send(officer, f"{ASSUMPTIONS}/1/edit", dearer).status_code == 412
    page = head.get(f"{ASSUMPTIONS}/1").text
    assert "26" in page
    shown = {"seen": seen_on(page)}
    assert send(head, f"{ASSUMPTIONS}/1/approve", {"seen": "x"}, COSTING).status_code == 412
    assert send(head, f"{ASSUMPTIONS}/1/approve", shown, COSTING).status_code == 303
    answer = send(manager, f"{COSTING}/new", TYPED)
    assert answer.status_code == 303
    told = manager.get(answer.location).text
    assert "CS-00001" in told
    assert "Allocation" in told
    assert as_person(TELLER).get(COSTING).status_code == 403


@pytest.mark.parametrize(
    ("path", "form", "wrong", "field"),
    [
        (f"{COSTING}/new", TYPED, {"volume": "much"}, "volume"),
        (f"{COSTING}/new", TYPED, {"lines/operating/unit": "USD"}, "lines-operating-unit"),
        (f"{COSTING}/new", TYPED, {"term": ""}, "term"),
        (f"{ASSUMPTIONS}/new", ASSUMED, {"rate/P5Y": "two"}, "rate-P5Y"),
        (f"{ASSUMPTIONS}/new", ASSUMED, {"path": "40, x"}, "path"),
        (f"{ASSUMPTIONS}/new", ASSUMED, {"tax": "200"}, "tax"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    ask: Ask, as_person: Callable[..., FlaskClient], path: str, form: dict[str, str], wrong: dict[str, str], field: str
) -> None:
    approved(ask)
    answer = send(as_person(OFFICER), path, {**form, **wrong})
    assert answer.status_code == 422
    page = lxml.html.fromstring(answer.text)
    assert page.get_element_by_id(f"f-{field}-error").text_content().strip()
    kept = "valid_from" if path.startswith(ASSUMPTIONS) else "customer_rate"
    assert page.get_element_by_id(f"f-{kept}").get("value") == form[kept]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages_are_whole(ask: Ask, as_person: Callable[..., FlaskClient], language: str) -> None:
    approved(ask)
    worked_out(ask)
    client = as_person(OFFICER, language)
    for path in (COSTING, f"{COSTING}/new", f"{COSTING}/1", f"{ASSUMPTIONS}/new", f"{ASSUMPTIONS}/1"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert list(complaints(lxml.html.fromstring(answer.text), language)) == []


def test_the_latest_sheet_of_a_new_product_stands_in_its_costing_form(
    ask: Ask, as_person: Callable[..., FlaskClient], play: Play
) -> None:
    """Somebody may still type otherwise; without a sheet the field is empty."""
    approved(ask)
    new(play, "N1").do("initiate_product").do("design_product")
    path = f"/tasks/{play.task('work_out_cost').id}"
    client = as_person(OFFICER, "zh")
    written = "//textarea[@name='file_costing']"
    assert lxml.html.fromstring(client.get(path).text).xpath(written)[0].text_content().strip() == ""
    worked_out(ask, product="N1", version=None)
    (proposed,) = ask(MANAGER, "GET", f"/change-requests/{play.request_id}").json["versions"]
    latest = worked_out(ask, product="N1", version=proposed["version"])
    worked_out(ask, product="N1", version=1)
    shown = lxml.html.fromstring(client.get(path).text).xpath(written)[0].text_content().strip()
    assert shown == latest["text"]["zh"]
    play.do("work_out_cost", file_costing="Typed by hand")
    assert "Typed by hand" in client.get(f"/requests/{play.request_id}/file").text
