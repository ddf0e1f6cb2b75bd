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
}


def change(**facts: Any) -> dict[str, Any]:
    return {**NO_CHANGE, **facts}


def reviewed(materiality: str, family: str, *groups: str) -> dict[str, Any]:
    return {"materiality": materiality, "family": family, "groups_touched": list(groups)}


def opinions(vetoes: int = 0, send_backs: int = 0, rejections: int = 0, conditions_open: int = 0) -> dict[str, Any]:
    return {
        "vetoes": vetoes, "send_backs": send_backs, "rejections": rejections, "conditions_open": conditions_open,
    }  # fmt: skip


def piloted(materiality: str, family: str, *groups: str, wish: bool = False) -> dict[str, Any]:
    return {**reviewed(materiality, family, *groups), "pilot_wish": wish}


def readings(complete: bool, met: bool, extended: bool) -> dict[str, Any]:
    return {"readings_complete": complete, "criteria_met": met, "extended_before": extended}


def told(change_type: str, family: str, holder: str = "existing") -> dict[str, Any]:
    return {"change_type": change_type, "family": family, "holder": holder}


def notice(days: int, method: str = "announcement") -> dict[str, Any]:
    return {"notice_days": days, "method": method}


EVERYBODY_ON_NEW = ["compliance", "risk", "finance", "legal", "consumer_protection", "aml", "technology", "operations"]

ALWAYS, SERIOUS = ["risk_assessment", "costing"], ["monitoring", "first_review"]
ALL_OF_NEW = [
    "terms", "readiness", "aml", "personal_information", "accounting_tax", *SERIOUS, "exit_plan", "test_evidence",
    "consumer_protection",
]  # fmt: skip

CASES: dict[str, list[tuple[dict[str, Any], Any]]] = {
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
        (change(max_rate_change_bp=10, groups_touched=["rates", "limits"]), "material"),
        (change(groups_touched=["target_market"]), "material"),
        (change(groups_touched=["features", "documents"]), "minor"),
        (change(groups_touched=["fees"]), "minor"),
        (change(groups_touched=["something_new"]), "material"),
        (change(groups_touched=[]), "material"),
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
        (opinions(vetoes=1, send_backs=3), "rejected"),
        (opinions(send_backs=1, rejections=1), "send_back"),
        (opinions(rejections=2), "proceed"),
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
        ({"materiality": "minor", "family": "wealth"}, "executive"),
        ({"materiality": "material", "family": "deposit"}, "executive"),
        ({"materiality": "material", "family": "wealth"}, "committee"),
        ({"materiality": "new_product", "family": "card"}, "committee"),
        ({"materiality": "new_product", "family": "fx"}, "board"),
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
}


@pytest.mark.parametrize(
    ("key", "inputs", "expected"),
    [pytest.param(key, *case, id=f"{key}-{n}") for key, cases in CASES.items() for n, case in enumerate(cases)],
)
def test_a_case_is_decided_as_the_policy_says(key: str, inputs: dict[str, Any], expected: Any) -> None:
    assert TABLES[key].evaluate(inputs).output == expected


@pytest.mark.parametrize("key", sorted(TABLES))
def test_every_row_of_a_table_is_hit_by_some_case(key: str) -> None:
    hit = {rule for inputs, _ in CASES[key] for rule in TABLES[key].evaluate(inputs).rules}
    assert hit == {rule.id for rule in TABLES[key].rules}


def test_a_pilot_always_gets_exactly_one_verdict() -> None:
    verdicts = [
        TABLES["pilot_verdict"].evaluate(readings(complete, met, extended)).output
        for complete in (True, False)
        for met in (True, False)
        for extended in (True, False)
    ]
    assert None not in verdicts


@pytest.mark.parametrize("family", ["deposit", "loan", "card", "wealth", "fx", "precious_metal", "digital"])
def test_compliance_reads_everything_and_consumer_protection_every_new_product(family: str) -> None:
    departments = TABLES["review_departments"]
    for materiality in ("minor", "material", "new_product"):
        assert "compliance" in departments.evaluate(reviewed(materiality, family, "basics")).output
    assert "consumer_protection" in departments.evaluate(reviewed("new_product", family)).output
    for group in ("terms", "rates", "fees"):
        assert "consumer_protection" in departments.evaluate(reviewed("material", family, group)).output
