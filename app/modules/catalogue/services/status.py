"""The status of a product: development steps, launch, end of sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.modules.catalogue.models import FOREVER, Availability, Product, ProductVersion
from app.modules.catalogue.rules.states import PUBLISHED, TO_LAUNCH, product_move
from app.modules.catalogue.services.periods import close_sales, set_status, set_statuses
from app.modules.catalogue.services.records import allow_product_move, locked_product, note, note_each

__all__ = ["advance", "launch", "take_off_sale"]


def advance(uow: Session, *, product_code: str, verb: str, actor: Actor, now: datetime) -> Product:
    """One step of development: ``design`` or ``test``; also ``exit`` and ``retire`` for the exit process."""
    product = locked_product(uow, product_code)
    return change_status(uow, product, verb, actor=actor, now=now, at=now)


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
    return change_status(uow, product, "take_off_sale", actor=actor, now=now, at=at, reason=reason)


def launch(uow: Session, products: Sequence[Product], *, actor: Actor, now: datetime, at: datetime) -> None:
    """What is still ahead of products whose versions are published, each step recorded."""
    waiting = [p for p in products if _ahead(p)]
    while waiting:
        verb = _ahead(waiting[0])[0]
        taken = [p for p in waiting if p.status == waiting[0].status]
        _move_all(uow, taken, verb, actor=actor, now=now, at=at if verb == "launch" else now)
        waiting = [p for p in waiting if _ahead(p)]


def _ahead(product: Product) -> Sequence[str]:
    return TO_LAUNCH.get(product.status, ("launch",))


def roll_back_launch(uow: Session, products: Sequence[Product], *, actor: Actor, now: datetime) -> None:
    """The pilots of new products failed: they are in test again."""
    if products:
        _move_all(uow, products, "roll_back", actor=actor, now=now, at=now)


def has_been_rolled_out(session: Session, product: Product) -> bool:
    """Whether a version of it was ever published, or is being piloted."""
    states = select(ProductVersion.id).where(
        ProductVersion.product_code == product.code, ProductVersion.state.in_(PUBLISHED | {"piloting"})
    )
    return session.scalar(states.limit(1)) is not None


def _move_all(
    uow: Session, products: Sequence[Product], verb: str, *, actor: Actor, now: datetime, at: datetime
) -> None:
    """One verb of a process on several products that have the same status."""
    left, moved = products[0].status, product_move(products[0].status, verb).to
    set_statuses(uow, products, moved, valid_from=at, now=now, by=actor.username)
    said = {"old": left, "new": moved, "effective": at.isoformat(), "reason": None}
    note_each(uow, f"product.{verb}", actor, now, [(p.code, said) for p in products])


def change_status(
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
