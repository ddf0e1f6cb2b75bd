"""Which bundles there are, what is known of their members, and which bundles cannot do without a product."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.clock import accounting_date
from app.kernel.errors import Fault, NotFound
from app.kernel.i18n import N_
from app.modules.bundles.models import Bundle, BundleMember
from app.modules.bundles.rules import composing, pricing
from app.modules.bundles.rules.composing import Known, Part, Sold
from app.modules.bundles.rules.description import members_of
from app.modules.bundles.rules.states import STATES
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries.products import versions_in_force
from app.modules.catalogue.rules.content import Content
from app.modules.pricing.queries import in_force

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


def contradictions(session: Session, code: str, document: Content, *, complete: bool, now: datetime) -> list[Fault]:
    """Everything that keeps a document from being a bundle, as products, bundles and ceilings are now."""
    known = known_for(session, document, now)
    faults = list(composing.wrong_in(code, document, known, complete=complete))
    if any(fault.code == "contains_itself" for fault in faults):
        return faults
    ceilings = in_force(session, accounting_date(now))
    return [*faults, *pricing.wrong_in(document, composing.held(document, known), known, ceilings)]


def known_for(session: Session, document: Content, now: datetime) -> Known:
    """What the document names, and what the bundles in it name in turn."""
    parts: dict[str, Part] = {}
    waiting = {row["bundle"] for row in members_of(document) if "bundle" in row}
    while waiting:
        rows = session.scalars(select(Bundle).where(Bundle.code.in_(waiting)))
        parts |= {row.code: Part(row.state, row.document) for row in rows}
        inner = [row for part in parts.values() for row in members_of(part.document)]
        waiting = {row["bundle"] for row in inner if "bundle" in row} - set(parts) - waiting
    documents = [document, *(part.document for part in parts.values())]
    products = {row["product"] for each in documents for row in members_of(each) if "product" in row}
    return Known(_sold(session, products, now), parts)


def _sold(session: Session, codes: Collection[str], now: datetime) -> dict[str, Sold]:
    """Products by code, with the terms in force; a product that was never sold with its latest."""
    live = versions_in_force(session, list(codes), at=now)
    found: dict[str, Sold] = {}
    for product in session.scalars(select(Product).where(Product.code.in_(codes))):
        version = live.get(product.code) or _latest(session, product.code)
        found[product.code] = Sold(product.status, version.content)
    return found


def _latest(session: Session, code: str) -> ProductVersion:
    rows = select(ProductVersion).where(ProductVersion.product_code == code)
    return session.scalars(rows.order_by(ProductVersion.number.desc()).limit(1)).one()


def names_of(session: Session, *documents: Content) -> dict[str, dict[str, str]]:
    """Code → names of the products and bundles that are members."""
    rows = [row for document in documents for row in members_of(document)]
    products = {row["product"] for row in rows if "product" in row}
    parts = {row["bundle"] for row in rows if "bundle" in row}
    found = session.execute(select(Product.code, Product.names).where(Product.code.in_(products))).all()
    others = session.execute(select(Bundle.code, Bundle.names).where(Bundle.code.in_(parts))).all()
    return {code: names for code, names in [*found, *others]}
