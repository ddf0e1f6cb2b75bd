"""Who may take a bundle: its own rules and each member's gate of sale, the same in page and API."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest
from flask import Flask

from app.identity.actors import SYSTEM
from app.kernel.database import unit_of_work
from app.modules.bundles.rules.taking import Gate, enough, verdict
from app.modules.catalogue.rules.sale import NOT_LAUNCHED
from app.modules.catalogue.services.stops import suspend
from app.modules.customers.rules.eligibility import Person, Point, asked
from tests.modules.bundles.test_bundles import on_sale, written
from tests.modules.changes.conftest import Ask
from tests.modules.customers.made import customer
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.play import Play
from tests.shell.conftest import sign_in

ADVISER, OWNER = "liao.kai", "lin.yue"
GOLD = {**TIME_DEPOSIT, "availability": {"scopes": [{"groups": ["private"]}]}, "eligibility": {"min_age": 50}}


@pytest.mark.parametrize(
    ("gates", "choose", "met"),
    [
        ([("required", True), ("optional", False)], 0, True),
        ([("required", True), ("required", False)], 0, False),
        ([("required", None), ("choice", True), ("choice", False)], 1, None),
        ([("choice", True), ("choice", None), ("choice", False)], 2, None),
        ([("choice", True), ("choice", False), ("choice", False)], 2, False),
        ([("choice", True), ("choice", True), ("choice", False)], 2, True),
    ],
)
def test_what_is_required_and_enough_to_choose_from_must_be_open(gates: Any, choose: int, met: bool | None) -> None:
    members = [Gate(str(place), role, each) for place, (role, each) in enumerate(gates)]
    assert verdict([], [], members, choose).met is met
    assert verdict([], [Point("min_age", False)], members, choose).met is False
    assert verdict([NOT_LAUNCHED], [], members, choose).met is False
    assert enough([], 0) is True


def test_rules_about_the_kind_of_customer_are_known_and_others_have_to_be_shown() -> None:
    rules = [{"kind": kind} for kind in ("natural_person", "business", "student")]
    for several, kind, met in ((rules, "corporate", [True, True, None]), (rules[:1], "corporate", [False])):
        found = asked({"eligibility": {"rules": several}}, Person([], None, {}, kind))
        assert [point.met for point in found] == met


def test_one_customer_is_tested_against_every_rule_and_member(ask: Ask, bank: Flask, play: Play) -> None:
    play.sell({"TD-GOLD": GOLD})
    customer("mass", "private")
    customer("mass", number="C2", birth_year=2010, status="closed")
    gold = {"product": "TD-GOLD", "role": "optional"}
    written(ask, "B1", {"product": "TD", "role": "required"}, gold, eligibility={"min_age": 18})
    path = "/bundles/B1/eligibility?customer=C1"
    answer = ask(ADVISER, "GET", path).json
    assert (answer["met"], [each["code"] for each in answer["reasons"]]) == (False, ["not_on_sale"])
    on_sale(ask, "B1")
    written(ask, "B2", {"bundle": "B1", "role": "required"}, {**gold, "role": "required"})

    answer = ask(ADVISER, "GET", path).json
    assert answer["points"] == [{"key": "min_age", "bound": 18, "met": True}]
    assert [(each["member"], each["met"]) for each in answer["members"]] == [("TD", True), ("TD-GOLD", False)]
    assert answer["members"][1]["points"] == [{"key": "min_age", "bound": 50, "met": False}]
    assert answer["met"] is True, "what is optional may be left"

    answer = ask(ADVISER, "GET", path.replace("C1", "C2")).json
    assert answer["met"] is False
    assert [each["code"] for each in answer["reasons"]] == ["customer_closed"]
    assert answer["points"][0]["met"] is False
    assert [each["code"] for each in answer["members"][1]["reasons"]] == ["out_of_scope"]

    outer = ask(ADVISER, "GET", path.replace("B1", "B2")).json
    assert [each["met"] for each in outer["members"]] == [True, False]
    assert [each["member"] for each in outer["members"][0]["inner"]["members"]] == ["TD", "TD-GOLD"]

    assert ask(OWNER, "GET", path).status_code == 403
    assert ask(ADVISER, "GET", path.replace("C1", "C9")).status_code == 404
    read_the_page(bank, path)

    scope = {"scopes": [{"groups": ["private"]}], "cause": "S1", "reason": "Mis-sold."}
    with unit_of_work() as uow:
        suspend(uow, product_code="TD", **scope, actor=SYSTEM, now=play.now)
    stopped = ask(ADVISER, "GET", path).json
    assert (stopped["met"], stopped["members"][0]["reasons"][0]["code"]) == (False, "suspended_here")


def read_the_page(bank: Flask, path: str) -> None:
    """The verdict of the API, in words."""
    client = bank.test_client()
    sign_in(client, ADVISER)
    page = lxml.html.fromstring(client.get(path).text)
    rows = [[cell.text_content().strip() for cell in row.xpath("th|td")][2] for row in page.xpath("//tbody/tr")]
    assert (page.get_element_by_id("verdict").text_content().split()[-1], rows) == ("Yes", ["Yes", "No"])
    assert client.get(path.replace("C1", "C9")).status_code == 404
