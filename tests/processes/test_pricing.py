"""The pricing path: many deposits in one request, and the self-discipline ceilings of the day they take effect."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.database import end_read, session
from app.kernel.errors import Conflict, Invalid
from app.modules.changes.models import ExecutiveDecision, RateCheck
from app.modules.changes.services.ceilings import checks_of
from app.modules.changes.services.outlook import compare
from app.modules.pricing import services as pricing
from app.workflow.decisions.models import DecisionRecord
from tests.processes.bank import TIME_DEPOSIT, dearer, person, rate
from tests.processes.play import Play
from tests.statements import counted

DEMAND: Mapping[str, Any] = {
    "type": "demand_deposit",
    "basics": {"name": {"en": "Demand deposit", "zh": "活期存款"}},
    "terms": {"currency": "CNY"},
    "rates": {"tiers": [{"kind": "standard", "rate": rate("0.30")}]},
}
CERTIFICATE: Mapping[str, Any] = {
    "type": "large_cd",
    "basics": {"name": {"en": "Certificate of deposit", "zh": "大额存单"}},
    "terms": {"currency": "CNY", "minimum": {"amount": "200000", "currency": "CNY"}},
    "rates": {"tiers": [{"kind": "fixed", "term": "P1Y", "rate": rate("1.80")}]},
}
KINDS = (DEMAND, TIME_DEPOSIT, CERTIFICATE)
CUTS = ("0.25", "1.45", "1.70")


def ceiling(play: Play, percent: str, valid_from: date = date(2026, 1, 1), **other: Any) -> None:
    """The officer enters a ceiling for deposits, the head confirms it."""
    terms: dict[str, Any] = {"family": "deposit", "currency": "CNY", "document": "Convention 2026-1", **other}

    def write(uow: Any) -> None:
        row = pricing.enter(
            uow, rate=rate(percent), valid_from=valid_from, actor=person(uow, "zheng.hao"), now=play.now, **terms
        )
        pricing.confirm(uow, ceiling_id=row.id, actor=person(uow, "xie.na"), now=play.now)

    play.step(write)


def checks(play: Play) -> list[RateCheck]:
    found = checks_of(session(), play.request_id)
    session().expunge_all()
    end_read()
    return found


def asked_of_table() -> list[tuple[Any, Any]]:
    rows = select(DecisionRecord).where(DecisionRecord.decision_key == "rate_ceiling").order_by(DecisionRecord.id)
    found = [(record.inputs["excess_bp"], record.output) for record in session().scalars(rows)]
    end_read()
    return found


@pytest.mark.slow
def test_a_rate_cut_over_forty_deposits_takes_effect_together(play: Play) -> None:
    """One request: need, design, test, compliance and ALM with two signatures each, decided, no pilot, all at once."""
    codes = [f"D{n:02d}" for n in range(40)]
    play.sell({code: KINDS[n % 3] for n, code in enumerate(codes)})
    for kind, percent in (("demand_deposit", "0.55"), ("time_deposit", "2.25"), ("large_cd", "2.30")):
        ceiling(play, percent, product_type=kind)
    cut = {code: dearer(KINDS[n % 3], CUTS[n % 3]) for n, code in enumerate(codes)}
    play.draft(cut).submit().prepare()
    assert play.asked() == ["alm", "compliance"]
    play.review()
    reviews = play.reviews()
    assert {(r.department, r.reviewer, r.signed_by) for r in reviews} == {
        ("alm", "zheng.hao", "xie.na"),
        ("compliance", "zhou.ting", "ma.chao"),
    }
    play.do("executive_decision")
    assert play.standing() == ["plan_rollout"]
    play.do("plan_rollout", notice_days=0)
    before = {code: play.sale(code, at=play.now).version for code in codes[:3]}
    play.wait(minutes=5)
    assert (play.request().state, play.request().materiality) == ("live", "minor")
    versions = play.versions()
    assert len(versions) == 40
    assert len({v.valid_from for v in versions}) == 1
    assert all(v.content_hash and v.state == "live" and v.number == 2 for v in versions)
    assert before == {code: 2 for code in codes[:3]}
    with counted() as said:
        compared = compare(session(), play.request(), play.now)
        assert [c.product.code for c in compared if c.touched] == codes
    assert len(said) <= 4, "a request is read at once, not product by product"
    assert [(c.stage, c.outcome, c.measured, c.lines) for c in checks(play)] == [
        ("submission", "kept", 40, []),
        ("design", "kept", 40, []),
        ("review", "kept", 40, []),
        ("schedule", "kept", 40, []),
    ]


def raised(play: Play, percent: str, **details: Any) -> Play:
    play.sell({"TD": TIME_DEPOSIT})
    return play.draft({"TD": dearer(TIME_DEPOSIT, percent)}, **details)


def test_a_rate_far_above_its_ceiling_is_not_submitted(play: Play) -> None:
    ceiling(play, "1.60")
    raised(play, "1.75")
    with pytest.raises(Invalid) as refused:
        play.submit()
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("/versions/0/content/rates/tiers/0/rate", "rate_ceiling")
    assert fault.values == {
        "product": "TD",
        "rate": "1.75 %",
        "excess": "15",
        "ceiling": "1.6 %",
        "document": "Convention 2026-1",
        "day": "2026-11-23",
    }
    assert (play.request().state, checks(play), asked_of_table()) == ("draft", [], [])


def test_a_rate_a_little_above_its_ceiling_is_never_decided_under_delegated_authority(play: Play) -> None:
    ceiling(play, "1.60")
    play.grant(holder="corporate_banking:head", families=["deposit"], max_rate_change_bp=25)
    raised(play, "1.65").submit().prepare()
    with pytest.raises(Invalid) as bare:
        play.do("give_opinion", "alm", opinion=None)
    assert [f.pointer for f in bare.value.faults] == ["/data/opinion"]
    play.review()
    assert play.standing() == ["executive_decision"]
    alm = next(r for r in play.reviews() if r.department == "alm")
    assert {p["key"]: p["met"] for p in alm.points} == {"ceiling": False, "ftp": True}
    assert [(c.stage, c.outcome, c.excess_bp) for c in checks(play)] == [
        ("submission", "executive", "5"),
        ("design", "executive", "5"),
        ("review", "executive", "5"),
    ]
    assert asked_of_table() == [(5, "executive")] * 3
    play.do("executive_decision").do("plan_rollout", notice_days=0)
    play.wait(minutes=5)
    assert play.request().state == "live"
    assert session().scalars(select(ExecutiveDecision.level)).all() == ["executive"]
    end_read()


def test_within_the_ceiling_the_authority_holds(play: Play) -> None:
    ceiling(play, "1.65")
    play.grant(holder="corporate_banking:head", families=["deposit"], max_rate_change_bp=25)
    raised(play, "1.65").submit().prepare().review()
    assert play.standing() == ["delegated_decision"]


def test_a_ceiling_lowered_meanwhile_blocks_the_scheduling_with_the_reason(play: Play) -> None:
    ceiling(play, "1.70")
    raised(play, "1.65").submit().prepare().review().do("executive_decision")
    ceiling(play, "1.60", date(2026, 12, 1))
    with pytest.raises(Conflict) as refused:
        play.do("plan_rollout", notice_days=0, effective_on="2026-12-01")
    assert refused.value.code == "rate_ceiling"
    assert refused.value.values["excess"] == "5"
    assert "2026-12-01" in str(refused.value)
    assert (play.request().state, play.standing()) == ("approved", ["plan_rollout"])
    assert [c.stage for c in checks(play)] == ["submission", "design", "review"]
    play.do("plan_rollout", notice_days=0, effective_on="2026-11-30")
    assert play.request().state == "scheduled"


def test_the_ceiling_of_the_effective_day_counts_not_that_of_today(play: Play) -> None:
    ceiling(play, "1.70")
    ceiling(play, "1.50", date(2026, 12, 1))
    raised(play, "1.65", effective_on=date(2026, 12, 1))
    with pytest.raises(Invalid):
        play.submit()
    play.edit({}, effective_on=date(2026, 11, 30)).submit()
    assert [(c.day, c.outcome) for c in checks(play)] == [(date(2026, 11, 30), "kept")]


def test_a_tier_of_several_is_named(play: Play) -> None:
    """Each tier has the ceiling of its own term; the ones that keep to it are not named."""
    ceiling(play, "1.60", term="P1Y")
    ceiling(play, "1.90", term="P2Y")
    content = deepcopy(dict(TIME_DEPOSIT))
    content["rates"]["tiers"] = [
        {"kind": "fixed", "term": "P1Y", "rate": rate("1.60")},
        {"kind": "fixed", "term": "P2Y", "rate": rate("2.10")},
    ]
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": content})
    with pytest.raises(Invalid) as refused:
        play.submit()
    assert [f.pointer for f in refused.value.faults] == ["/versions/0/content/rates/tiers/1/rate"]
