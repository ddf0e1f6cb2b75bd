"""What the verbs share: locked rows, transitions, and the audit chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules import states

NO_PRODUCT = N_("There is no product with this code.")
NO_VERSION = N_("There is no such version.")


def locked_product(uow: Session, code: str) -> Product:
    """The product, its row locked: all changes of one product queue here."""
    locked = select(Product).where(Product.code == code).with_for_update()
    product = uow.scalar(locked, execution_options={"populate_existing": True})
    if product is None:
        raise NotFound(NO_PRODUCT)
    return product


def locked_version(uow: Session, version_id: int) -> ProductVersion:
    """The version, under the lock of its product."""
    locked_product(uow, product_of(uow, version_id))
    return uow.get_one(ProductVersion, version_id, populate_existing=True)


def product_of(session: Session, version_id: int) -> str:
    """The code of the version's product."""
    code = session.scalar(select(ProductVersion.product_code).where(ProductVersion.id == version_id))
    if code is None:
        raise NotFound(NO_VERSION)
    return code


def move_version(version: ProductVersion, verb: str, actor: Actor) -> str:
    """Take the version along its transition table; gives the state it leaves."""
    move = states.version_move(version.state, verb)
    _require(actor, move, version.product)
    left, version.state = version.state, move.to
    return left


def allow_product_move(product: Product, verb: str, actor: Actor) -> str:
    """The state the verb leads to, if the table and the permissions allow it."""
    move = states.product_move(product.status, verb)
    _require(actor, move, product)
    return move.to


def _require(actor: Actor, move: states.Move, product: Product) -> None:
    if move.by != states.PROCESS:
        require(actor, move.by, Facts(owner_department=product.owner_department))


def stream(code: str) -> str:
    """The audit stream of a product."""
    return f"product:{code}"


def note(uow: Session, code: str, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    """One entry in the product's audit chain. Flushes, so that the next verb of this unit of work finds it."""
    audit.record(uow, stream(code), [audit.Entry(action, actor.username, now, payload)])
    uow.flush()
