"""What the records say of a product, beside what was aimed at."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import Product
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import OPEN as HELD
from app.modules.lifecycle import rules
from app.modules.lifecycle.models import Objective, PerformanceEvaluation, ProductStrategy
from app.workflow.models import ProcessInstance


def measure(uow: Session, product: Product, *, instance: ProcessInstance, now: datetime) -> PerformanceEvaluation:
    """Each objective of the latest strategy beside what the records say now."""
    figures = figures_of(uow, product.code)
    row = PerformanceEvaluation(
        product_code=product.code,
        instance_id=instance.id,
        measured_at=now,
        measured=rules.measured(
            [rules.Aim(o.metric, o.target, o.due_on) for o in objectives_of(uow, product.code)], figures
        ),
    )
    uow.add(row)
    uow.flush()
    return row


def figures_of(session: Session, product: str) -> dict[str, Decimal]:
    """What the records say of a product: principal, number of holdings, customers; of holdings that are not ended."""
    totals = select(func.sum(Holding.principal), func.count(), func.count(Holding.customer_id.distinct()))
    balance, holdings, customers = session.execute(
        totals.where(Holding.product_code == product, Holding.status.in_(HELD))
    ).one()
    return {"balance": Decimal(balance or 0), "holdings": Decimal(holdings), "customers": Decimal(customers)}


def objectives_of(session: Session, product: str) -> list[Objective]:
    """The objectives of the latest strategy."""
    latest = (
        select(ProductStrategy.id)
        .where(ProductStrategy.product_code == product)
        .order_by(ProductStrategy.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return list(session.scalars(select(Objective).where(Objective.strategy_id == latest).order_by(Objective.id)))
