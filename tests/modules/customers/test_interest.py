"""Day counts and interest agree with QuantLib's, in whatever period and at whatever rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st

from app.modules.catalogue.types.description import DAY_COUNTS
from app.modules.customers.rules.agreed import rate_of
from app.modules.customers.rules.interest import annual, interest, times_a_year, year_fraction
from app.modules.customers.rules.terms import after
from tests.modules.customers.conftest import deposit

CASES = settings(max_examples=400)
THEIRS = {
    "ACT/360": ql.Actual360(),
    "ACT/365F": ql.Actual365Fixed(),
    "ACT/ACT": ql.ActualActual(ql.ActualActual.ISDA),
    "30/360": ql.Thirty360(ql.Thirty360.BondBasis),
}
FREQUENCIES = {"P1M": ql.Monthly, "P3M": ql.Quarterly, "P6M": ql.Semiannual, "P1Y": ql.Annual}
periods = st.tuples(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.dates(date(1950, 1, 1), date(2150, 12, 31))).map(
    sorted
)
terms = st.tuples(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(0, 31 * 366)).map(
    lambda drawn: (drawn[0], date.fromordinal(drawn[0].toordinal() + drawn[1]))
)
rates = st.decimals("0", "0.36", places=6)
principals = st.decimals("0.01", "9999999.99", places=2)


def theirs(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)


def rate(value: Decimal, day_count: str, period: str = "P1Y", unit: str = "fraction") -> dict[str, Any]:
    return {"value": str(value), "unit": unit, "period": period, "day_count": day_count}


@pytest.mark.parametrize("day_count", DAY_COUNTS)
@given(period=periods)
@CASES
def test_fractions_of_a_year_are_those_of_quantlib(day_count: str, period: list[date]) -> None:
    start, end = period
    expected = THEIRS[day_count].yearFraction(theirs(start), theirs(end))
    assert abs(float(year_fraction(day_count, start, end)) - expected) < 1e-12


@pytest.mark.parametrize("day_count", DAY_COUNTS)
@given(period=terms, value=rates, principal=principals)
@CASES
def test_simple_interest_is_that_of_quantlib_to_the_cent(
    day_count: str, period: tuple[date, date], value: Decimal, principal: Decimal
) -> None:
    found = interest(principal, rate(value, day_count), *period, currency="CNY")
    quoted = ql.InterestRate(float(value), THEIRS[day_count], ql.Simple, ql.Annual)
    assert_same_cent(found, principal, quoted, period)


@pytest.mark.parametrize("day_count", DAY_COUNTS)
@given(period=terms, value=rates, principal=principals, every=st.sampled_from(sorted(FREQUENCIES)))
@CASES
def test_compounded_interest_is_that_of_quantlib_to_the_cent(
    day_count: str, period: tuple[date, date], value: Decimal, principal: Decimal, every: str
) -> None:
    found = interest(principal, rate(value, day_count), *period, currency="CNY", compounded=every)
    quoted = ql.InterestRate(float(value), THEIRS[day_count], ql.Compounded, FREQUENCIES[every])
    assert_same_cent(found, principal, quoted, period)


def assert_same_cent(found: Decimal, principal: Decimal, quoted: ql.InterestRate, period: tuple[date, date]) -> None:
    """Theirs is a binary float: from its error on, the cent that it rounds to means nothing."""
    factor = quoted.compoundFactor(theirs(period[0]), theirs(period[1]))
    exact = float(principal) * (factor - 1)
    assert found == round(found, 2)
    assert abs(float(found) - exact) <= 0.005 + 1e-12 * float(principal) * factor


@given(start=st.dates(date(1990, 1, 1), date(2090, 12, 31)), months=st.integers(0, 400))
@CASES
def test_a_term_ends_on_the_day_that_quantlib_reaches(start: date, months: int) -> None:
    assert theirs(after(start, f"P{months}M")) == theirs(start) + ql.Period(months, ql.Months)


def test_a_half_is_rounded_up_and_only_at_the_end() -> None:
    start = date(2026, 1, 1)
    assert interest(
        Decimal("100"), rate(Decimal("0.018"), "ACT/360"), start, date(2026, 1, 2), currency="CNY"
    ) == Decimal("0.01")
    assert interest(Decimal("100"), rate(Decimal("0.01798"), "ACT/360"), start, date(2026, 1, 2), currency="CNY") == 0
    assert interest(Decimal("10050"), rate(Decimal("0.01"), "30/360"), start, date(2027, 1, 1), currency="JPY") == 101


@pytest.mark.parametrize(
    ("quoted", "expected"),
    [
        (rate(Decimal("1.55"), "ACT/360", unit="percent"), "0.0155"),
        (rate(Decimal("0.005"), "ACT/360", "P1M"), "0.060"),
        (rate(Decimal("0.0005"), "ACT/360", "P1D"), "0.1800"),
        (rate(Decimal("0.0005"), "ACT/365F", "P1D"), "0.1825"),
        (rate(Decimal("0.03"), "30/360", "P6M"), "0.06"),
    ],
)
def test_a_rate_per_month_or_day_is_brought_to_the_year(quoted: dict[str, Any], expected: str) -> None:
    assert annual(quoted) == Decimal(expected)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="ends on or after"):
        year_fraction("ACT/360", date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(ValueError, match="evenly in a year"):
        times_a_year("P5M")
    with pytest.raises(ValueError, match="evenly in a year"):
        times_a_year("P1D")
    with pytest.raises(ValueError, match="one per months or one per days"):
        annual(rate(Decimal("1"), "ACT/360", "P1M1D"))


def test_a_holding_bears_what_was_agreed_with_it_before_what_its_version_says() -> None:
    content = deposit("0.0155")
    agreed = rate(Decimal("0.0165"), "ACT/360")
    path = "rates.tiers[kind=fixed,term=P1Y].rate"
    assert rate_of(content, "P1Y", Decimal(100), None) == content["rates"]["tiers"][1]["rate"]
    assert rate_of(content, "P1Y", Decimal(100), {path: agreed}) == agreed
    assert rate_of(content, "P3M", Decimal(100), {path: agreed}) == content["rates"]["tiers"][0]["rate"]
    assert rate_of(content, "P5Y", Decimal(100), None) is None


def test_a_tier_is_chosen_by_its_band_with_the_lower_bound_in_it() -> None:
    bands = [{"balance_to": "50000"}, {"balance_from": "50000"}]
    tiers = [{"kind": "fixed", "term": "P1Y", "rate": rate(Decimal(n), "ACT/360"), **b} for n, b in enumerate(bands)]
    content = {**deposit("0"), "rates": {"tiers": tiers}}
    assert [rate_of(content, "P1Y", Decimal(p), None)["value"] for p in ("49999.99", "50000")] == ["0", "1"]


def test_a_tier_is_chosen_by_its_band_of_terms() -> None:
    bands = [{"term_to": "P5Y"}, {"term_from": "P5Y"}]
    tiers = [{"kind": "fixed", "rate": rate(Decimal(n), "ACT/360"), **b} for n, b in enumerate(bands)]
    content = {**deposit("0"), "rates": {"tiers": tiers}}
    found = [rate_of(content, term, Decimal(1), None) for term in ("P59M", "P5Y", None)]
    assert [each and each["value"] for each in found] == ["0", "1", None]
