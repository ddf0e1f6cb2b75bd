"""Ceilings are entered by one person and confirmed by another, are never changed, and hold by day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session, unit_of_work
from app.modules.pricing.models import CeilingKept, RateCeiling
from app.modules.pricing.queries import in_force
from app.modules.pricing.rules import above, measure
from tests.modules.changes.conftest import Ask

RATE = {"value": "1.80", "unit": "percent", "period": "P1Y", "day_count": "ACT/360"}
BODY: dict[str, Any] = {
    "family": "deposit",
    "product_type": "time_deposit",
    "currency": "CNY",
    "term": "P12M",
    "rate": RATE,
    "valid_from": "2026-01-01",
    "document": "Convention 2026-1",
}


def entered(ask: Ask, **other: Any) -> int:
    answer = ask("zheng.hao", "POST", "/rate-ceilings", {**BODY, **other})
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def confirmed(ask: Ask, **other: Any) -> int:
    found = entered(ask, **other)
    assert ask("xie.na", "POST", f"/rate-ceilings/{found}/confirm").status_code == 200
    return found


def holding(ask: Ask, day: str) -> list[int]:
    return [item["id"] for item in ask("tan.xue", "GET", f"/rate-ceilings?day={day}").json["items"]]


def test_a_ceiling_holds_once_another_person_has_confirmed_it(ask: Ask) -> None:
    ceiling = entered(ask)
    assert holding(ask, "2026-06-01") == []
    answer = ask("xie.na", "POST", f"/rate-ceilings/{ceiling}/confirm")
    assert (answer.json["state"], answer.json["term"], answer.json["rate"]) == ("confirmed", "P1Y", RATE)
    assert holding(ask, "2026-06-01") == [ceiling]
    assert holding(ask, "2025-12-31") == []
    assert ask("xie.na", "POST", f"/rate-ceilings/{ceiling}/confirm").json["code"] == "confirmed"


def test_who_entered_it_does_not_confirm_it_and_nobody_else_enters_any(ask: Ask) -> None:
    ceiling = entered(ask)
    assert ask("zheng.hao", "POST", f"/rate-ceilings/{ceiling}/confirm").status_code == 403
    assert ask("wang.zhiyuan", "POST", f"/rate-ceilings/{ceiling}/confirm").status_code == 403
    own = ask("xie.na", "POST", "/rate-ceilings", BODY).json["id"]
    assert ask("xie.na", "POST", f"/rate-ceilings/{own}/confirm").status_code == 403
    assert ask("lin.yue", "POST", "/rate-ceilings", BODY).status_code == 403
    assert holding(ask, "2026-06-01") == []


def test_a_later_ceiling_replaces_the_former_from_its_day_on(ask: Ask) -> None:
    first = confirmed(ask)
    second = confirmed(ask, valid_from="2026-07-01", rate={**RATE, "value": "1.60"})
    assert holding(ask, "2026-06-30") == [first]
    assert holding(ask, "2026-07-01") == [second]
    knew = session().get_one(RateCeiling, second).confirmed_at
    assert knew is not None
    before = [row.id for row in in_force(session(), date(2026, 7, 1), known_at=datetime(2020, 1, 1, tzinfo=UTC))]
    assert before == []


def test_the_list_pages_through_all_that_was_entered(ask: Ask) -> None:
    made = [entered(ask), confirmed(ask), entered(ask)]
    first = ask("jin.cheng", "GET", "/rate-ceilings?limit=2").json
    rest = ask("jin.cheng", "GET", f"/rate-ceilings?limit=2&cursor={first['next']}").json
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"product_type": "housing_loan"}, "/product_type"),
        ({"product_type": "bond"}, "/product_type"),
        ({"term": "a year"}, "/term"),
        ({"term": "P0D"}, "/term"),
        ({"rate": {**RATE, "value": 1.8}}, "/rate/value"),
        ({"rate": {**RATE, "value": "-1.8"}}, "/rate/value"),
        ({"rate": {**RATE, "unit": "bp"}}, "/rate/unit"),
        ({"currency": "yuan"}, "/currency"),
        ({"valid_from": "soon"}, "/valid_from"),
        ({"valid_from": "1999-12-31"}, "/valid_from"),
        ({"document": ""}, "/document"),
        ({"confirmed_by": "zheng.hao"}, "/confirmed_by"),
    ],
)
def test_what_is_wrong_is_pointed_at(ask: Ask, wrong: dict[str, Any], pointer: str) -> None:
    answer = ask("zheng.hao", "POST", "/rate-ceilings", {**BODY, **wrong})
    assert answer.status_code == 422, answer.json
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]
    assert ask("zheng.hao", "GET", "/rate-ceilings").json["items"] == []


def test_an_unknown_ceiling_is_not_there(ask: Ask) -> None:
    assert ask("xie.na", "POST", "/rate-ceilings/9/confirm").status_code == 404


def test_a_ceiling_is_never_changed_nor_deleted(ask: Ask) -> None:
    ceiling = confirmed(ask)
    with pytest.raises(CeilingKept), unit_of_work() as uow:
        uow.get_one(RateCeiling, ceiling).rate = {**RATE, "value": "9"}
    with pytest.raises(CeilingKept), unit_of_work() as uow:
        uow.get_one(RateCeiling, ceiling).confirmed_by = "lin.yue"
    with pytest.raises(CeilingKept), unit_of_work() as uow:
        uow.delete(uow.get_one(RateCeiling, ceiling))


def test_every_entry_and_confirmation_stands_in_a_chain(ask: Ask) -> None:
    ceiling = confirmed(ask)
    events = select(AuditEvent).where(AuditEvent.stream == f"rate_ceiling:{ceiling}").order_by(AuditEvent.number)
    said = [(event.action, event.actor) for event in session().scalars(events)]
    assert said == [("ceiling.entered", "zheng.hao"), ("ceiling.confirmed", "xie.na")]


def ceiling_of(term: str | None, value: str, product_type: str | None = "time_deposit", **other: Any) -> RateCeiling:
    rate = {**RATE, "value": value, **other}
    return RateCeiling(
        id=1, family="deposit", product_type=product_type, currency="CNY", term=term, rate=rate, document="Paper"
    )


def content(*tiers: tuple[str | None, str], **other: Any) -> dict[str, Any]:
    rows = [{"kind": "fixed", **({"term": term} if term else {}), "rate": {**RATE, "value": v}} for term, v in tiers]
    return {"type": "time_deposit", "terms": {"currency": "CNY"}, "rates": {"tiers": rows}, **other}


def excesses(document: dict[str, Any], *ceilings: RateCeiling) -> list[str]:
    return [str(m.excess_bp.normalize()) for m in measure(document, ceilings)]


def test_a_term_falls_under_the_ceiling_of_the_longest_term_that_is_not_longer() -> None:
    known = ceiling_of("P3M", "1"), ceiling_of("P1Y", "2"), ceiling_of(None, "0.5")
    assert excesses(content(("P3M", "1.1"), ("P6M", "1.1"), ("P1Y", "2.1"), ("P18M", "1.9")), *known) == [
        "1E+1",
        "1E+1",
        "1E+1",
        "-1E+1",
    ]
    assert excesses(content((None, "0.6"), ("P7D", "0.6")), *known) == ["1E+1", "1E+1"]
    assert excesses(content((None, "0.6")), known[0]) == []


def test_a_ceiling_of_the_type_comes_before_one_of_the_family_and_currencies_stand_apart() -> None:
    family, own = ceiling_of("P1Y", "1", product_type=None), ceiling_of("P1Y", "2")
    assert excesses(content(("P1Y", "1.5")), family) == ["5E+1"]
    assert excesses(content(("P1Y", "1.5")), family, own) == ["-5E+1"]
    assert excesses(content(("P1Y", "1.5"), terms={"currency": "USD"}), family, own) == []


def test_a_penalty_is_no_rate_that_is_offered() -> None:
    document = content(("P1Y", "1.5"))
    document["rates"]["tiers"][0]["kind"] = "early_withdrawal"
    assert excesses(document, ceiling_of("P1Y", "1")) == []


def test_rates_of_other_bases_are_compared_for_a_year_of_365_days() -> None:
    """1.8 % on 360 days are 1.825 % on 365."""
    rate, ceiling = {**RATE, "value": "1.80"}, {**RATE, "value": "1.825", "day_count": "ACT/365F"}
    assert above(rate, ceiling) == 0
    assert above({**rate, "unit": "fraction", "value": "0.018"}, {**RATE, "value": "1.8"}) == 0
    assert above({**RATE, "value": "1.8001"}, RATE) == Decimal("0.01")
