"""A product's risk is identified, measured, judged, limited and transferred; what remains is kept with all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session, unit_of_work
from app.modules.risk.models import Assessment, ExpertScore, RiskRecordKept
from app.modules.risk.rules.concentration import spread
from tests.modules.changes.conftest import Ask
from tests.modules.risk.tables import SCORECARD, cases, csv
from tests.processes.play import Play
from tests.processes.test_new_products import new

OFFICER, HEAD = "chen.rui", "xu.feng"
Keep = Callable[..., dict[str, Any]]
CARD = {"key": "card", "name": "Card 1", "method": "scorecard", "table": SCORECARD,
        "base_score": "50", "base_odds": "19", "points_to_double_odds": "20"}  # fmt: skip
LIMIT = {"key": "td-most", "name": "Time deposits", "scope": "product", "of": "TD", "measure": "reading", "value": "50"}
COVER = {"policy": "P-1", "product": "TD", "kind": "credit_insurance", "insurer": "Insurer A", "cover_percent": "80",
         "cover_amount": "1000000", "premium": "1200", "valid_until": "2030-12-31"}  # fmt: skip


@pytest.fixture
def keep(ask: Ask) -> Keep:
    """``keep("limits", body)``: entered by the officer, confirmed by the head."""

    def entered(book: str, body: dict[str, Any], valid_from: str = "2020-01-01") -> dict[str, Any]:
        given = {"valid_from": valid_from, "source": "Committee minutes 3", **body}
        row = ask(OFFICER, "POST", f"/risk/{book}", given)
        assert row.status_code == 201, row.json
        path = f"/risk/{book}/{row.json['id']}/confirm"
        answer = ask(HEAD, "POST", path, {"content_hash": row.json["content_hash"]})
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    return entered


def assessed(ask: Ask, **given: Any) -> dict[str, Any]:
    answer = ask(OFFICER, "POST", "/risk/assessments", {"product": "TD", **given})
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def concluded(ask: Ask, found: dict[str, Any]) -> dict[str, Any]:
    answer = ask(HEAD, "POST", f"/risk/assessments/{found['id']}/conclude")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def scored(ask: Ask, found: dict[str, Any], who: str, score: int, risk: str = "reputation") -> Any:
    body = {"risk": risk, "score": score, "reason": "Because."}
    return ask(who, "POST", f"/risk/assessments/{found['id']}/scores", body)


def test_a_deposit_bears_the_risks_of_its_kind_each_with_its_ground(ask: Ask) -> None:
    found = assessed(ask)["identified"]
    assert {"liquidity", "money_laundering", "compliance"} <= {each["risk"] for each in found}
    assert all(each["ground_en"] and each["ground_zh"] and each["origin"] == "product" for each in found)


def test_lower_lending_rates_within_a_year_bring_a_risk_to_deposits(ask: Ask, keep: Keep) -> None:
    keep("factors", {"factor": "lpr_1y", "value": "3.45"}, "2020-01-01")
    assert {each["origin"] for each in assessed(ask)["identified"]} == {"product"}
    row = keep("factors", {"factor": "lpr_1y", "value": "3.00"}, "2026-06-01")
    brought = [each for each in assessed(ask)["identified"] if each["origin"] == "environment"]
    assert [(each["risk"], each["move_bp"], each["record"]) for each in brought] == [("market", "-45", row["id"])]


def test_a_model_counts_once_confirmed_and_is_kept_with_its_result(ask: Ask, keep: Keep) -> None:
    asked = {"model": "card", "inputs": {"age": "40", "debt": "0.1"}}
    refused = ask(OFFICER, "POST", "/risk/assessments", {"product": "TD", **asked})
    assert [e["pointer"] for e in refused.json["errors"]] == ["/model"]
    model = keep("models", CARD)
    found = assessed(ask, **asked)["quantitative"]
    assert (found["record"], found["model_hash"]) == (model["id"], model["content_hash"])
    assert found["default_probability"] == "0.035881"


def test_a_model_fitted_over_the_wire_shows_its_quality_and_keeps_no_cases(ask: Ask, keep: Keep) -> None:
    body = {"key": "fitted", "name": "Fitted", "method": "logistic", "table": csv(cases()), "target": "default"}
    content = keep("models", body)["content"]
    assert set(content["quality"]) == {"tested", "auc", "brier", "deciles"}
    assert "table" not in content
    assert len(content["table_hash"]) == 64
    found = assessed(ask, model="fitted", inputs={"income": "10", "debt": "0.5"})
    assert found["quantitative"]["quality"] == content["quality"]


def test_experts_score_once_each_and_median_and_spread_are_shown(ask: Ask) -> None:
    found = assessed(ask)
    for who, score in ((OFFICER, 2), (HEAD, 4), ("zheng.hao", 3)):
        assert scored(ask, found, who, score).status_code == 201
    assert scored(ask, found, OFFICER, 1).json["code"] == "scored"
    assert scored(ask, found, "tan.xue", 1).status_code == 403
    assert scored(ask, found, "xie.na", 6).status_code == 422
    done = concluded(ask, found)
    assert done["qualitative"] == {"reputation": {"median": "3", "lowest": 2, "highest": 4, "experts": 3}}
    assert (done["inherent"], done["residual"]) == ("medium", "medium")
    assert "median 3 of 5" in done["texts"]["en"]
    assert "中位数3分" in done["texts"]["zh"]


def test_what_others_bear_takes_the_risk_down(ask: Ask, keep: Keep) -> None:
    keep("transfers", COVER)
    found = assessed(ask, exposure="1000000")
    assert [each["covers"] for each in found["transfers"]] == ["800000"]
    scored(ask, found, HEAD, 3)
    assert concluded(ask, found)["residual"] == "low"


def test_cover_is_never_more_than_there_is_to_cover_nor_beyond_its_end(ask: Ask, keep: Keep) -> None:
    keep("transfers", COVER)
    keep("transfers", {**COVER, "policy": "P-2"})
    keep("transfers", {**COVER, "policy": "P-3", "valid_until": "2021-01-01"})
    found = assessed(ask, exposure="1000.50")
    assert [each["covers"] for each in found["transfers"]] == ["800.4", "200.1"]


def test_a_limit_that_is_exceeded_makes_the_risk_high(ask: Ask, keep: Keep) -> None:
    keep("limits", LIMIT)
    assert [limit["utilisation"] for limit in ask(OFFICER, "GET", "/risk/utilisation").json["items"]] == [None]
    keep("readings", {"limit": "td-most", "value": "55"})
    found = assessed(ask)
    assert [limit["utilisation"] for limit in found["limits"]] == ["110"]
    assert concluded(ask, found)["residual"] == "high"


def test_nothing_measured_is_never_low(ask: Ask) -> None:
    assert concluded(ask, assessed(ask))["residual"] == "medium"


def test_what_is_concluded_stands_still(ask: Ask) -> None:
    found = assessed(ask)
    scored(ask, found, HEAD, 2)
    done = concluded(ask, found)
    assert len(done["content_hash"]) == 64
    assert scored(ask, found, OFFICER, 2).json["code"] == "concluded"
    assert ask(HEAD, "POST", f"/risk/assessments/{found['id']}/conclude").json["code"] == "concluded"
    with pytest.raises(RiskRecordKept), unit_of_work() as uow:
        uow.get_one(Assessment, found["id"]).conclusion = {}
    with pytest.raises(RiskRecordKept), unit_of_work() as uow:
        uow.get_one(ExpertScore, (found["id"], "reputation", HEAD)).score = 1
    events = select(AuditEvent.action).where(AuditEvent.stream == f"risk_assessment:{found['id']}")
    said = list(session().scalars(events.order_by(AuditEvent.number)))
    assert said == ["risk.assessed_product", "risk.scored", "risk.concluded"]


def test_risk_management_assesses_and_its_head_concludes_what_somebody_else_made(ask: Ask) -> None:
    assert ask("lin.yue", "POST", "/risk/assessments", {"product": "TD"}).status_code == 403
    found = assessed(ask)
    for who in ("zheng.hao", OFFICER):
        assert ask(who, "POST", f"/risk/assessments/{found['id']}/conclude").status_code == 403
    own = ask(HEAD, "POST", "/risk/assessments", {"product": "TD"}).json
    assert ask(HEAD, "POST", f"/risk/assessments/{own['id']}/conclude").status_code == 403
    assert ask("lin.yue", "GET", f"/risk/assessments/{found['id']}").status_code == 200


@pytest.mark.parametrize(
    ("book", "body", "pointer"),
    [
        ("limits", {**LIMIT, "of": "NOTHING"}, "/of"),
        ("limits", {**LIMIT, "scope": "type", "of": "bond"}, "/of"),
        ("limits", {**LIMIT, "value": "120"}, "/value"),
        ("limits", {**LIMIT, "measure": "balance", "value": "0"}, "/value"),
        ("limits", {**LIMIT, "key": "Upper Case"}, "/key"),
        ("readings", {"limit": "unknown", "value": "5"}, "/limit"),
        ("transfers", {**COVER, "product": "NOTHING"}, "/product"),
        ("transfers", {**COVER, "valid_until": "2019-12-31"}, "/valid_until"),
        ("transfers", {**COVER, "cover_percent": "101"}, "/cover_percent"),
        ("models", {**CARD, "method": "logistic"}, "/target"),
        ("models", {k: v for k, v in CARD.items() if k != "base_odds"}, "/base_odds"),
        ("models", {**CARD, "points_to_double_odds": "0"}, "/points_to_double_odds"),
        ("models", {**CARD, "method": "magic"}, "/method"),
    ],
)
def test_what_is_wrong_is_pointed_at(ask: Ask, book: str, body: dict[str, Any], pointer: str) -> None:
    answer = ask(OFFICER, "POST", f"/risk/{book}", {"valid_from": "2020-01-01", "source": "Paper", **body})
    assert answer.status_code == 422, answer.json
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]


def test_concentration_is_the_sum_of_squared_shares() -> None:
    from decimal import Decimal

    even = spread({"a": Decimal(5), "b": Decimal(5)})
    assert (even.hhi, even.alike, even.shares) == (5000, Decimal("2.0"), [("a", Decimal(50)), ("b", Decimal(50))])
    assert spread({"a": Decimal(3)}).hhi == 10_000
    assert (spread({}).hhi, spread({}).alike) == (0, 0)


def test_concentration_over_types_and_families_is_asked_by_currency(ask: Ask) -> None:
    answer = ask("lin.yue", "GET", "/risk/concentration?currency=CNY").json
    assert (answer["total"], answer["types"]["hhi"], answer["families"]["largest"]) == ("0", "0", [])


def test_the_latest_assessment_of_a_new_product_stands_in_its_form(ask: Ask, play: Play) -> None:
    """Somebody may still type otherwise; an assessment of another version does not count."""
    new(play, "N1").do("initiate_product").do("design_product")
    path = f"/tasks/{play.task('assess_risk').id}"
    assert "residual_risk" not in ask(OFFICER, "GET", path).json["values"]
    (proposed,) = ask("chen.rui", "GET", f"/change-requests/{play.request_id}").json["versions"]
    done = concluded(ask, assessed(ask, product="N1", version=proposed["version"]))
    concluded(ask, assessed(ask, product="N1", version=1))
    shown = ask(OFFICER, "GET", path).json["values"]
    assert shown["risks"] == ["liquidity", "compliance", "money_laundering"]
    assert shown["residual_risk"] == "medium"
    assert done["texts"]["en"] in shown["file_risk_assessment"]
    play.do("assess_risk", file_risk_assessment="Typed by hand")
    assert "Typed by hand" in str(ask("xu.feng", "GET", f"/change-requests/{play.request_id}/file").json)
