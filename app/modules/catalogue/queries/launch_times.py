"""How long new products took from the first entry to the launch, as the records say (requirement 104)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import FOREVER, Product, ProductStatus

YEAR = timedelta(days=365)
"""How far is looked back where nobody says."""
ENTERED = "bank"
"""The source of products that were entered here: an opening load or an import was launched before it was known."""


@dataclass(frozen=True)
class LaunchTime:
    """A product from its first draft to the instant at which it went on sale."""

    product: Product
    launched_at: datetime

    @property
    def took(self) -> timedelta:
        return self.launched_at - self.product.created_at


@dataclass(frozen=True)
class LaunchTimes:
    """The products launched in a period, latest first."""

    each: Sequence[LaunchTime]

    @property
    def typical(self) -> timedelta | None:
        """Half of the products took longer; of an even number the longer of the two in the middle."""
        return sorted(t.took for t in self.each)[len(self.each) // 2] if self.each else None

    @property
    def shortest(self) -> timedelta | None:
        return min((t.took for t in self.each), default=None)

    @property
    def longest(self) -> timedelta | None:
        return max((t.took for t in self.each), default=None)


def launch_times(session: Session, *, since: datetime, until: datetime) -> LaunchTimes:
    """The products entered here that first went on sale in the period."""
    first = func.min(ProductStatus.valid_from)
    launched = (
        select(ProductStatus.product_code, first.label("at"))
        .where(ProductStatus.status == "on_sale", ProductStatus.recorded_to == FOREVER)
        .group_by(ProductStatus.product_code)
        .having(first >= since, first <= until)
        .subquery()
    )
    rows = select(Product, launched.c.at).join(launched, launched.c.product_code == Product.code)
    found = session.execute(rows.where(Product.source == ENTERED).order_by(launched.c.at.desc(), Product.code))
    return LaunchTimes([LaunchTime(product, at) for product, at in found])


def launched_at(session: Session, product: Product, now: datetime) -> datetime | None:
    """When a product entered here first went on sale; None while it has not, or where nobody entered it here."""
    if product.source != ENTERED:
        return None
    first = select(func.min(ProductStatus.valid_from)).where(
        ProductStatus.product_code == product.code,
        ProductStatus.status == "on_sale",
        ProductStatus.recorded_to == FOREVER,
        ProductStatus.valid_from <= now,
    )
    return session.scalar(first)
