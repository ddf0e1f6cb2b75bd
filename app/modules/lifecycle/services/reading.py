"""Readings 读数 of measures that the records do not tell are entered, by the owning department or another system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.clock import accounting_date
from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.lifecycle.models import MeasureReading
from app.modules.lifecycle.rules.measures import Measure, readings_of
from app.modules.lifecycle.services.records import note

ENTER = "reading.enter"
EARLIEST = 1900
"""The first year of which anything is read."""


def facts_of(product: Product) -> Facts:
    """What the permission to enter a reading depends on."""
    return Facts(owner_department=product.owner_department)


def enter(uow: Session, *, product_code: str, given: Mapping[str, Any], actor: Actor, now: datetime) -> MeasureReading:
    """Keep a reading with its source and the day it is for; one that was wrong is followed by another for its day.

    422 for a measure that is not read of such a product, a value that cannot be, or a day that has not come.
    """
    product = product_by_code(uow, product_code)
    require(actor, ENTER, facts_of(product))
    value = _value(_measure(product, given["measure"]), given["value"])
    if given["day"] > accounting_date(now):
        raise invalid("/day", N_("This day has not come yet."))
    if given["day"].year < EARLIEST:
        raise invalid("/day", N_("Must be a day."))
    row = MeasureReading(
        product_code=product.code,
        measure=given["measure"],
        day=given["day"],
        value=value,
        source=given["source"],
        by=actor.username,
        at=now,
    )
    uow.add(row)
    uow.flush()
    said = {"measure": row.measure, "day": row.day.isoformat(), "value": canonical_decimal(value), "source": row.source}
    note(uow, product.code, "life.reading_entered", actor, now, **said)
    return row


def _measure(product: Product, key: str) -> Measure:
    found = next((measure for measure in readings_of(product.family) if measure.key == key), None)
    if found is None:
        raise invalid("/measure", N_("This is not read of products of this kind."))
    return found


def _value(measure: Measure, given: str) -> Decimal:
    value, low, high = Decimal(given), measure.lowest, measure.highest
    if not low <= value <= high:
        told = {"low": canonical_decimal(low), "high": canonical_decimal(high)}
        raise invalid("/value", N_("Must lie between %(low)s and %(high)s."), **told)
    return value
