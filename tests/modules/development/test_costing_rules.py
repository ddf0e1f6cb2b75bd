"""What a product earns after all its costs, by hand and by properties that must hold for any figures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from decimal import localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Invalid
from app.modules.development.rules.costing import (
    Charge,
    Plan,
    break_even_months,
    break_even_volume,
    capital_charge,
    ftp_for,
    margin_of,
    profit_of,
    shifted,
    start_of,
    years_of,
)
from app.modules.development.rules.sheet_words import words_of
from app.modules.development.rules.sheets import assumption_faults, currency_faults, plan_of, result_of

LOAN = Plan(
    side="lending",
    volume=D(1000),
    customer_rate=D(5),
    fees=Charge(),
    research=Charge(amount=D(8)),
    operating=Charge(amount=D(2), percent=D("0.5")),
    funds=Charge(percent=D(2)),
    capital=Charge(percent=D("0.5")),
    provisions=Charge(percent=D("0.3")),
    tax=D(25),
    path=[D(50), D(100)],
)


def test_a_year_of_a_loan_by_hand() -> None:
    """On 1,000: interest 50, funds −20, operating −7, provisions −3, tax −5, capital −5: profit 10."""
    first, second = years_of(LOAN)
    assert (second.interest, second.funds, second.operating, second.provisions) == (50, -20, -7, -3)
    assert (second.tax, second.capital, second.profit) == (-5, -5, 10)
    assert (first.volume, first.profit) == (500, D("4.25"))
    assert start_of(LOAN) == -6
    assert profit_of(LOAN) == D("8.25")
    assert margin_of(LOAN) == D("0.55")


def test_what_is_spent_first_is_earned_back_within_the_second_year() -> None:
    """−6 + 4.25 leaves 1.75 for the second year, which earns 10: after 12 + 12 × 0.175 months."""
    assert break_even_months(LOAN) == D("14.1")
    assert break_even_months(replace(LOAN, research=Charge(amount=D(100)))) is None
    assert break_even_months(replace(LOAN, research=Charge())) == 0


def test_a_deposit_is_paid_for_the_funds_it_brings() -> None:
    deposit = replace(LOAN, side="funding", customer_rate=D("1.5"), capital=Charge(), provisions=Charge())
    year = years_of(deposit)[1]
    assert (year.interest, year.funds, year.operating) == (-15, 20, -7)
    assert profit_of(shifted(deposit, "ftp_bp", D(50))) > profit_of(deposit)
    assert profit_of(shifted(LOAN, "ftp_bp", D(50))) < profit_of(LOAN)


def test_dearer_funds_cost_their_basis_points_on_every_volume_after_tax() -> None:
    """50 bp on 500 and 1,000 are 7.5 before and 5.625 after tax."""
    assert profit_of(LOAN) - profit_of(shifted(LOAN, "ftp_bp", D(50))) == D("5.625")


figures = st.decimals(min_value=0, max_value=1000, places=2)
charges = st.builds(Charge, amount=figures, percent=st.decimals(min_value=0, max_value=3, places=4))
plans = st.builds(
    Plan,
    side=st.sampled_from(["lending", "funding", "services"]),
    volume=st.decimals(min_value=1, max_value=10**9, places=2),
    customer_rate=st.decimals(min_value=0, max_value=10, places=4),
    fees=charges,
    research=charges,
    operating=charges,
    funds=charges,
    capital=charges,
    provisions=charges,
    tax=st.decimals(min_value=0, max_value=40, places=1),
    path=st.lists(st.decimals(min_value=1, max_value=200, places=0), min_size=1, max_size=8),
)


@given(plans)
def test_at_the_break_even_volume_nothing_is_earned_and_nothing_lost(plan: Plan) -> None:
    with localcontext(prec=100):
        volume = break_even_volume(plan)
        if volume:
            assert abs(profit_of(replace(plan, volume=volume))) < D("1e-40")
            assert profit_of(replace(plan, volume=volume * 2)) > 0


@given(plans)
def test_who_ends_without_loss_breaks_even_within_the_horizon(plan: Plan) -> None:
    months = break_even_months(plan)
    assert (months is not None) == (profit_of(plan) >= 0)
    assert months is None or 0 <= months <= 12 * len(plan.path)


@given(plans, st.sampled_from([D(-50), D(50)]))
def test_more_provisions_never_earn_more(plan: Plan, by: D) -> None:
    difference = profit_of(shifted(plan, "provisions_percent", by)) - profit_of(plan)
    assert difference * by <= 0


@given(plans)
def test_a_result_is_made_of_texts_that_a_second_reckoning_gives_again(plan: Plan) -> None:
    assert result_of(plan) == result_of(plan)
    assert all(isinstance(value, str) for year in result_of(plan)["years"] for value in year.values())


CURVE = [("P1Y", D("1.7")), ("P3M", D("1.5")), ("P3Y", D("1.9"))]


def test_a_term_between_two_points_is_priced_in_proportion_and_none_outside() -> None:
    assert ftp_for(CURVE, "P1Y") == D("1.7")
    assert ftp_for(CURVE, "P2Y") == D("1.8")
    assert ftp_for(CURVE, "P1M") is None
    assert ftp_for(CURVE, "P5Y") is None


def test_capital_is_charged_by_risk_weight_ratio_and_cost() -> None:
    """Half of 10 per cent of the volume must earn 12 per cent: 0.6 per cent of the volume."""
    assert capital_charge(D(50), D(10), D(12)) == Charge(percent=D("0.6"))


SHEET = {
    "currency": "CNY",
    "volume": "1000",
    "customer_rate": "5",
    "term": "P1Y",
    "risk_weight": "100",
    "lines": {
        "research": {"value": "8", "unit": "CNY", "basis": "Man-months"},
        "operating": {"value": "0.5", "unit": "percent", "basis": "Allocation"},
        "provisions": {"value": "0.3", "unit": "percent", "basis": "Scorecard"},
    },
}
ASSUMED = {
    "curve": [{"term": "P1Y", "rate": "2"}],
    "capital_ratio": "10",
    "cost_of_capital": "5",
    "tax": "25",
    "path": ["50", "100"],
}


def test_without_lines_of_their_own_funds_and_capital_follow_the_assumptions() -> None:
    plan = plan_of(SHEET, ASSUMED, "lending")
    assert (plan.funds, plan.capital) == (Charge(percent=D(2)), Charge(percent=D("0.5")))
    own = {**SHEET, "lines": {**SHEET["lines"], "funds": {"value": "3", "unit": "percent", "basis": "Deal"}}}  # type: ignore[dict-item]
    assert plan_of(own, ASSUMED, "lending").funds == Charge(percent=D(3))


@pytest.mark.parametrize(("term", "code"), [(None, "required"), ("P9Y", "outside_the_curve")])
def test_funds_without_a_price_are_refused_at_the_term(term: str | None, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan_of({**SHEET, "term": term}, ASSUMED, "funding")
    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/sheet/term", code)]
    assert plan_of({**SHEET, "term": term}, ASSUMED, "services").funds == Charge()


def test_a_second_currency_is_located() -> None:
    mixed = {**SHEET, "lines": {**SHEET["lines"], "fees": {"value": "1", "unit": "USD", "basis": "Tariff"}}}  # type: ignore[dict-item]
    assert [f.pointer for f in currency_faults(mixed, {"/assumptions": "EUR"})] == [
        "/sheet/lines/fees/unit",
        "/assumptions",
    ]
    assert list(currency_faults(SHEET, {"/currency": "CNY"})) == []


def test_assumptions_that_contradict_themselves_are_located() -> None:
    twice = {**ASSUMED, "curve": [{"term": "P1Y", "rate": "2"}, {"term": "P1Y", "rate": "3"}], "path": ["0", "0"]}
    assert [f.pointer for f in assumption_faults(twice)] == ["/curve/1/term", "/path"]


def test_the_text_says_the_same_figures_in_both_languages() -> None:
    result = result_of(plan_of(SHEET, ASSUMED, "lending"))
    texts = words_of("CS-00001", "TD", SHEET, result, "FA-00001")
    for text in texts.values():
        for figure in (result["margin"], f"{D(result['profit']):,}", "CS-00001", "FA-00001", "Scorecard"):
            assert figure in text
