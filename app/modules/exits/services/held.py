"""What is held of a product, asked in sums: by version, by customer group and unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import ProductVersion
from app.modules.customers.models import Customer, CustomerSegment, Holding
from app.modules.customers.rules.states import OPEN


def pinned_versions(session: Session, code: str) -> list[ProductVersion]:
    """The versions under which contracts run, oldest first."""
    held = select(Holding.version).where(Holding.product_code == code, Holding.status.in_(OPEN)).distinct()
    wanted = select(ProductVersion).where(ProductVersion.product_code == code, ProductVersion.number.in_(held))
    return list(session.scalars(wanted.order_by(ProductVersion.number)))


def currencies(session: Session, code: str) -> set[str]:
    return set(session.scalars(select(Holding.currency).where(*_running(code)).distinct()))


def smallest(session: Session, code: str) -> Decimal | None:
    """The smallest principal that is held."""
    return session.scalar(select(func.min(Holding.principal)).where(*_running(code)))


def largest(session: Session, code: str, target: str) -> Decimal:
    """The most that one holder would hold of the target once all has arrived there."""
    leaving = select(Holding.customer_id).where(*_running(code))
    both = (Holding.product_code.in_((code, target)), Holding.status.in_(OPEN), Holding.customer_id.in_(leaving))
    each = select(func.sum(Holding.principal).label("held")).where(*both).group_by(Holding.customer_id).subquery()
    return session.scalar(select(func.max(each.c.held))) or Decimal(0)


def balance(session: Session, code: str) -> Decimal:
    return session.scalar(select(func.sum(Holding.principal)).where(*_running(code))) or Decimal(0)


def who_holds(session: Session, code: str) -> Sequence[tuple[str, str | None]]:
    """Unit and customer group of those who hold it, each pair once."""
    pairs = (
        select(Customer.unit_code, CustomerSegment.key)
        .join(Holding, Holding.customer_id == Customer.id)
        .outerjoin(CustomerSegment, CustomerSegment.customer_id == Customer.id)
        .where(*_running(code))
        .distinct()
        .order_by(Customer.unit_code, CustomerSegment.key)
    )
    return [(unit, group) for unit, group in session.execute(pairs)]


def _running(code: str) -> tuple[ColumnElement[bool], ...]:
    return (Holding.product_code == code, Holding.status.in_(OPEN))
