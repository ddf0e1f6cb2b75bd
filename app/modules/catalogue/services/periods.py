"""Append-only periods: a correction closes what was recorded and writes what is now believed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import FOREVER, Availability, Product, ProductStatus, ProductVersion
from app.modules.catalogue.rules.scopes import Cell


def set_status(
    uow: Session,
    product: Product,
    status: str,
    *,
    valid_from: datetime,
    now: datetime,
    by: str,
    reason: str | None = None,
) -> None:
    """From ``valid_from`` on the product has ``status``; what was recorded for later is superseded."""
    believed = select(ProductStatus).where(
        ProductStatus.product_code == product.code,
        ProductStatus.recorded_to == FOREVER,
        ProductStatus.valid_to > valid_from,
    )
    for row in uow.scalars(believed).all():
        row.recorded_to = now
        if row.valid_from < valid_from:
            uow.add(_status(product, row.status, row.valid_from, valid_from, now, row.by, row.reason))
    uow.add(_status(product, status, valid_from, FOREVER, now, by, reason))
    product.status = status
    product.changed_at = now
    uow.flush()


def _status(
    product: Product, status: str, start: datetime, end: datetime, now: datetime, by: str, reason: str | None
) -> ProductStatus:
    return ProductStatus(
        product_code=product.code,
        status=status,
        reason=reason,
        by=by,
        valid_from=start,
        valid_to=end,
        recorded_from=now,
        recorded_to=FOREVER,
    )


def open_sales(
    uow: Session,
    version: ProductVersion,
    cells: Iterable[Cell],
    *,
    start: datetime,
    end: datetime = FOREVER,
    now: datetime,
    pilot: bool = False,
) -> None:
    """The version may be sold in these cells from ``start`` (included) to ``end`` (excluded)."""
    if start >= end:
        return
    for cell in cells:
        uow.add(_row(version, cell, start, end, now, pilot))
    uow.flush()


def close_sales(uow: Session, versions: Iterable[int], *, at: datetime, now: datetime) -> None:
    """From ``at`` on nothing of these versions is sold any more."""
    believed = select(Availability).where(
        Availability.version_id.in_(list(versions)),
        Availability.recorded_to == FOREVER,
        Availability.valid_to > at,
    )
    for row in uow.scalars(believed).all():
        _supersede(uow, row, end=at, now=now)
    uow.flush()


def extend_sales(uow: Session, version: ProductVersion, *, until: datetime, now: datetime) -> None:
    """The version's open periods end at ``until`` instead; cells whose last period is over open again from now."""
    believed = select(Availability).where(Availability.version_id == version.id, Availability.recorded_to == FOREVER)
    rows = uow.scalars(believed.order_by(Availability.valid_to)).all()
    for row in {Cell(r.unit, r.channel, r.customer_group): r for r in rows}.values():
        if row.valid_to > now:
            _supersede(uow, row, end=until, now=now)
        else:
            cell = Cell(row.unit, row.channel, row.customer_group)
            uow.add(_row(version, cell, now, until, now, row.pilot))
    uow.flush()


def _supersede(uow: Session, row: Availability, *, end: datetime, now: datetime) -> None:
    row.recorded_to = now
    if row.valid_from < end:
        cell = Cell(row.unit, row.channel, row.customer_group)
        uow.add(_row_of(row.product_code, row.version_id, cell, row.valid_from, end, now, row.pilot))


def _row(
    version: ProductVersion, cell: Cell, start: datetime, end: datetime, now: datetime, pilot: bool
) -> Availability:
    return _row_of(version.product_code, version.id, cell, start, end, now, pilot)


def _row_of(
    code: str, version_id: int, cell: Cell, start: datetime, end: datetime, now: datetime, pilot: bool
) -> Availability:
    return Availability(
        product_code=code,
        version_id=version_id,
        pilot=pilot,
        unit=cell.unit,
        channel=cell.channel,
        customer_group=cell.group,
        valid_from=start,
        valid_to=end,
        recorded_from=now,
        recorded_to=FOREVER,
    )
