"""A cost sheet 成本核算表 as a document: from what was typed to the result that is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal, localcontext
from typing import Any

from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.development.rules import costing
from app.modules.development.rules.costing import Charge, Plan, Year, rounded

PERCENT = "percent"
AT = "/sheet"
"""Where the sheet stands in what was sent."""
DIGITS = 120
"""More than products of what may be typed can have: sums are exact, and only quotients are rounded."""
LINES = ("fees", "research", "operating", "funds", "capital", "provisions")
"""In the order of the sheet. Without a line of their own, funds and capital follow finance's assumptions."""

Sheet = Mapping[str, Any]
"""What was typed: ``{currency, volume, customer_rate, term, risk_weight, lines: {name: {value, unit, basis}}}``."""
Assumptions = Mapping[str, Any]
"""``{curve: [{term, rate}], capital_ratio, cost_of_capital, tax, path}``, all in per cent, decimals in texts."""

OTHER_CURRENCY = N_("A sheet has one currency: this one is in %(currency)s.")
NO_TERM = N_("Needs the term for which funds are priced.")
OUTSIDE = N_("The curve of finance's assumptions has no point for this term.")
TWICE = N_("The curve has this term twice.")
NO_VOLUME = N_("Some year of the path must have a volume.")


def currency_faults(sheet: Sheet, known: Mapping[str, str]) -> Iterator[Fault]:
    """Each place with another currency than the sheet's; ``known``: place → currency of what it refers to."""
    own = sheet["currency"]
    found = {
        f"{AT}/lines/{name}/unit": line["unit"] for name, line in sheet["lines"].items() if line["unit"] != PERCENT
    }
    for place, currency in {**found, **known}.items():
        if currency != own:
            yield Fault(place, OTHER_CURRENCY, {"currency": own}, "other_currency")


def assumption_faults(given: Assumptions) -> Iterator[Fault]:
    """What contradicts itself in assumptions whose members are right one by one."""
    terms = [point["term"] for point in given["curve"]]
    for place, term in enumerate(terms):
        if term in terms[:place]:
            yield Fault(f"/curve/{place}/term", TWICE, code="twice")
    if not any(Decimal(share) for share in given["path"]):
        yield Fault("/path", NO_VOLUME, code="no_volume")


def plan_of(sheet: Sheet, given: Assumptions, side: str) -> Plan:
    """``Invalid`` at the term where funds cannot be priced."""
    lines = {name: _charge(line) for name, line in sheet["lines"].items()}
    ratio, cost = Decimal(given["capital_ratio"]), Decimal(given["cost_of_capital"])
    return Plan(
        side=side,
        volume=Decimal(sheet["volume"]),
        customer_rate=Decimal(sheet["customer_rate"]),
        fees=lines.get("fees", Charge()),
        research=lines["research"],
        operating=lines["operating"],
        funds=lines.get("funds") or _funds(sheet, given, side),
        capital=lines.get("capital") or costing.capital_charge(Decimal(sheet["risk_weight"]), ratio, cost),
        provisions=lines["provisions"],
        tax=Decimal(given["tax"]),
        path=[Decimal(share) for share in given["path"]],
    )


def _charge(line: Mapping[str, str]) -> Charge:
    value = Decimal(line["value"])
    return Charge(percent=value) if line["unit"] == PERCENT else Charge(amount=value)


def _funds(sheet: Sheet, given: Assumptions, side: str) -> Charge:
    if side == "services":
        return Charge()
    if not sheet.get("term"):
        raise _at_term(NO_TERM, "required")
    rate = costing.ftp_for([(p["term"], Decimal(p["rate"])) for p in given["curve"]], sheet["term"])
    if rate is None:
        raise _at_term(OUTSIDE, "outside_the_curve")
    return Charge(percent=rate)


def _at_term(message: str, code: str) -> Invalid:
    return Invalid(N_("Some of what was entered is not right."), faults=[Fault(f"{AT}/term", message, code=code)])


def result_of(plan: Plan) -> dict[str, Any]:
    """What is kept: decimals in texts, amounts to the hundredth, rates to the ten-thousandth, months to the tenth."""
    with localcontext(prec=DIGITS):
        return _result(plan)


def _result(plan: Plan) -> dict[str, Any]:
    return {
        "side": plan.side,
        "ftp": _rate(plan.funds.percent),
        "start": _amount(costing.start_of(plan)),
        "years": [_year(year) for year in costing.years_of(plan)],
        **_outcome(plan),
        "break_even_volume": _amount(costing.break_even_volume(plan)),
        "sensitivity": [
            {"what": what, "by": canonical_decimal(by), **_outcome(moved)}
            for what, by, moved in costing.sensitivity(plan)
        ],
    }


def _outcome(plan: Plan) -> dict[str, Any]:
    months = costing.break_even_months(plan)
    return {
        "profit": _amount(costing.profit_of(plan)),
        "margin": _rate(costing.margin_of(plan)),
        "break_even_months": None if months is None else canonical_decimal(rounded(months, "0.1")),
    }


def _year(year: Year) -> dict[str, str | None]:
    figures = {each.name: _amount(getattr(year, each.name)) for each in fields(year)}
    return {**figures, "profit": _amount(year.profit)}


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else canonical_decimal(rounded(value, "0.01"))


def _rate(value: Decimal) -> str:
    return canonical_decimal(rounded(value, "0.0001"))
