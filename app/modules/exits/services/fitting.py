"""Whether the holdings of a product may go to another: what a map is refused for, each fault at its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import saleable, unit_paths
from app.modules.catalogue.rules.scopes import Cell, is_named_in
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.exits.models import Exit, MigrationMap
from app.modules.exits.rules.worsening import ASK, TAKE
from app.modules.exits.services.held import balance, currencies, largest, smallest, who_holds
from app.modules.exits.services.proposing import open_exit

MOST_NAMED = 5
"""Pairs of unit and customer group that a refusal names."""


def target_faults(
    session: Session,
    found: Exit,
    code: str | None,
    target: ProductVersion | None,
    rows: Sequence[MigrationMap],
    now: datetime,
) -> list[Fault]:
    """All that keeps holdings from going to the target; nothing where the plan names none."""
    if code is None:
        return []
    if code == found.product_code:
        return [Fault("/target", N_("A product cannot replace itself."), code="same_product")]
    product = session.get(Product, code)
    if product is None or target is None or product.status != "on_sale":
        return [Fault("/target", N_("The replacement is not on sale."), code="not_on_sale")]
    leaving = open_exit(session, code)
    if leaving is not None:
        message = N_("The replacement leaves itself: %(number)s.")
        return [Fault("/target", message, {"number": leaving.number}, "target_exiting")]
    return [*_money(session, found, target), *_unsold(session, found, target, now), *_promises(rows)]


def _money(session: Session, found: Exit, target: ProductVersion) -> Iterator[Fault]:
    """Nothing changes its currency, and every cent finds room."""
    terms, limits = target.content.get("terms") or {}, target.content.get("limits") or {}
    held = currencies(session, found.product_code)
    if "currency" in terms and held - {terms["currency"]}:
        values = {"old": ", ".join(sorted(held)), "new": terms["currency"]}
        yield Fault("/target", N_("The currency would change from %(old)s to %(new)s."), values, "currency")
    minimum, least = _amount(terms.get("minimum")), smallest(session, found.product_code)
    if minimum is not None and least is not None and least < minimum:
        values = {"least": canonical_decimal(least), "minimum": canonical_decimal(minimum)}
        message = N_(
            "The replacement takes no less than %(minimum)s, but holdings of %(least)s would lose their place."
        )
        yield Fault("/map/terms.minimum", message, values, "loses_money")
    quota, whole = _amount(limits.get("quota")), balance(session, found.product_code)
    if quota is not None and whole > quota:
        values = {"quota": canonical_decimal(quota), "balance": canonical_decimal(whole)}
        message = N_("The replacement's quota of %(quota)s is smaller than the balance of %(balance)s.")
        yield Fault("/map/limits.quota", message, values, "loses_money")
    each, most = _amount(limits.get("per_customer")), largest(session, found.product_code, target.product_code)
    if each is not None and most > each:
        values = {"each": canonical_decimal(each), "most": canonical_decimal(most)}
        message = N_("The replacement takes %(each)s of a customer, but one would hold %(most)s.")
        yield Fault("/map/limits.per_customer", message, values, "loses_money")


def _amount(value: Any) -> Decimal | None:
    return Decimal(value["amount"]) if value else None


def _unsold(session: Session, found: Exit, target: ProductVersion, now: datetime) -> Iterator[Fault]:
    """Every unit and customer group among the holders must be one to which the replacement is sold."""
    sold, paths = saleable(session, [target], at=now)[target.product_code], unit_paths(session)
    outside = [
        f"{unit} {group or ''}".strip()
        for unit, group in who_holds(session, found.product_code)
        if not is_named_in(Cell(unit, None, group), sold, paths)
    ]
    if outside:
        values = {"where": ", ".join(outside[:MOST_NAMED]), "count": len(outside)}
        message = N_("The replacement is not sold to %(count)s groups of holders: %(where)s.")
        yield Fault("/target", message, values, "not_sold_there")


def _promises(rows: Sequence[MigrationMap]) -> Iterator[Fault]:
    """A guaranteed rate is lowered only with consent; a rate that is missing there leaves money without return."""
    for row in rows:
        if row.choice == TAKE and row.worse and row.guaranteed:
            message = N_("A guaranteed rate is not lowered without consent: keep it, or ask.")
            yield Fault(f"/map/{row.path}", message, code="guaranteed_rate")
        elif row.choice in (TAKE, ASK) and row.path.startswith("rates.") and row.target is None and row.worse:
            message = N_("The replacement has no such rate: the money would earn nothing. Keep it.")
            yield Fault(f"/map/{row.path}", message, code="loses_money")
