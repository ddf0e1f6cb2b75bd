"""Pilot plans that cannot be: refused where they are typed, located, in the person's language (rule 8)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from flask import Flask

from app.kernel.errors import Invalid
from app.modules.catalogue.rules.scopes import Cell, as_scopes, cells, is_named_in, meet, within
from tests.modules.changes.conftest import Ask
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer
from tests.processes.play import Play
from tests.shell.conftest import sign_in

PATHS = {"HO": "/HO/", "SH": "/HO/SH/", "SH01": "/HO/SH/SH01/", "BJ": "/HO/BJ/"}
DRIVER = {"kind": "external", "source": "market", "reason": "Rates have moved."}
PLAN: dict[str, Any] = {
    "scopes": [{"units": ["SH"], "channels": ["branch"]}],
    "length_days": 14,
    "criteria": {"min_sales": 10, "max_complaints": 2, "max_incidents": 0},
}
LIMITED = {**deepcopy(dict(LOAN)), "availability": {"scopes": [{"units": ["SH", "BJ"], "channels": ["branch"]}]}}


def test_where_two_scopes_meet_is_the_narrower_of_each_axis() -> None:
    sh, branch = Cell("SH", None, None), Cell(None, "branch", "mass")
    assert meet(sh, branch, PATHS) == Cell("SH", "branch", "mass")
    assert meet(sh, Cell("SH01", None, None), PATHS) == Cell("SH01", None, None)
    assert meet(sh, Cell("BJ", None, None), PATHS) is None
    assert meet(Cell(None, "phone", None), branch, PATHS) is None
    assert within([branch], [sh, Cell("BJ", "phone", None)], PATHS) == [Cell("SH", "branch", "mass")]
    assert is_named_in(Cell("SH01", None, None), [sh], PATHS)
    assert not is_named_in(Cell("HO", None, None), [sh], PATHS)
    assert cells(as_scopes([sh, branch])) == [sh, branch]


def proposed(ask: Ask, plan: dict[str, Any], product: str = "HL", language: str = "en", **more: Any) -> Any:
    content = dearer(LIMITED, "4.35")
    body = {"driver": DRIVER, "versions": [{"product": product, "content": content}], "pilot_plan": plan, **more}
    return ask("lin.yue", "POST", "/change-requests", body, Accept_Language=language)


@pytest.fixture
def limited(ask: Ask, play: Play) -> Ask:
    """A loan that is sold in two branches of the tree, over the counter."""
    play.sell({"HL": LIMITED})
    return ask


WRONG = {
    "outside: unit": ({"scopes": [{"units": ["SZ"]}]}, "/scopes/0/units", "outside_availability"),
    "outside: all of the bank": ({"scopes": [{"units": ["HO"]}]}, "/scopes/0/units", "outside_availability"),
    "outside: channel": (
        {"scopes": [{"units": ["SH"], "channels": ["mobile"]}]},
        "/scopes/0/channels",
        "outside_availability",
    ),
    "overlap in one scope": ({"scopes": [{"units": ["SH", "SH01"]}]}, "/scopes/0/units", "overlap"),
    "named twice": ({"scopes": [{"units": ["SH", "SH"]}]}, "/scopes/0/units", "overlap"),
    "overlap of two": ({"scopes": [{"units": ["SH"]}, {"groups": ["mass"]}]}, "/scopes/1/units", "overlap"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_plan_that_cannot_be_is_refused_when_drafting(limited: Ask, case: str) -> None:
    part, pointer, code = WRONG[case]
    answer = proposed(limited, {**PLAN, **part}, draft=True)
    assert answer.status_code == 422, answer.json
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [(f"/pilot_plan{pointer}", code)]


def test_it_is_said_in_chinese_which_product_is_not_sold_where(limited: Ask) -> None:
    plan = {**PLAN, "scopes": [{"units": ["SH"], "channels": ["mobile"]}]}
    said = proposed(limited, plan, language="zh").json["errors"][0]["detail"]
    assert "HL" in said
    assert "手机银行" in said
    assert "未在" in said


def test_no_length_and_no_scope_are_no_plan(limited: Ask) -> None:
    for part in ({"length_days": 0}, {"scopes": [{}]}, {"scopes": []}):
        assert proposed(limited, {**PLAN, **part}, draft=True).status_code == 422
    assert (
        proposed(limited, {**PLAN, "scopes": [{"units": ["SH"]}, {"units": ["X9"]}]}).json["errors"][0]["pointer"]
        == "/pilot_plan/scopes/1/units"
    )


def test_a_pilot_that_is_not_over_by_the_day_wished_for_is_refused(limited: Ask) -> None:
    answer = proposed(limited, {**PLAN, "length_days": 90}, effective_on="2027-01-15")
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [
        ("/pilot_plan/length_days", "after_effective_day")
    ]
    assert proposed(limited, PLAN, effective_on="2027-01-15").status_code == 201


def test_a_quota_says_how_much_can_be_sold(ask: Ask) -> None:
    content = {**dearer(TIME_DEPOSIT, "1.35"), "limits": {"quota": {"amount": "400", "currency": "CNY"}}}
    body = {"driver": DRIVER, "versions": [{"product": "TD", "content": content}], "pilot_plan": PLAN}
    answer = ask("lin.yue", "POST", "/change-requests", body)
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [
        ("/pilot_plan/criteria/min_sales", "criteria")
    ]


def test_a_draft_that_no_longer_fits_is_not_submitted(play: Play) -> None:
    """The plan fitted what was proposed first; a quota came later."""
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.35")}, pilot_plan=PLAN)
    play.edit({"TD": {**dearer(TIME_DEPOSIT, "1.35"), "limits": {"quota": {"amount": "400", "currency": "CNY"}}}})
    with pytest.raises(Invalid) as refusal:
        play.submit()
    assert [fault.pointer for fault in refusal.value.faults] == ["/pilot_plan/criteria/min_sales"]


def test_the_form_points_to_its_own_fields(play: Play) -> None:
    play.sell({"HL": LIMITED}).draft({"HL": dearer(LIMITED, "4.35")}).submit()
    play.prepare().review().do("executive_decision")
    refused: dict[str, dict[str, Any]] = {
        "/data/units": {"units": "SZ"},
        "/data/channels": {"units": "SH", "channels": ["phone"]},
    }
    for pointer, answers in refused.items():
        with pytest.raises(Invalid) as refusal:
            play.do("plan_pilot", **answers)
        assert [fault.pointer for fault in refusal.value.faults] == [pointer]
    play.do("plan_pilot", units="SH01、BJ", channels=[], groups=["mass"])
    assert play.request().state == "piloting"


def test_what_a_scope_leaves_open_means_where_it_is_sold(play: Play) -> None:
    play.sell({"HL": LIMITED}).draft(
        {"HL": dearer(LIMITED, "4.35")}, pilot_plan={**PLAN, "scopes": [{"groups": ["mass"]}]}
    )
    play.submit().prepare().review().do("executive_decision")
    assert play.sale("HL", unit="SH01", channel="branch", group="mass").version == 2
    assert play.sale("HL", unit="SZ", channel="branch", group="mass").allowed is False
    assert play.sale("HL", unit="SH01", channel="phone", group="mass").allowed is False


BESIDE = {**PLAN, "comparison": [{"units": ["BJ"]}]}


def test_a_comparison_lies_outside_the_pilot_and_inside_what_is_sold(limited: Ask) -> None:
    refused = {
        "not_disjoint": [{"units": ["SH01"]}],
        "outside_availability": [{"units": ["SZ"]}],
        "overlap": [{"units": ["BJ"]}, {"units": ["BJ01"]}],
    }
    for code, scopes in refused.items():
        (error,) = proposed(limited, {**PLAN, "comparison": scopes}, draft=True).json["errors"]
        assert (error["code"], error["pointer"]) == (code, f"/pilot_plan/comparison/{len(scopes) - 1}/units")
    assert proposed(limited, BESIDE).status_code == 201


def observed(ask: Ask, request: int, scope: str, side: str, *counts: int) -> Any:
    readings = dict(zip(("sales", "complaints", "incidents"), counts, strict=True))
    row = {"scope": scope, "side": side, "source": "report", "text": "Sold.", "readings": readings}
    return ask("zhao.heng", "POST", f"/change-requests/{request}/observations", row)


def piloted(ask: Ask, play: Play, plan: dict[str, Any]) -> int:
    play.request_id = int(proposed(ask, plan).json["id"])
    play.prepare().review().do("executive_decision")
    return play.request_id


def test_pilot_and_comparison_stand_side_by_side_in_the_same_units(limited: Ask, play: Play) -> None:
    request = piloted(limited, play, BESIDE)
    assert observed(limited, request, "SH01", "pilot", 8, 1, 0).json["side"] == "pilot"
    assert observed(limited, request, "BJ", "comparison", 40, 1, 0).status_code == 201
    assert observed(limited, request, "SH02", "pilot", 4, 2, 0).status_code == 201
    pilot = limited("zhao.heng", "GET", f"/change-requests/{request}").json["pilot"]
    assert pilot["comparison"] == [{"units": ["BJ"]}]
    found = {line["measure"]: (line["pilot"], line["comparison"], line["difference"]) for line in pilot["compared"]}
    assert found["sales"] == ("12", "40", "-28")
    assert found["complaints_per_1000"] == ("250.0", "25.0", "225.0")
    (line,) = pilot["interim"]
    assert (line["pilot"]["sales"], line["comparison"]["sales"]) == (12, 40)
    assert line["kept"] == {"min_sales": True, "max_complaints": False, "max_incidents": True}


def test_without_a_comparison_nothing_is_observed_there(limited: Ask, play: Play) -> None:
    request = piloted(limited, play, PLAN)
    answer = observed(limited, request, "BJ", "comparison", 1, 0, 0)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/side")


def test_the_form_takes_a_comparison(play: Play) -> None:
    play.sell({"HL": LIMITED}).draft({"HL": dearer(LIMITED, "4.35")}).submit()
    play.prepare().review().do("executive_decision")
    with pytest.raises(Invalid) as refusal:
        play.do("plan_pilot", compare="scope", comparison_units="SH01")
    assert [fault.pointer for fault in refusal.value.faults] == ["/data/comparison_units"]
    play.do("plan_pilot", compare="scope", comparison_units="BJ")
    assert (play.request().pilot_plan or {})["comparison"] == [{"units": ["BJ"]}]


def test_what_was_typed_under_no_comparison_is_dropped(play: Play) -> None:
    play.sell({"HL": LIMITED}).draft({"HL": dearer(LIMITED, "4.35")}).submit()
    play.prepare().review().do("executive_decision").do("plan_pilot", compare="none", comparison_units="SH01")
    assert "comparison" not in (play.request().pilot_plan or {})


def test_risk_sees_pilots_under_way_and_what_is_exceeded(limited: Ask, play: Play, bank: Flask) -> None:
    request = piloted(limited, play, BESIDE)
    observed(limited, request, "SH01", "pilot", 8, 3, 0)
    observed(limited, request, "BJ", "comparison", 40, 1, 0)
    shown = {}
    for who, language in (("xu.feng", "zh"), ("zhao.heng", "en"), ("he.jia", "en")):
        client = bank.test_client()
        client.set_cookie("language", language)
        sign_in(client, who)
        shown[who] = client.get("/requests/pilots").text
        if who != "he.jia":
            page = client.get(f"/requests/{request}").text
            assert ("试点与对照" in page) if language == "zh" else ("Pilot beside the comparison" in page)
            assert ("#stop-pilot" in page) == (who == "xu.feng")
    assert "超出" in shown["xu.feng"]
    assert f"/requests/{request}#stop-pilot" in shown["xu.feng"]
    assert "#stop-pilot" not in shown["zhao.heng"]
    assert f"/requests/{request}" not in shown["he.jia"]
