"""The price of a bundle: what each benefit does to a member's own terms, and where the two contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.bundles.rules.composing import AT as MEMBERS
from app.modules.bundles.rules.composing import Held, Known
from app.modules.bundles.rules.description import BONUS, DISCOUNT, WAIVER, prices_of
from app.modules.catalogue.rules.content import SIDE_RATES, Content, Row, as_fraction
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.catalogue.types import product_type
from app.modules.pricing.rules import Ceiling, measure

POINT = Decimal("0.0001")
FAMILIES: Mapping[str, frozenset[str]] = {BONUS: frozenset({"deposit"}), DISCOUNT: frozenset({"loan", "card"})}
"""Families whose rates a benefit may move."""
AT = "/document/prices/prices"


@dataclass(frozen=True)
class Effect:
    """One rate or fee of a member, alone and in the bundle."""

    row: Row
    before: Any
    after: Any


def effects(price: Row, content: Content) -> list[Effect]:
    """What a benefit does, rate by rate or fee by fee."""
    if price["benefit"] == WAIVER:
        left = 1 - Decimal(price["share"])
        fees = _fees(price, content)
        return [Effect(fee, fee["amount"], {**fee["amount"], "amount": _times(fee, left)}) for fee in fees]
    return [Effect(row, row["rate"], moved(row["rate"], _points(price))) for row in _offered(content)]


def moved(rate: Row, points: Decimal) -> dict[str, Any]:
    """A rate some basis points higher, or lower where they are below zero."""
    by = points * POINT * (100 if rate["unit"] == "percent" else 1)
    return {**rate, "value": canonical_decimal(Decimal(rate["value"]) + by)}


def _points(price: Row) -> Decimal:
    points = Decimal(price["basis_points"])
    return points if price["benefit"] == BONUS else -points


def _offered(content: Content) -> Sequence[Row]:
    rows = (content.get("rates") or {}).get("tiers") or ()
    return [row for row in rows if row["kind"] not in SIDE_RATES]


def _fees(price: Row, content: Content) -> Sequence[Row]:
    rows = (content.get("fees") or {}).get("fees") or ()
    return [row for row in rows if "amount" in row and price.get("fee") in (None, row["name"])]


def _times(fee: Row, share: Decimal) -> str:
    return canonical_decimal(Decimal(fee["amount"]["amount"]) * share)


def wrong_in(document: Content, held: Sequence[Held], known: Known, ceilings: Sequence[Ceiling]) -> Iterator[Fault]:
    """What contradicts the terms of the members: their currency, their age limits, and each benefit."""
    yield from _other_currencies(document, held, known)
    yield from _nobody(document, held, known)
    members = {each.product for each in held}
    prices = prices_of(document)
    for place, price in enumerate(prices):
        at, code = f"{AT}/{place}", price["product"]
        if code not in members or code not in known.products:
            yield Fault(f"{at}/product", N_("%(member)s is no member."), {"member": code}, "no_member")
        elif any(_same(price, other) for other in prices[:place]):
            yield Fault(at, N_("%(member)s has this benefit twice."), {"member": code}, "twice")
        else:
            yield from _wrong_price(at, price, known.products[code].content, ceilings)


def _other_currencies(document: Content, held: Sequence[Held], known: Known) -> Iterator[Fault]:
    own = document["terms"]["currency"]
    message = N_("%(member)s is in %(currency)s, the bundle in %(own)s.")
    for each in held:
        sold = known.products.get(each.product)
        currency = (sold.content.get("terms") or {}).get("currency", own) if sold else own
        if currency != own:
            values = {"member": each.product, "currency": currency, "own": own}
            yield Fault(f"{MEMBERS}/{each.place}", message, values, "other_currency")


def _nobody(document: Content, held: Sequence[Held], known: Known) -> Iterator[Fault]:
    """Nobody is of an age at which the bundle and all that it requires may be had."""
    asked = [document, *(known.products[h.product].content for h in held if h.required and h.product in known.products)]
    bounds = [content.get("eligibility") or {} for content in asked]
    youngest = max((each["min_age"] for each in bounds if "min_age" in each), default=0)
    oldest = min((each["max_age"] for each in bounds if "max_age" in each), default=youngest)
    if youngest > oldest:
        message = N_("Nobody is at least %(low)s and at most %(high)s years old, as bundle and required members ask.")
        yield Fault("/document/eligibility", message, {"low": youngest, "high": oldest}, "nobody")


def _same(one: Row, other: Row) -> bool:
    return all(one.get(key) == other.get(key) for key in ("product", "benefit", "fee"))


def _wrong_price(at: str, price: Row, content: Content, ceilings: Sequence[Ceiling]) -> Iterator[Fault]:
    check: Callable[..., Iterator[Fault]] = _wrong_waiver if price["benefit"] == WAIVER else _wrong_rate
    yield from check(at, price, content, ceilings)


def _wrong_waiver(at: str, price: Row, content: Content, ceilings: Sequence[Ceiling]) -> Iterator[Fault]:
    if not 0 < Decimal(price.get("share", "0")) <= 1:
        yield Fault(f"{at}/share", N_("Must be above zero and at most 100 per cent."), {}, "share")
    if not _fees(price, content):
        message = N_("%(member)s has no such fee with an amount of money.")
        yield Fault(f"{at}/fee", message, {"member": price["product"]}, "no_fee")


def _wrong_rate(at: str, price: Row, content: Content, ceilings: Sequence[Ceiling]) -> Iterator[Fault]:
    family = product_type(content["type"]).family
    if family not in FAMILIES[price["benefit"]] or not _offered(content):
        message = N_("%(member)s has no rate that this benefit moves.")
        yield Fault(f"{at}/benefit", message, {"member": price["product"]}, "no_rate")
        return
    if Decimal(price.get("basis_points", "0")) <= 0:
        yield Fault(f"{at}/basis_points", N_("Must be above zero."), {}, "basis_points")
        return
    if any(as_fraction(effect.after) < 0 for effect in effects(price, content)):
        message = N_("A rate of %(member)s would fall below zero.")
        yield Fault(f"{at}/basis_points", message, {"member": price["product"]}, "below_zero")
    if price["benefit"] == BONUS:
        yield from _above_ceiling(at, price, content, ceilings)


def _above_ceiling(at: str, price: Row, content: Content, ceilings: Sequence[Ceiling]) -> Iterator[Fault]:
    """By how much the highest of the raised rates lies above the ceiling of the member."""
    raised = [{**row, "rate": moved(row["rate"], _points(price))} for row in _offered(content)]
    measured = measure({**content, "rates": {"tiers": raised}}, ceilings)
    worst = max(measured, key=lambda each: each.excess_bp, default=None)
    if worst is not None and worst.exceeds:
        message = N_("A rate of %(member)s would lie %(excess)s basis points above its ceiling.")
        values = {"member": price["product"], "excess": canonical_decimal(worst.excess_bp)}
        yield Fault(f"{at}/basis_points", message, values, "above_ceiling")
