"""Append-only periods: a correction closes what was recorded and writes what is now believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.database import insert_rows
from app.modules.catalogue.models import FOREVER, Availability, Product, ProductStatus, ProductVersion
from app.modules.catalogue.rules.scopes import Cell

Row = dict[str, Any]
"""A row of ``availability`` as it will be written."""


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
    set_statuses(uow, [product], status, valid_from=valid_from, now=now, by=by, reason=reason)


def set_statuses(
    uow: Session,
    products: Sequence[Product],
    status: str,
    *,
    valid_from: datetime,
    now: datetime,
    by: str,
    reason: str | None = None,
) -> None:
    """The same for several products at once."""
    believed = select(ProductStatus).where(
        ProductStatus.product_code.in_([product.code for product in products]),
        ProductStatus.recorded_to == FOREVER,
        ProductStatus.valid_to > valid_from,
    )
    rows = []
    for row in uow.scalars(believed).all():
        row.recorded_to = now
        if row.valid_from < valid_from:
            rows.append(_status(row.product_code, row.status, row.valid_from, valid_from, now, row.by, row.reason))
    for product in products:
        rows.append(_status(product.code, status, valid_from, FOREVER, now, by, reason))
        product.status = status
        product.changed_at = now
    uow.flush()
    insert_rows(uow, ProductStatus, rows)


def _status(
    code: str, status: str, start: datetime, end: datetime, now: datetime, by: str, reason: str | None
) -> dict[str, Any]:
    return {
        "product_code": code,
        "status": status,
        "reason": reason,
        "by": by,
        "valid_from": start,
        "valid_to": end,
        "recorded_from": now,
        "recorded_to": FOREVER,
    }


def sales(
    version: ProductVersion,
    cells: Iterable[Cell],
    *,
    start: datetime,
    end: datetime = FOREVER,
    now: datetime,
    pilot: bool = False,
) -> list[Row]:
    """The version may be sold in these cells from ``start`` (included) to ``end`` (excluded): for ``open_sales``."""
    return [_row(version, cell, start, end, now, pilot) for cell in cells] if start < end else []


def open_sales(uow: Session, rows: Sequence[Row]) -> None:
    """What ``sales`` gave, of any number of versions, may be sold."""
    uow.flush()
    insert_rows(uow, Availability, rows)


def close_sales(uow: Session, versions: Iterable[int], *, at: datetime, now: datetime) -> None:
    """From ``at`` on nothing of these versions is sold any more."""
    believed = select(Availability).where(
        Availability.version_id.in_(list(versions)),
        Availability.recorded_to == FOREVER,
        Availability.valid_to > at,
    )
    _supersede(uow, uow.scalars(believed).all(), end=at, now=now)


def extend_sales(uow: Session, versions: Iterable[int], *, until: datetime, now: datetime) -> None:
    """The versions' open periods end at ``until`` instead; cells whose last period is over open again from now."""
    believed = select(Availability).where(
        Availability.version_id.in_(list(versions)), Availability.recorded_to == FOREVER
    )
    rows = uow.scalars(believed.order_by(Availability.valid_to)).all()
    last = {(r.version_id, _cell(r)): r for r in rows}.values()
    over = [row for row in last if row.valid_to <= now]
    _supersede(uow, [row for row in last if row.valid_to > now], end=until, now=now)
    again = [_row_of(r.product_code, r.version_id, _cell(r), now, until, now, r.pilot) for r in over]
    insert_rows(uow, Availability, again)


def _supersede(uow: Session, rows: Sequence[Availability], *, end: datetime, now: datetime) -> None:
    """What was recorded is believed no more; in its place, what of it lies before ``end``."""
    for row in rows:
        row.recorded_to = now
    uow.flush()
    kept = [r for r in rows if r.valid_from < end]
    insert_rows(
        uow,
        Availability,
        [_row_of(r.product_code, r.version_id, _cell(r), r.valid_from, end, now, r.pilot) for r in kept],
    )


def _cell(row: Availability) -> Cell:
    return Cell(row.unit, row.channel, row.customer_group)


def _row(version: ProductVersion, cell: Cell, start: datetime, end: datetime, now: datetime, pilot: bool) -> Row:
    return _row_of(version.product_code, version.id, cell, start, end, now, pilot)


def _row_of(code: str, version_id: int, cell: Cell, start: datetime, end: datetime, now: datetime, pilot: bool) -> Row:
    return {
        "product_code": code,
        "version_id": version_id,
        "pilot": pilot,
        "unit": cell.unit,
        "channel": cell.channel,
        "customer_group": cell.group,
        "valid_from": start,
        "valid_to": end,
        "recorded_from": now,
        "recorded_to": FOREVER,
    }
