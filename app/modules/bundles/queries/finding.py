"""Which bundles there are, and which of them cannot do without a product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import Fault, NotFound
from app.kernel.i18n import N_
from app.modules.bundles.models import Bundle, BundleMember
from app.modules.bundles.rules import composing
from app.modules.bundles.rules.description import members_of
from app.modules.bundles.rules.states import STATES
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.content import Content

NO_BUNDLE = N_("There is no such bundle.")


def bundle(session: Session, code: str) -> Bundle:
    """404 if there is none."""
    found = session.get(Bundle, code)
    if found is None:
        raise NotFound(NO_BUNDLE)
    return found


def bundles(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int = 25
) -> Sequence[Bundle]:
    """At most ``limit`` + 1 by code; those that were withdrawn only where they are asked for."""
    states = [state] if state else [each for each in STATES if each != "withdrawn"]
    rows = select(Bundle).where(Bundle.state.in_(states)).order_by(Bundle.code).limit(limit + 1)
    return session.scalars(rows.where(Bundle.code > after) if after is not None else rows).all()


def holding(session: Session, *, product: str | None = None, part: str | None = None) -> Sequence[Bundle]:
    """The bundles that hold a product or another bundle as a member of their own, unless they were withdrawn."""
    named = BundleMember.part_code == part if product is None else BundleMember.product_code == product
    rows = select(Bundle).join(BundleMember, BundleMember.bundle_code == Bundle.code)
    return session.scalars(rows.where(named, Bundle.state != "withdrawn").order_by(Bundle.code)).all()


def requiring(session: Session, code: str) -> Iterator[Fault]:
    """The bundles on sale that cannot do without a product: why it cannot leave."""
    yield from _requiring(holding(session, product=code), code)


def requiring_part(session: Session, code: str) -> Iterator[Fault]:
    """The same of a bundle that is a member of others."""
    yield from _requiring(holding(session, part=code), code)


def _requiring(found: Sequence[Bundle], code: str) -> Iterator[Fault]:
    message = N_("The bundle %(code)s, %(name)s, which is on sale, cannot do without it.")
    for each in found:
        if each.state == composing.ON_SALE and composing.depends_on(each.document, code):
            values = {"code": each.code, "name": each.names}
            yield Fault(f"/bundles/{each.code}", message, values, "in_a_bundle")


def names_of(session: Session, *documents: Content) -> dict[str, dict[str, str]]:
    """Code → names of the products and bundles that are members."""
    rows = [row for document in documents for row in members_of(document)]
    products = {row["product"] for row in rows if "product" in row}
    parts = {row["bundle"] for row in rows if "bundle" in row}
    found = session.execute(select(Product.code, Product.names).where(Product.code.in_(products))).all()
    others = session.execute(select(Bundle.code, Bundle.names).where(Bundle.code.in_(parts))).all()
    return {code: names for code, names in [*found, *others]}
