"""Which records hold on a day, and what was known of them at an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.risk.models import Assessment, RiskRecord

NO_RECORD = N_("There is no such record.")
NO_ASSESSMENT = N_("There is no such assessment.")


def in_force(session: Session, book: str, day: date, *, known_at: datetime | None = None) -> list[RiskRecord]:
    """The confirmed records of a book that hold on ``day``, of each subject the latest."""
    rows = select(RiskRecord).where(
        RiskRecord.book == book, RiskRecord.valid_from <= day, RiskRecord.confirmed_at.is_not(None)
    )
    if known_at is not None:
        rows = rows.where(RiskRecord.confirmed_at <= known_at)
    ordered = rows.order_by(RiskRecord.valid_from, RiskRecord.confirmed_at, RiskRecord.id)
    return list({row.subject: row for row in session.scalars(ordered)}.values())


def records(session: Session, book: str, *, after: int | None = None, limit: int = 25) -> Sequence[RiskRecord]:
    """At most ``limit`` + 1 of all that were entered in a book, the latest first."""
    rows = select(RiskRecord).where(RiskRecord.book == book).order_by(RiskRecord.id.desc()).limit(limit + 1)
    return session.scalars(rows.where(RiskRecord.id < after) if after is not None else rows).all()


def record(session: Session, book: str, record_id: int) -> RiskRecord:
    found = session.get(RiskRecord, record_id)
    if found is None or found.book != book:
        raise NotFound(NO_RECORD)
    return found


def assessments(
    session: Session, *, product: str | None = None, after: int | None = None, limit: int = 25
) -> Sequence[Assessment]:
    """At most ``limit`` + 1, the latest first, with their scores."""
    rows = select(Assessment).options(selectinload(Assessment.scores)).order_by(Assessment.id.desc()).limit(limit + 1)
    if product is not None:
        rows = rows.where(Assessment.product_code == product)
    return session.scalars(rows.where(Assessment.id < after) if after is not None else rows).all()


def assessment(session: Session, assessment_id: int) -> Assessment:
    found = session.get(Assessment, assessment_id)
    if found is None:
        raise NotFound(NO_ASSESSMENT)
    return found


def latest_concluded(session: Session, versions: Mapping[str, int]) -> list[Assessment]:
    """Of each product's version the latest assessment that was concluded, in the order of the products."""
    rows = select(Assessment).where(Assessment.product_code.in_(versions), Assessment.state == "concluded")
    ordered = session.scalars(rows.order_by(Assessment.id))
    found = {row.product_code: row for row in ordered if versions[row.product_code] == row.version}
    return [found[code] for code in versions if code in found]
