"""Which ceilings hold on a day, and what was known of them at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.pricing.models import RateCeiling


def in_force(session: Session, day: date, *, known_at: datetime | None = None) -> list[RateCeiling]:
    """The ceilings that hold on ``day``, of each kind the latest; ``known_at``: as far as confirmed by then."""
    rows = select(RateCeiling).where(RateCeiling.valid_from <= day, RateCeiling.confirmed_at.is_not(None))
    if known_at is not None:
        rows = rows.where(RateCeiling.confirmed_at <= known_at)
    latest = {
        (row.family, row.product_type, row.currency, row.term): row
        for row in session.scalars(rows.order_by(RateCeiling.valid_from, RateCeiling.confirmed_at, RateCeiling.id))
    }
    return sorted(latest.values(), key=lambda row: row.id)


def ceilings(session: Session, *, after: int | None = None, limit: int = 25) -> Sequence[RateCeiling]:
    """At most ``limit`` + 1 of all that were entered, the latest first."""
    rows = select(RateCeiling).order_by(RateCeiling.id.desc()).limit(limit + 1)
    return session.scalars(rows.where(RateCeiling.id < after) if after is not None else rows).all()


def ceiling(session: Session, ceiling_id: int) -> RateCeiling:
    found = session.get(RateCeiling, ceiling_id)
    if found is None:
        raise NotFound(N_("There is no such ceiling."))
    return found
