"""What is known of a product, from the records and from readings, beside what was aimed at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.clock import accounting_date
from app.modules.catalogue.models import Product
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import OPEN as HELD
from app.modules.lifecycle.models import MeasureReading, Objective, PerformanceEvaluation, ProductStrategy
from app.modules.lifecycle.rules.aims import Aim, Figure, measured
from app.workflow.models import ProcessInstance

YEAR = timedelta(days=365)


def measure(uow: Session, product: Product, *, instance: ProcessInstance, now: datetime) -> PerformanceEvaluation:
    """Begin an evaluation with what is known now; it is measured again when it is judged."""
    row = PerformanceEvaluation(product_code=product.code, instance_id=instance.id, measured_at=now)
    measure_again(uow, row, now)
    uow.add(row)
    uow.flush()
    return row


def measure_again(uow: Session, row: PerformanceEvaluation, now: datetime) -> None:
    """Each objective of the latest strategy beside what is known now: readings may have come since it began."""
    aims = [aim_of(one) for one in objectives_of(uow, latest_strategy(uow, row.product_code))]
    figures = figures_of(uow, row.product_code, known_at=now, now=now)
    row.measured = measured(aims, figures, accounting_date(now))


def figures_of(session: Session, product: str, *, known_at: datetime, now: datetime) -> dict[str, Figure]:
    """What was known of a product at an instant, by measure.

    Of a past day the records still tell what was sold, and readings what had been read; not what was held then.
    """
    day = accounting_date(known_at)
    held = holdings_now(session, product, day) if known_at >= now else {}
    read = {r.measure: Figure(r.value, r.day, r.source) for r in readings_known(session, product, known_at)}
    return {**held, **read, "sales": Figure(_sales(session, product, day), day)}


def holdings_now(session: Session, product: str, today: date) -> dict[str, Figure]:
    """Balance, number and customers of holdings that are not ended; no balance where they are in several currencies."""
    totals = select(
        func.sum(Holding.principal),
        func.count(),
        func.count(Holding.customer_id.distinct()),
        func.count(Holding.currency.distinct()),
    )
    held = totals.where(Holding.product_code == product, Holding.status.in_(HELD))
    balance, holdings, customers, currencies = session.execute(held).one()
    found = {"holdings": Figure(Decimal(holdings), today), "customers": Figure(Decimal(customers), today)}
    return found if currencies > 1 else {"balance": Figure(Decimal(balance or 0), today), **found}


def _sales(session: Session, product: str, day: date) -> Decimal:
    """Holdings that were opened within twelve months up to a day; those moved here by an exit were not sold."""
    opened = select(func.count()).where(
        Holding.product_code == product,
        Holding.opened_on > day - YEAR,
        Holding.opened_on <= day,
        Holding.came_from.is_(None),
    )
    return Decimal(session.scalar(opened) or 0)


def readings_known(session: Session, product: str, known_at: datetime) -> list[MeasureReading]:
    """Of each measure the reading for the latest day that was known then; of one day the last that was entered."""
    latest = func.row_number().over(
        partition_by=MeasureReading.measure, order_by=(MeasureReading.day.desc(), MeasureReading.id.desc())
    )
    known = select(MeasureReading.id, latest.label("place")).where(
        MeasureReading.product_code == product,
        MeasureReading.at <= known_at,
        MeasureReading.day <= accounting_date(known_at),
    )
    first = known.subquery()
    rows = select(MeasureReading).join(first, first.c.id == MeasureReading.id).where(first.c.place == 1)
    return list(session.scalars(rows.order_by(MeasureReading.id)))


def aim_of(objective: Objective) -> Aim:
    return Aim(objective.metric, objective.target, objective.due_on, objective.baseline)


def latest_strategy(session: Session, product: str, known_at: datetime | None = None) -> ProductStrategy | None:
    """The strategy that counts now, or counted at an instant."""
    rows = select(ProductStrategy).where(ProductStrategy.product_code == product)
    if known_at is not None:
        rows = rows.where(ProductStrategy.at <= known_at)
    return session.scalar(rows.order_by(ProductStrategy.id.desc()).limit(1))


def objectives_of(session: Session, strategy: ProductStrategy | None) -> list[Objective]:
    """The objectives of a strategy, in their order; none of none."""
    if strategy is None:
        return []
    rows = select(Objective).where(Objective.strategy_id == strategy.id)
    return list(session.scalars(rows.order_by(Objective.id)))
