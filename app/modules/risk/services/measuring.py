"""What is held of products, how much of a limit that uses, and what others bear of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import OPEN
from app.modules.risk.models import RiskRecord
from app.modules.risk.queries import in_force
from app.modules.risk.rules.concentration import Spread, percent, spread

Held = Sequence[tuple[str, str, str, Decimal]]
"""Product, type, family and what is held of it."""
PLACE = {"product": 0, "type": 1, "family": 2}


def held(session: Session, currency: str) -> Held:
    """What is held of each product in a currency, summed by the database."""
    rows = (
        select(Product.code, Product.type, Product.family, func.sum(Holding.principal))
        .join(Holding, Holding.product_code == Product.code)
        .where(Holding.status.in_(OPEN), Holding.currency == currency)
        .group_by(Product.code, Product.type, Product.family)
    )
    return [(code, kind, family, balance) for code, kind, family, balance in session.execute(rows)]


def concentration(rows: Held, by: str) -> Spread:
    """How what is held is spread over types, or over families."""
    parts: dict[str, Decimal] = defaultdict(Decimal)
    for code, kind, family, balance in rows:
        parts[{"product": code, "type": kind, "family": family}[by]] += balance
    return spread(parts)


def limits_used(session: Session, day: date) -> list[dict[str, Any]]:
    """Each limit in force with what is used of it, in the limit's own measure and in per cent of the limit."""
    readings = {row.subject: row for row in in_force(session, "readings", day)}
    balances: dict[str, Held] = {}
    found = []
    for limit in in_force(session, "limits", day):
        currency = limit.content["currency"]
        if currency not in balances:
            balances[currency] = held(session, currency)
        used = _used(limit, balances[currency], readings.get(limit.subject))
        found.append(_told(limit, used))
    return found


def _used(limit: RiskRecord, rows: Held, reading: RiskRecord | None) -> Decimal | None:
    """Nothing where nobody has read it yet."""
    if limit.content["measure"] == "reading":
        return Decimal(reading.content["value"]) if reading else None
    place = PLACE[limit.content["scope"]]
    own = sum((row[3] for row in rows if row[place] == limit.content["of"]), Decimal(0))
    return own if limit.content["measure"] == "balance" else percent(own, sum((row[3] for row in rows), Decimal(0)))


def _told(limit: RiskRecord, used: Decimal | None) -> dict[str, Any]:
    most = Decimal(limit.content["value"])
    return {
        **limit.content,
        "record": limit.id,
        "used": None if used is None else canonical_decimal(used),
        "utilisation": None if used is None else canonical_decimal(percent(used, most)),
    }


def covered(session: Session, product: str, exposure: Decimal, currency: str, day: date) -> list[dict[str, Any]]:
    """Each transfer of the product in force, with the amount it takes off an exposure: never more than there is."""
    rest, found = exposure, []
    for row in in_force(session, "transfers", day):
        held_by = row.content
        ours = held_by["product"] == product and held_by["currency"] == currency
        if not ours or held_by["valid_until"] < day.isoformat():
            continue
        share = exposure * Decimal(held_by["cover_percent"]) / 100
        amount = min(share, Decimal(held_by["cover_amount"]), rest).quantize(Decimal("0.01"))
        rest -= amount
        found.append({**held_by, "record": row.id, "covers": canonical_decimal(amount)})
    return found
