"""Strategy 产品战略 and objectives 目标 are set: in the planning of a product, or for one that is in operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict, Invalid
from app.kernel.i18n import N_
from app.kernel.loading import NOT_RIGHT
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.catalogue.services.records import locked_product
from app.modules.lifecycle.models import Objective, ProductStrategy
from app.modules.lifecycle.rules import aims as aiming
from app.modules.lifecycle.rules.stages import BEFORE_SALE
from app.modules.lifecycle.services.measuring import holdings_now
from app.modules.lifecycle.services.records import current_life, note
from app.workflow.models import ProcessInstance


def set_objectives(
    uow: Session, *, product_code: str, given: Mapping[str, Any], actor: Actor, now: datetime
) -> ProductStrategy:
    """Strategy and objectives of a product in operation; the evaluations measure by them and tell who set them.

    Before it is sold its head judges them in its planning. 403 for other departments, 409 while it is not
    followed or not in operation yet, 422 with each line that is wrong.
    """
    product = locked_product(uow, product_code)
    require(actor, "life.aim", Facts(owner_department=product.owner_department))
    if current_life(uow, product_code) is None:
        raise Conflict(N_("Follow the life of the product first."), code="life_not_followed")
    if _is_prepared(uow, product_code):
        message = N_("The product is not in operation yet: its objectives are set and judged in its planning.")
        raise Conflict(message, code="not_in_operation")
    return keep(uow, product, given=given, actor=actor, now=now, pointer="/objectives")


def _is_prepared(session: Session, product: str) -> bool:
    """Whether it is still on its way to the market."""
    running = select(ProcessInstance.id).where(
        ProcessInstance.business_key == product,
        ProcessInstance.process_key.in_(BEFORE_SALE),
        ProcessInstance.ended_at.is_(None),
    )
    return session.scalar(running.limit(1)) is not None


def keep(
    uow: Session,
    product: Product,
    *,
    given: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    pointer: str = aiming.WHERE,
) -> ProductStrategy:
    """Strategy, target groups and objectives as of now; 422 with each line of the objectives that is wrong."""
    aims, faults = aiming.read_aims(given["objectives"], _ground(uow, product, now), pointer)
    if faults:
        raise Invalid(NOT_RIGHT, faults=faults)
    row = ProductStrategy(
        product_code=product.code,
        text=given["strategy"],
        target_groups=list(given["target_groups"]),
        by=actor.username,
        at=now,
    )
    uow.add(row)
    uow.flush()
    uow.add_all(Objective(strategy_id=row.id, **vars(aim)) for aim in aims)
    said = [{"metric": a.metric, "target": canonical_decimal(a.target), "due_on": a.due_on.isoformat()} for a in aims]
    note(uow, product.code, "life.strategy_set", actor, now, strategy=row.text, objectives=said)
    return row


def _ground(uow: Session, product: Product, now: datetime) -> aiming.Ground:
    today = accounting_date(now)
    balance = holdings_now(uow, product.code, today).get("balance")
    return aiming.Ground(product.family, today, balance.value if balance else None)
