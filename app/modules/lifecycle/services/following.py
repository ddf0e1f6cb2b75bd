"""A product is followed, from whatever stage it is in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.services.records import locked_product
from app.modules.lifecycle.models import ProductLife
from app.modules.lifecycle.rules.stages import LIFE
from app.modules.lifecycle.services.records import current_life, note
from app.workflow.instances.services import start_instance


def begin(uow: Session, *, product_code: str, actor: Actor, now: datetime) -> ProductLife:
    """Follow a product from now on, from whatever stage it is in.

    404 for an unknown product, 403 for other departments, 409 while it is followed already or once it is retired.
    """
    product = locked_product(uow, product_code)
    require(actor, "life.begin", Facts(owner_department=product.owner_department))
    if current_life(uow, product_code) is not None:
        raise Conflict(N_("The life of this product is followed already."), code="life_followed")
    if product.status == "retired":
        raise Conflict(
            N_("The product is %(state)s; this cannot be done now."), code="wrong_state", state=product.status
        )
    found = ProductLife(product_code=product.code, begun_by=actor.username, begun_at=now)
    uow.add(found)
    uow.flush()
    note(uow, product.code, "life.begun", actor, now, status=product.status)
    step = start_instance(
        uow,
        key=LIFE,
        actor=actor,
        now=now,
        business_key=product.code,
        variables={"product": product.code, "owner": product.owner_department or actor.department or ""},
        card={"title": dict(product.names), "products": [product.code]},
    )
    found.instance_id = step.instance.id
    uow.flush()
    return found
