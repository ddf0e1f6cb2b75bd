"""What the verbs share: the audit chain of a life, the life a product is followed in, the product of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import audit
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.lifecycle.models import ProductLife
from app.workflow.models import ProcessInstance


def stream(product: str) -> str:
    """The audit stream of a product's life."""
    return f"life:{product}"


def note(uow: Session, product: str, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    audit.record(uow, stream(product), [audit.Entry(action, actor.username, now, payload)])
    uow.flush()


def current_life(session: Session, product_code: str) -> ProductLife | None:
    """The life that a product is followed in now."""
    running = (
        select(ProductLife)
        .join(ProcessInstance, ProcessInstance.id == ProductLife.instance_id)
        .where(ProductLife.product_code == product_code, ProcessInstance.state.in_(("active", "suspended", "failed")))
    )
    return session.scalar(running.limit(1))


def waits_for_case(session: Session, product_code: str | None) -> bool:
    """Whether a life was begun a moment ago and has no case yet."""
    found = select(ProductLife.id).where(
        ProductLife.product_code == (product_code or ""), ProductLife.instance_id.is_(None)
    )
    return session.scalar(found.limit(1)) is not None


def product_of(uow: Session, instance: ProcessInstance) -> Product:
    """The product of a case of its life: the business key of every stage is its code."""
    found = uow.get(Product, instance.business_key or "")
    if found is None:
        raise Conflict(N_("This case has no product."), code="no_product")
    return found


def is_live(session: Session, product: str) -> bool:
    """Whether a version of it is rolled out; one that is only piloted is not."""
    found = select(ProductVersion.id).where(ProductVersion.product_code == product, ProductVersion.state == "live")
    return session.scalar(found.limit(1)) is not None
