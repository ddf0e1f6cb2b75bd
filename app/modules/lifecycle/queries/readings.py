"""Readings of a product, and which measures a person sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.modules.lifecycle.models import MeasureReading
from app.modules.lifecycle.rules.measures import MEASURES


@dataclass(frozen=True)
class Reading:
    """A reading, and whether another one has been entered for its day since."""

    row: MeasureReading
    replaced: bool


def measures_seen(actor: Actor) -> Collection[str]:
    """The measures that a person sees: who does not see costings does not see what the bank earns."""
    may = allowed(actor, "costing.see")
    return {key for key, measure in MEASURES.items() if may or not measure.internal}


def readings_of(
    session: Session, product: str, *, seen: Collection[str], after: int | None = None, limit: int
) -> list[Reading]:
    """Readings of a product, the latest entry first: one more than ``limit``."""
    one, later = MeasureReading, aliased(MeasureReading)
    same = (later.product_code == one.product_code, later.measure == one.measure, later.day == one.day)
    replaced = select(later.id).where(*same, later.id > one.id).exists()
    rows = select(one, replaced).where(one.product_code == product, one.measure.in_(seen))
    if after is not None:
        rows = rows.where(one.id < after)
    return [Reading(row, is_old) for row, is_old in session.execute(rows.order_by(one.id.desc()).limit(limit + 1))]
