"""What the verbs share: locked rows, transitions, and the audit chain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.kernel.moves import PROCESS, Move
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules import states

NO_PRODUCT = N_("There is no product with this code.")
NO_VERSION = N_("There is no such version.")


def locked_product(uow: Session, code: str) -> Product:
    """The product, its row locked: all changes of one product queue here."""
    return locked_products(uow, [code])[code]


def locked_products(uow: Session, codes: Collection[str]) -> dict[str, Product]:
    """Several products by code, locked in one order, so that two changes never wait for each other."""
    locked = select(Product).where(Product.code.in_(list(codes))).order_by(Product.code).with_for_update()
    found = {p.code: p for p in uow.scalars(locked, execution_options={"populate_existing": True})}
    if len(found) < len(set(codes)):
        raise NotFound(NO_PRODUCT)
    return found


def locked_version(uow: Session, version_id: int) -> ProductVersion:
    """The version, under the lock of its product."""
    return locked_versions(uow, [version_id])[0]


def locked_versions(uow: Session, version_ids: Sequence[int]) -> list[ProductVersion]:
    """The versions in the order asked for, under the locks of their products."""
    locked_products(uow, set(_products_of(uow, version_ids).values()))
    rows = select(ProductVersion).where(ProductVersion.id.in_(list(version_ids)))
    # With their products, which the session would otherwise forget and read again one by one.
    loaded = rows.options(joinedload(ProductVersion.product, innerjoin=True))
    found = {v.id: v for v in uow.scalars(loaded, execution_options={"populate_existing": True})}
    return [found[version_id] for version_id in version_ids]


def _products_of(session: Session, version_ids: Sequence[int]) -> dict[int, str]:
    """Version id → code of its product."""
    rows = select(ProductVersion.id, ProductVersion.product_code).where(ProductVersion.id.in_(list(version_ids)))
    found = {version_id: code for version_id, code in session.execute(rows)}
    if len(found) < len(set(version_ids)):
        raise NotFound(NO_VERSION)
    return found


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


def _require(actor: Actor, move: Move, product: Product) -> None:
    if move.by != PROCESS:
        require(actor, move.by, Facts(owner_department=product.owner_department))


def stream(code: str) -> str:
    """The audit stream of a product."""
    return f"product:{code}"


def note(uow: Session, code: str, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    """One entry in the product's audit chain. Flushes, so that the next verb of this unit of work finds it."""
    audit.record(uow, stream(code), [audit.Entry(action, actor.username, now, payload)])
    uow.flush()


def note_each(
    uow: Session, action: str, actor: Actor, now: datetime, payloads: Iterable[tuple[str, dict[str, Any]]]
) -> None:
    """The same for several products, ``(code, payload)``, in as many statements as for one."""
    entries = {stream(code): [audit.Entry(action, actor.username, now, payload)] for code, payload in payloads}
    if entries:
        audit.record_each(uow, entries)
    uow.flush()
