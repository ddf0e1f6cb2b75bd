"""Suspension of sales 暂停销售 (rule 12): at once, for all sales of a product or for a scope.

Contracts already sold are not touched. Lifting a suspension is for process
handlers only: the process asks two persons first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.models import FOREVER, Product, SaleStop
from app.modules.catalogue.queries.products import status_at
from app.modules.catalogue.rules.scopes import Cell, cells
from app.modules.catalogue.rules.states import SUSPEND, product_move
from app.modules.catalogue.services.records import locked_product, note
from app.modules.catalogue.services.status import change_status, has_been_rolled_out, roll_back_launch

Scopes = Sequence[Mapping[str, Any]]


def covers_everything(scopes: Scopes) -> bool:
    """Whether no scope limits anything: all sales of the product."""
    return not any(scope.get(key) for scope in scopes for key in ("units", "channels", "groups"))


def require_on_sale(uow: Session, product: Product, now: datetime) -> None:
    """409 unless the product is being sold now: what is not sold needs no stop."""
    product_move(product.status, "suspend")
    if status_at(uow, product.code, now) != "on_sale":
        raise Conflict(N_("The product is not on sale at that time."), code="wrong_state")


def suspend(
    uow: Session, *, product_code: str, scopes: Scopes, cause: str, reason: str, actor: Actor, now: datetime
) -> Product:
    """Stop sales at once, everywhere or within ``scopes`` (rows ``{units, channels, groups}``)."""
    product = locked_product(uow, product_code)
    require(actor, SUSPEND, Facts(owner_department=product.owner_department))
    require_on_sale(uow, product, now)
    _stop_sales(uow, product.code, cells(scopes), cause=cause, now=now)
    if covers_everything(scopes):
        change_status(uow, product, "suspend", actor=actor, now=now, at=now, reason=reason, by_process=True)
    else:
        told = {"scopes": [dict(scope) for scope in scopes], "cause": cause, "reason": reason}
        note(uow, product.code, "product.suspend_scope", actor, now, **told)
    return product


def resume(
    uow: Session, *, product_code: str, scopes: Scopes, cause: str, reason: str, actor: Actor, now: datetime
) -> Product:
    """Sales that were suspended for ``cause`` go on, where no other suspension stands in the way.

    A new product whose pilot failed meanwhile has nothing that could be sold: it is in test again.
    """
    product = locked_product(uow, product_code)
    _end_stop(uow, product.code, cause=cause, now=now)
    if covers_everything(scopes):
        change_status(uow, product, "resume", actor=actor, now=now, at=now, reason=reason, by_process=True)
        if not has_been_rolled_out(uow, product):
            roll_back_launch(uow, [product], actor=actor, now=now)
    else:
        note(uow, product.code, "product.resume_scope", actor, now, cause=cause, reason=reason)
    return product


def _stop_sales(uow: Session, product_code: str, cells: Iterable[Cell], *, cause: str, now: datetime) -> None:
    """Nothing of the product is sold in these cells from now on, whatever is available there."""
    for cell in cells:
        uow.add(_stop(product_code, cell, cause, now, FOREVER, now))
    uow.flush()


def _end_stop(uow: Session, product_code: str, *, cause: str, now: datetime) -> None:
    """The stop that came from ``cause`` ends now; that it was there stays known."""
    believed = select(SaleStop).where(
        SaleStop.product_code == product_code,
        SaleStop.cause == cause,
        SaleStop.recorded_to == FOREVER,
        SaleStop.valid_to > now,
    )
    for row in uow.scalars(believed).all():
        row.recorded_to = now
        if row.valid_from < now:
            cell = Cell(row.unit, row.channel, row.customer_group)
            uow.add(_stop(product_code, cell, cause, row.valid_from, now, now))
    uow.flush()


def _stop(code: str, cell: Cell, cause: str, start: datetime, end: datetime, now: datetime) -> SaleStop:
    return SaleStop(
        product_code=code,
        cause=cause,
        unit=cell.unit,
        channel=cell.channel,
        customer_group=cell.group,
        valid_from=start,
        valid_to=end,
        recorded_from=now,
        recorded_to=FOREVER,
    )
