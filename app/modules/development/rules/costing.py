"""What a product earns after all its costs 成本核算: pure functions over exact numbers.

For year *t* of the horizon, with the average volume ``V(t) = full volume × path(t)``, seen from the bank (income
above zero, cost below):

- interest = side × V × customer rate;  funds = −side × (FTP × V), where *side* is 1 for lending, which pays the
  treasury for its funds, −1 for funding, which the treasury pays, and 0 for services, which have no balance;
- fees, operating, provisions, capital: a fixed amount a year plus a percentage of V a year. Capital is what the
  equity bound must earn after tax: V × risk weight × capital ratio × cost of capital;
- tax = −rate × (interest + fees + funds + operating + provisions). A loss lowers the tax of the bank;
- profit = all of these together: the economic profit 经济利润 of the year.

Research and development is paid once before the first year and lowers the tax: ``start = −research × (1 − tax)``.
Nothing is discounted, because the charge for capital is in the figures already. Amounts are in the one currency of
the sheet, rates in per cent a year of the average volume.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import accumulate

from app.modules.catalogue.rules.values import duration_days

HUNDRED = Decimal(100)
NOTHING = Decimal(0)
SIDES = {"lending": Decimal(1), "funding": Decimal(-1), "services": NOTHING}
_SIDE_OF = {"deposit": "funding", "loan": "lending", "card": "lending"}


def side_of(family: str) -> str:
    """``lending``, ``funding`` or ``services``: how a family of products stands to the bank's funds."""
    return _SIDE_OF.get(family, "services")


@dataclass(frozen=True)
class Charge:
    """A cost or an income: an amount whatever the volume, and per cent of the volume."""

    amount: Decimal = NOTHING
    percent: Decimal = NOTHING

    def on(self, volume: Decimal) -> Decimal:
        return self.amount + volume * self.percent / HUNDRED

    def times(self, factor: Decimal) -> Charge:
        return Charge(self.amount * factor, self.percent * factor)


@dataclass(frozen=True)
class Plan:
    """What is planned to be sold, and what finance assumes for every product (``tax``, ``path``)."""

    side: str
    volume: Decimal
    """The average volume of a year in which it is sold in full."""
    customer_rate: Decimal
    """What customers pay or are paid, in per cent a year."""
    fees: Charge
    research: Charge
    operating: Charge
    funds: Charge
    capital: Charge
    provisions: Charge
    tax: Decimal
    """Per cent."""
    path: Sequence[Decimal]
    """Per cent of the full volume, year by year: as long as the horizon."""


@dataclass(frozen=True)
class Year:
    """One year in figures, as the bank sees them: income above zero, cost below."""

    volume: Decimal
    interest: Decimal
    fees: Decimal
    funds: Decimal
    operating: Decimal
    provisions: Decimal
    tax: Decimal
    capital: Decimal

    @property
    def profit(self) -> Decimal:
        earned = self.interest + self.fees + self.funds + self.operating + self.provisions
        return earned + self.tax + self.capital


def years_of(plan: Plan) -> list[Year]:
    return [_year(plan, plan.volume * share / HUNDRED) for share in plan.path]


def _year(plan: Plan, volume: Decimal) -> Year:
    side = SIDES[plan.side]
    interest, funds = side * volume * plan.customer_rate / HUNDRED, -side * plan.funds.on(volume)
    fees, operating, provisions = plan.fees.on(volume), -plan.operating.on(volume), -plan.provisions.on(volume)
    tax = -(interest + fees + funds + operating + provisions) * plan.tax / HUNDRED
    return Year(volume, interest, fees, funds, operating, provisions, tax, -plan.capital.on(volume))


def start_of(plan: Plan) -> Decimal:
    """What research and development cost once, after tax; not above zero."""
    return -plan.research.on(plan.volume) * (HUNDRED - plan.tax) / HUNDRED


def profit_of(plan: Plan) -> Decimal:
    """Economic profit over the whole horizon."""
    return start_of(plan) + sum((year.profit for year in years_of(plan)), NOTHING)


def margin_of(plan: Plan) -> Decimal:
    """Profit over the horizon in per cent a year of the average volume."""
    return profit_of(plan) / sum((year.volume for year in years_of(plan)), NOTHING) * HUNDRED


def break_even_volume(plan: Plan) -> Decimal | None:
    """The full volume at which the horizon ends with neither profit nor loss; nothing where no volume does.

    Profit is a straight line over the volume: what a unit earns, less what is paid whatever the volume.
    """
    fixed = profit_of(replace(plan, volume=NOTHING))
    earned = (profit_of(plan) - fixed) / plan.volume
    if fixed >= 0:
        return NOTHING if earned >= 0 else None
    return -fixed / earned if earned > 0 else None


def break_even_months(plan: Plan) -> Decimal | None:
    """After how many months the profit added up stays above zero, within a year in proportion; nothing if never."""
    profits = [start_of(plan), *(year.profit for year in years_of(plan))]
    sums = list(accumulate(profits))
    if sums[-1] < 0:
        return None
    below = [number for number, total in enumerate(sums) if total < 0]
    if not below:
        return NOTHING
    last = below[-1]
    return 12 * (last - sums[last] / profits[last + 1])


SHIFTS = (
    ("ftp_bp", Decimal(-50)),
    ("ftp_bp", Decimal(50)),
    ("volume_percent", Decimal(-20)),
    ("volume_percent", Decimal(20)),
    ("provisions_percent", Decimal(-50)),
    ("provisions_percent", Decimal(50)),
)
"""What is tried: basis points on FTP, per cent more or less volume or provisions."""


def shifted(plan: Plan, what: str, by: Decimal) -> Plan:
    """The plan with one assumption moved."""
    if what == "ftp_bp":
        return replace(plan, funds=replace(plan.funds, percent=plan.funds.percent + by / HUNDRED))
    factor = 1 + by / HUNDRED
    if what == "volume_percent":
        return replace(plan, volume=plan.volume * factor)
    return replace(plan, provisions=plan.provisions.times(factor))


def sensitivity(plan: Plan) -> Iterator[tuple[str, Decimal, Plan]]:
    """Each shift with the plan that it makes."""
    for what, by in SHIFTS:
        yield what, by, shifted(plan, what, by)


def capital_charge(risk_weight: Decimal, ratio: Decimal, cost: Decimal) -> Charge:
    """Per cent a year of the volume, from a risk weight, a capital ratio and a cost of capital in per cent."""
    return Charge(percent=risk_weight * ratio * cost / HUNDRED / HUNDRED)


def ftp_for(curve: Sequence[tuple[str, Decimal]], term: str) -> Decimal | None:
    """The rate of a term in per cent a year, in proportion between two points; nothing outside the curve."""
    wanted = duration_days(term)
    points = sorted((duration_days(each), rate) for each, rate in curve)
    below, above = [p for p in points if p[0] <= wanted], [p for p in points if p[0] >= wanted]
    if not below or not above:
        return None
    (from_days, low), (to_days, high) = below[-1], above[0]
    return low if from_days == to_days else low + (high - low) * (wanted - from_days) / (to_days - from_days)


def rounded(value: Decimal, places: str) -> Decimal:
    """To ``0.01``, ``0.0001`` ...: half to even, once, when a result is kept."""
    return value.quantize(Decimal(places), ROUND_HALF_EVEN)
