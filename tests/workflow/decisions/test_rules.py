"""The tables the bank decides by, row by row; a row that no case hits fails the suite."""

from __future__ import annotations

from typing import Any

import pytest

from app.workflow.decisions import DecisionTable, read_table
from app.workflow.decisions.services import FOLDER

TABLES: dict[str, DecisionTable] = {p.stem: read_table(p.read_bytes())[0] for p in sorted(FOLDER.glob("*.dmn"))}

NO_CHANGE = {
    "new_product": False,
    "relaunch": False,
    "groups_touched": ["rates"],
    "max_rate_change_bp": 0,
    "fee_raised": False,
    "eligibility_changed": False,
    "risk_rating_changed": False,
    "terms_changed": False,
    "minor_changes_last_12_months": 0,
    "rate_change_12_months_bp": 0,
    "raised_to": "none",
}


def change(**facts: Any) -> dict[str, Any]:
    return {**NO_CHANGE, **facts}


def reviewed(materiality: str, family: str, *groups: str) -> dict[str, Any]:
    return {"materiality": materiality, "family": family, "groups_touched": list(groups)}


def opinions(*rejecting: str, sending_back: tuple[str, ...] = (), **facts: Any) -> dict[str, Any]:
    said = {"rejecting": list(rejecting), "sending_back": list(sending_back)}
    return {**said, "class_raised": False, "conditions_open": 0, **facts}


def deciding(materiality: str, family: str, *, delegated: bool = False) -> dict[str, Any]:
    return {"materiality": materiality, "family": family, "delegated": delegated}


def votes(cast: int, approvals: int, rejections: int, send_backs: int = 0) -> dict[str, Any]:
    counted = {"approvals": approvals, "rejections": rejections, "send_backs": send_backs}
    return {"quorum": 3, "votes_cast": cast, **counted}


def classed(materiality: str, family: str) -> dict[str, Any]:
    return {"materiality": materiality, "family": family}


def checking(department: str, materiality: str, family: str, *groups: str) -> dict[str, Any]:
    return {"department": department, **reviewed(materiality, family, *groups)}


def measured(indicator: str, value: int | str) -> dict[str, Any]:
    return {"indicator": indicator, "value": value}


def scored(points: int, weight: int) -> dict[str, int]:
    return {"points": points, "weight": weight}


def leaving(family: str, way: str, *, worsens: bool = False) -> dict[str, Any]:
    return {"family": family, "way": way, "worsens": worsens}


def tail(kind: str, owner: str, days: int) -> dict[str, Any]:
    return {"kind": kind, "owner": owner, "days": days}


REMAINS = [
    tail("complaints", "consumer_protection", 30),
    tail("documents", "operations", 20),
    tail("retention", "compliance", 20),
]


def late(process: str, step: str, days: int, duty: str = "") -> dict[str, Any]:
    return {"process": process, "step": step, "duty": duty, "late_days": days}


def chased(remind: str, escalate_to: str, priority: int, again_in: int) -> dict[str, Any]:
    return {"remind": remind, "escalate_to": escalate_to, "priority": priority, "again_in": again_in}


def piloted(materiality: str, family: str, *groups: str, wish: bool = False) -> dict[str, Any]:
    return {**reviewed(materiality, family, *groups), "pilot_wish": wish}


def readings(complete: bool, met: bool, extended: bool) -> dict[str, Any]:
    return {"readings_complete": complete, "criteria_met": met, "extended_before": extended}


def told(change_type: str, family: str, holder: str = "existing") -> dict[str, Any]:
    return {"change_type": change_type, "family": family, "holder": holder}


def notice(days: int, method: str = "announcement") -> dict[str, Any]:
    return {"notice_days": days, "method": method}


def weighed(default: str | None = None, experts: int | None = None, rating: int | None = None) -> dict[str, Any]:
    return {"default_percent": default, "expert_score": experts, "rating": rating}


def controlled(inherent: str, utilisation: Any, covered: Any) -> dict[str, Any]:
    return {"inherent": inherent, "utilisation": utilisation, "covered": covered}


EVERYBODY_ON_NEW = ["compliance", "risk", "finance", "legal", "consumer_protection", "aml", "technology", "operations"]

ALWAYS, SERIOUS = ["risk_assessment", "costing"], ["monitoring", "first_review"]
ALL_OF_NEW = [
    "terms", "readiness", "aml", "personal_information", "accounting_tax", *SERIOUS, "exit_plan", "test_evidence",
    "consumer_protection",
]  # fmt: skip

CASES: dict[str, list[tuple[dict[str, Any], Any]]] = {
    "reminders": [
        (late("product_update", "give_opinion", 4, "review"), chased("nobody", "nobody", 0, 0)),
        (late("emergency_suspension", "ratify_suspension", 1, "decide"), chased("nobody", "nobody", 0, 0)),
        (late("condition_follow_up", "fulfil_condition", 3), chased("nobody", "nobody", 0, 0)),
        (late("emergency_suspension", "confirm_resumption", 0, "confirm"), chased("worker", "executive", 95, 0)),
        (late("product_update", "executive_decision", 0, "decide"), chased("worker", "nobody", 80, 3)),
        (late("product_update", "executive_decision", 3, "decide"), chased("worker", "committee", 90, 0)),
        (late("product_update", "assess_need", 0), chased("worker", "nobody", 0, 2)),
        (late("product_update", "assess_need", 2), chased("worker", "head", 70, 3)),
        (late("product_update", "assess_need", 5), chased("worker", "executive", 90, 0)),
    ],
    "post_launch_review": [
        (classed("new_product", "deposit"), {"days": 180, "review_days": 20, "noted_by": "executive"}),
        (classed("material", "wealth"), {"days": 90, "review_days": 15, "noted_by": "executive"}),
        (classed("material", "loan"), {"days": 120, "review_days": 15, "noted_by": "risk:head"}),
        (classed("material", "deposit"), {"days": 90, "review_days": 15, "noted_by": "risk:head"}),
        (classed("minor", "deposit"), {"days": 180, "review_days": 10, "noted_by": "risk:head"}),
    ],
    "materiality": [
        (change(new_product=True), "new_product"),
        (change(relaunch=True), "new_product"),
        (change(risk_rating_changed=True), "material"),
        (change(eligibility_changed=True), "material"),
        (change(terms_changed=True), "material"),
        (change(fee_raised=True, groups_touched=["fees"]), "material"),
        (change(max_rate_change_bp=51), "material"),
        (change(max_rate_change_bp=50), "minor"),
        (change(max_rate_change_bp=25, minor_changes_last_12_months=2), "minor"),
        (change(max_rate_change_bp=25, minor_changes_last_12_months=3), "material"),
        (change(max_rate_change_bp=20, rate_change_12_months_bp=50), "minor"),
        (change(max_rate_change_bp=20, rate_change_12_months_bp=51), "material"),
        (change(max_rate_change_bp=10, groups_touched=["rates", "limits"]), "material"),
        (change(groups_touched=["target_market"]), "material"),
        (change(groups_touched=["features", "documents"]), "minor"),
        (change(groups_touched=["fees"]), "minor"),
        (change(groups_touched=["something_new"]), "material"),
        (change(groups_touched=[]), "material"),
        (change(max_rate_change_bp=10, raised_to="material"), "material"),
        (change(max_rate_change_bp=10, raised_to="new_product"), "new_product"),
        (change(risk_rating_changed=True, raised_to="minor"), "material"),
    ],
    "review_departments": [
        (reviewed("minor", "deposit", "rates"), ["compliance", "alm"]),
        (reviewed("minor", "loan", "rates"), ["compliance", "risk", "alm"]),
        (reviewed("minor", "card", "fees"), ["compliance", "finance"]),
        (reviewed("minor", "deposit", "documents"), ["compliance", "legal"]),
        (reviewed("minor", "digital", "features"), ["compliance", "technology"]),
        (
            reviewed("material", "deposit", "rates"),
            ["compliance", "risk", "alm", "finance", "legal", "consumer_protection", "technology"],
        ),
        (
            reviewed("material", "wealth", "terms"),
            ["compliance", "risk", "finance", "legal", "consumer_protection", "technology", "operations"],
        ),
        (reviewed("material", "loan", "limits"), ["compliance", "risk", "finance", "legal", "aml"]),
        (reviewed("new_product", "card"), EVERYBODY_ON_NEW),
        # Parts of the approver's file that changed, when it is asked who must review again.
        (
            reviewed("minor", "deposit", "file_costing", "file_target_market", "file_aml"),
            ["compliance", "finance", "consumer_protection", "aml"],
        ),
        (
            reviewed("minor", "deposit", "file_monitoring", "file_readiness", "file_filing"),
            ["compliance", "risk", "technology", "operations", "legal"],
        ),
    ],
    "file_parts": [
        ({"materiality": "minor", "family": "wealth"}, ["test_evidence"]),
        ({"materiality": "material", "family": "deposit"}, [*ALWAYS, *SERIOUS, "test_evidence"]),
        (
            {"materiality": "material", "family": "wealth"},
            [
                "target_market",
                "risk_rating",
                *ALWAYS,
                "terms",
                "accounting_tax",
                "filing",
                *SERIOUS,
                "exit_plan",
                "test_evidence",
            ],
        ),
        (
            {"materiality": "material", "family": "digital"},
            [*ALWAYS, "readiness", "aml", "personal_information", *SERIOUS, "test_evidence"],
        ),
        ({"materiality": "new_product", "family": "deposit"}, ["target_market", *ALWAYS, *ALL_OF_NEW]),
        (
            {"materiality": "new_product", "family": "fx"},
            ["target_market", "risk_rating", *ALWAYS, *ALL_OF_NEW[:5], "filing", *ALL_OF_NEW[5:]],
        ),
    ],
    "consolidation": [
        (opinions("compliance", sending_back=("risk",)), "rejected"),
        (opinions("risk", "consumer_protection"), "rejected"),
        (opinions("aml", class_raised=True), "rejected"),
        (opinions("alm", sending_back=("legal",), class_raised=True), "send_back"),
        (opinions("alm", class_raised=True), "reclass"),
        (opinions("alm", "risk"), "proceed"),
        (opinions(conditions_open=2), "proceed"),
        (opinions(), "proceed"),
    ],
    "pilot_required": [
        (piloted("minor", "deposit", "rates", wish=True), False),
        (piloted("material", "deposit", "rates"), False),
        (piloted("new_product", "deposit", "rates"), True),
        (piloted("material", "wealth", "terms"), True),
        (piloted("material", "digital", "features"), True),
        (piloted("material", "deposit", "terms", wish=True), True),
        (piloted("minor", "card", "features"), False),
    ],
    "decider": [
        (deciding("minor", "wealth"), "executive"),
        (deciding("minor", "wealth", delegated=True), "delegated"),
        (deciding("material", "deposit", delegated=True), "executive"),
        (deciding("material", "wealth"), "committee"),
        (deciding("new_product", "card", delegated=True), "committee"),
        (deciding("new_product", "fx"), "board"),
    ],
    "rate_ceiling": [
        ({"family": "deposit", "excess_bp": "-0.5"}, "kept"),
        ({"family": "deposit", "excess_bp": 0}, "kept"),
        ({"family": "deposit", "excess_bp": "0.01"}, "executive"),
        ({"family": "deposit", "excess_bp": 10}, "executive"),
        ({"family": "deposit", "excess_bp": "10.01"}, "refuse"),
        ({"family": "wealth", "excess_bp": 30}, "information"),
    ],
    "open_requests": [
        ({"other_state": "scheduled", "groups_shared": True}, "wait"),
        ({"other_state": "in_review", "groups_shared": True}, "refuse"),
        ({"other_state": "in_review", "groups_shared": False}, "wait"),
    ],
    "committee_quorum": [
        (classed("new_product", "card"), 67),
        (classed("material", "wealth"), 51),
    ],
    "committee_result": [
        (votes(2, 2, 0), "no_quorum"),
        (votes(3, 2, 1), "approve"),
        (votes(4, 1, 3), "reject"),
        (votes(4, 2, 2), "send_back"),
        (votes(3, 1, 0, 1), "send_back"),
        (votes(3, 0, 1, 2), "send_back"),
    ],
    "approval_process": [
        ({"materiality": "new_product"}, "new_product_approval"),
        ({"materiality": "material"}, "product_update"),
    ],
    "evaluation_period": [
        ({"family": "wealth"}, "P91D"),
        ({"family": "loan"}, "P182D"),
        ({"family": "deposit"}, "P365D"),
    ],
    "regulatory_filing": [
        (classed("new_product", "wealth"), "registration"),
        (classed("new_product", "fx"), "filing"),
        (classed("new_product", "agency"), "none"),
        (classed("material", "wealth"), "none"),
    ],
    "admission_required": [({"family": "agency"}, True), ({"family": "wealth"}, False)],
    "partner_due_diligence": [
        ({"standing": "valid", "days_left": 90}, "confirm"),
        ({"standing": "valid", "days_left": 89}, "full"),
        ({"standing": "none", "days_left": 0}, "full"),
    ],
    "pilot_verdict": [
        (readings(True, True, False), "pass"),
        (readings(True, True, True), "pass"),
        (readings(False, True, False), "extend"),
        (readings(False, False, True), "fail"),
        (readings(True, False, False), "extend"),
        (readings(True, False, True), "fail"),
    ],
    "notice_policy": [
        (told("rate", "deposit", "new"), notice(0)),
        (told("rate", "deposit"), notice(0)),
        (told("rate", "loan"), notice(30, "individual")),
        (told("rate", "fx"), notice(7)),
        (told("fee", "card"), notice(90)),
        (told("terms", "wealth"), notice(30, "individual")),
        (told("eligibility", "card"), notice(45)),
        (told("feature", "digital"), notice(7)),
        (told("other", "loan"), notice(30)),
    ],
    "inherent_risk": [
        (weighed("5.01", 1, 1), "high"),
        (weighed("0.1", 4, 1), "high"),
        (weighed("0.1", 1, 5), "high"),
        (weighed("1.01"), "medium"),
        (weighed("1", 3), "medium"),
        (weighed("1", None, 3), "medium"),
        (weighed(), "medium"),
        (weighed("1", 2, 2), "low"),
    ],
    "residual_risk": [
        (controlled("low", "100.01", 100), "high"),
        (controlled("high", 50, 80), "medium"),
        (controlled("high", 50, "79.99"), "high"),
        (controlled("medium", "90.01", 60), "high"),
        (controlled("medium", 90, 50), "low"),
        (controlled("medium", None, 0), "medium"),
        (controlled("low", "90.01", 0), "medium"),
        (controlled("low", None, 0), "low"),
    ],
    "exit_scorecard": [
        (measured("sales", -50), scored(100, 25)),
        (measured("sales", "-49.99"), scored(50, 25)),
        (measured("sales", 0), scored(0, 25)),
        (measured("balance", "0.99"), scored(100, 20)),
        (measured("balance", 1), scored(50, 20)),
        (measured("balance", 5), scored(0, 20)),
        (measured("profit", "-0.01"), scored(100, 30)),
        (measured("profit", 0), scored(50, 30)),
        (measured("profit", "0.5"), scored(0, 30)),
        (measured("complaints", "50.01"), scored(100, 15)),
        (measured("complaints", 50), scored(50, 15)),
        (measured("complaints", 10), scored(0, 15)),
        (measured("risk", 4), scored(100, 10)),
        (measured("risk", 3), scored(50, 10)),
        (measured("risk", 0), scored(0, 10)),
    ],
    "exit_recommendation": [
        ({"score": 60}, "exit"),
        ({"score": "59.9"}, "watch"),
        ({"score": 35}, "watch"),
        ({"score": "34.9"}, "keep"),
    ],
    "exit_departments": [
        (leaving("deposit", "run_off"), ["compliance", "consumer_protection", "alm"]),
        (leaving("agency", "run_off"), ["compliance", "consumer_protection", "legal"]),
        (leaving("digital", "replacement"), ["compliance", "consumer_protection", "operations"]),
        (
            leaving("loan", "replacement", worsens=True),
            ["compliance", "consumer_protection", "operations", "legal", "risk"],
        ),
    ],
    "exit_tail": [
        ({"residual": 0, "way": "run_off"}, [*REMAINS]),
        ({"residual": 1, "way": "run_off"}, [tail("residual_accounts", "operations", 30), *REMAINS]),
        (
            {"residual": 0, "way": "replacement"},
            [REMAINS[0], tail("contracts", "legal", 30), *REMAINS[1:]],
        ),
    ],
}


@pytest.mark.parametrize(
    ("key", "inputs", "expected"),
    [pytest.param(key, *case, id=f"{key}-{n}") for key, cases in CASES.items() for n, case in enumerate(cases)],
)
def test_a_case_is_decided_as_the_policy_says(key: str, inputs: dict[str, Any], expected: Any) -> None:
    assert TABLES[key].evaluate(inputs).output == expected


FAMILIES = ("deposit", "loan", "card", "wealth", "fx", "precious_metal", "digital", "agency")
GROUPS = ("terms", "rates", "fees", "features", "documents", "limits", "eligibility", "investment", "availability")
CHECKLISTS = [
    checking(department, materiality, family, *GROUPS)
    for department in ("risk", "compliance", "aml", "finance", "alm", "legal", *EVERYBODY_ON_NEW[4:])
    for materiality in ("minor", "material")
    for family in FAMILIES
]


def test_every_department_has_points_to_check_whatever_names_it() -> None:
    """A department that the one table asks finds a checklist in the other, each point with its basis."""
    for materiality in ("minor", "material", "new_product"):
        for family, group in ((f, g) for f in FAMILIES for g in GROUPS):
            named = TABLES["review_departments"].evaluate(reviewed(materiality, family, group)).output
            for department in named:
                points = TABLES["review_points"].evaluate(checking(department, materiality, family, group)).output
                assert points, (department, materiality, family, group)
                assert all(point[name] for point in points for name in point)


def kind(product_type: str, family: str, rating: int | None = None, *, long: bool = False) -> dict[str, Any]:
    return {"product_type": product_type, "family": family, "rating": rating, "over_a_year": long}


def moved(factor: str, move_bp: int, product_type: str, family: str) -> dict[str, Any]:
    return {"factor": factor, "move_bp": move_bp, "product_type": product_type, "family": family}


BEARS: dict[str, list[tuple[dict[str, Any], list[str]]]] = {
    "risk_identification": [
        (kind("housing_loan", "loan"), ["credit", "compliance"]),
        (kind("working_capital_loan", "loan", long=True), ["credit", "market", "compliance"]),
        (kind("standard_card", "card"), ["credit", "operational", "compliance"]),
        (kind("time_deposit", "deposit"), ["liquidity", "money_laundering", "compliance"]),
        (kind("wealth_bond", "wealth", 2), ["market", "credit", "liquidity", "compliance"]),
        (kind("wealth_equity", "wealth", 3), ["market", "liquidity", "reputation", "compliance"]),
        (kind("fx_option", "fx"), ["market", "credit", "money_laundering", "compliance"]),
        (kind("gold_physical", "precious_metal"), ["market", "operational", "money_laundering", "compliance"]),
        (kind("mobile_banking", "digital"), ["operational", "money_laundering", "compliance"]),
        (kind("agency_insurance", "agency", 1), ["reputation", "compliance"]),
    ],
    "environment_risk": [
        (moved("lpr_1y", 25, "wealth_bond", "wealth"), ["market"]),
        (moved("lpr_1y", 24, "wealth_bond", "wealth"), []),
        (moved("lpr_5y", 25, "auto_loan", "loan"), ["credit"]),
        (moved("lpr_1y", -10, "time_deposit", "deposit"), ["market"]),
        (moved("lpr_5y", -25, "housing_loan", "loan"), ["liquidity"]),
        (moved("policy_rate", -10, "wealth_money_market", "wealth"), ["reputation"]),
        (moved("gdp_growth", -50, "standard_card", "card"), ["credit"]),
        (moved("property_index", -300, "housing_loan", "loan"), ["credit"]),
        (moved("exchange_rate", 300, "fx_trading", "fx"), ["market"]),
        (moved("exchange_rate", 299, "fx_trading", "fx"), []),
        (moved("regulation", 0, "gold_account", "precious_metal"), ["compliance"]),
    ],
}


@pytest.mark.parametrize(
    ("key", "inputs", "expected"), [(key, *case) for key, cases in BEARS.items() for case in cases]
)
def test_risks_are_identified_with_their_grounds(key: str, inputs: dict[str, Any], expected: list[str]) -> None:
    found = TABLES[key].evaluate(inputs).output
    assert [each["risk"] for each in found] == expected
    assert all(each["ground_en"] and each["ground_zh"] for each in found)


@pytest.mark.parametrize("key", sorted(TABLES))
def test_every_row_of_a_table_is_hit_by_some_case(key: str) -> None:
    asked = CHECKLISTS if key == "review_points" else [inputs for inputs, _ in CASES.get(key) or BEARS[key]]
    hit = {rule for inputs in asked for rule in TABLES[key].evaluate(inputs).rules}
    assert hit == {rule.id for rule in TABLES[key].rules}


def test_a_pilot_always_gets_exactly_one_verdict() -> None:
    verdicts = [
        TABLES["pilot_verdict"].evaluate(readings(complete, met, extended)).output
        for complete in (True, False)
        for met in (True, False)
        for extended in (True, False)
    ]
    assert None not in verdicts


@pytest.mark.parametrize("family", FAMILIES)
def test_compliance_reads_everything_and_consumer_protection_every_new_product(family: str) -> None:
    departments = TABLES["review_departments"]
    for materiality in ("minor", "material", "new_product"):
        assert "compliance" in departments.evaluate(reviewed(materiality, family, "basics")).output
    assert "consumer_protection" in departments.evaluate(reviewed("new_product", family)).output
    for group in ("terms", "rates", "fees"):
        assert "consumer_protection" in departments.evaluate(reviewed("material", family, group)).output
