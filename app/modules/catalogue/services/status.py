"""The status of a product: development steps, suspension, end of sale."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.modules.catalogue.models import FOREVER, Availability, Product, ProductStatus
from app.modules.catalogue.rules.states import RESUME, TO_LAUNCH, product_move
from app.modules.catalogue.services.periods import close_sales, set_status
from app.modules.catalogue.services.records import allow_product_move, locked_product, note

__all__ = ["advance", "launch", "resume", "suspend", "take_off_sale"]


def advance(uow: Session, *, product_code: str, verb: str, actor: Actor, now: datetime) -> Product:
    """One step of development: ``design`` or ``test``; also ``exit`` and ``retire`` for the exit process."""
    product = locked_product(uow, product_code)
    return _change(uow, product, verb, actor=actor, now=now, at=now)


def suspend(uow: Session, *, product_code: str, reason: str, actor: Actor, now: datetime) -> Product:
    """Stop sales at once (rule 12): 暂停销售."""
    product = locked_product(uow, product_code)
    return _change(uow, product, "suspend", actor=actor, now=now, at=now, reason=reason)


def resume(uow: Session, *, product_code: str, reason: str, actor: Actor, now: datetime) -> Product:
    """Lift a suspension; it needs a second person (rule 12)."""
    product = locked_product(uow, product_code)
    product_move(product.status, "resume")
    suspended_by = uow.scalar(
        select(ProductStatus.by).where(
            ProductStatus.product_code == product_code,
            ProductStatus.recorded_to == FOREVER,
            ProductStatus.valid_to == FOREVER,
        )
    )
    require(actor, RESUME, Facts(owner_department=product.owner_department, initiator=suspended_by))
    return _set(uow, product, "resume", "on_sale", actor=actor, now=now, at=now, reason=reason)


def take_off_sale(
    uow: Session, *, product_code: str, at: datetime, reason: str, actor: Actor, now: datetime
) -> Product:
    """End sales for good from ``at``; accounts live on (rule 9). For process handlers."""
    product = locked_product(uow, product_code)
    versions = uow.scalars(
        select(Availability.version_id)
        .where(Availability.product_code == product_code, Availability.recorded_to == FOREVER)
        .distinct()
    ).all()
    close_sales(uow, versions, at=at, now=now)
    return _change(uow, product, "take_off_sale", actor=actor, now=now, at=at, reason=reason)


def launch(uow: Session, product: Product, *, actor: Actor, now: datetime, at: datetime) -> None:
    """What is still ahead of a product whose version is published, each step recorded."""
    for verb in TO_LAUNCH.get(product.status, ("launch",)):
        _change(uow, product, verb, actor=actor, now=now, at=at if verb == "launch" else now, by_process=True)


def roll_back_launch(uow: Session, product: Product, *, actor: Actor, now: datetime) -> None:
    """The pilot of a new product failed: it is in test again."""
    _change(uow, product, "roll_back", actor=actor, now=now, at=now)


def _change(
    uow: Session,
    product: Product,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    at: datetime,
    reason: str | None = None,
    by_process: bool = False,
) -> Product:
    moved = product_move(product.status, verb).to if by_process else allow_product_move(product, verb, actor)
    return _set(uow, product, verb, moved, actor=actor, now=now, at=at, reason=reason)


def _set(
    uow: Session, product: Product, verb: str, to: str, *, actor: Actor, now: datetime, at: datetime, reason: str | None
) -> Product:
    left = product.status
    set_status(uow, product, to, valid_from=at, now=now, by=actor.username, reason=reason)
    note(uow, product.code, f"product.{verb}", actor, now, old=left, new=to, effective=at.isoformat(), reason=reason)
    return product
