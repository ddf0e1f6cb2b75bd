"""Finance's assumptions and cost sheets for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.development.models import CostSheet, FinanceAssumptions


def assumptions_in_force(session: Session, currency: str, day: date) -> FinanceAssumptions | None:
    """The approved ones of the latest day that is not after ``day``; of one day, those approved last."""
    rows = select(FinanceAssumptions).where(
        FinanceAssumptions.currency == currency,
        FinanceAssumptions.state == "approved",
        FinanceAssumptions.valid_from <= day,
    )
    latest = (FinanceAssumptions.valid_from.desc(), FinanceAssumptions.approved_at.desc(), FinanceAssumptions.id.desc())
    return session.scalars(rows.order_by(*latest).limit(1)).one_or_none()


def assumptions_by_id(session: Session, assumptions_id: int) -> FinanceAssumptions:
    found = session.get(FinanceAssumptions, assumptions_id)
    if found is None:
        raise NotFound(N_("There are no such assumptions."))
    return found


def all_assumptions(session: Session, *, after: int | None = None, limit: int) -> Sequence[FinanceAssumptions]:
    """At most ``limit`` + 1, the latest first."""
    rows = select(FinanceAssumptions).order_by(FinanceAssumptions.id.desc()).limit(limit + 1)
    return session.scalars(rows.where(FinanceAssumptions.id < after) if after is not None else rows).all()


def sheet_by_id(session: Session, sheet_id: int) -> CostSheet:
    found = session.get(CostSheet, sheet_id)
    if found is None:
        raise NotFound(N_("There is no such cost sheet."))
    return found


def sheets_of(
    session: Session, *, product: str | None = None, after: int | None = None, limit: int
) -> Sequence[CostSheet]:
    """At most ``limit`` + 1, the latest first."""
    rows = select(CostSheet).order_by(CostSheet.id.desc()).limit(limit + 1)
    if product is not None:
        rows = rows.where(CostSheet.product_code == product)
    return session.scalars(rows.where(CostSheet.id < after) if after is not None else rows).all()


def latest_sheets(session: Session, versions: Mapping[str, int]) -> Sequence[CostSheet]:
    """For each product the latest sheet of the given version, or of the product before its terms were fixed."""
    rows = select(CostSheet).where(CostSheet.product_code.in_(versions)).order_by(CostSheet.id)
    latest = {
        row.product_code: row for row in session.scalars(rows) if row.version in (None, versions[row.product_code])
    }
    return [latest[code] for code in versions if code in latest]
