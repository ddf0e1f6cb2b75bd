"""What is known of the members of a bundle, and what keeps it from being sold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.clock import accounting_date
from app.kernel.errors import Fault
from app.modules.bundles.models import BundleVersion
from app.modules.bundles.queries.finding import standing_of
from app.modules.bundles.rules import composing, pricing
from app.modules.bundles.rules.composing import Known, Part, Sold
from app.modules.bundles.rules.description import members_of
from app.modules.bundles.rules.states import CURRENT
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries.products import versions_in_force
from app.modules.catalogue.rules.content import Content
from app.modules.pricing.queries import in_force


def contradictions(session: Session, code: str, document: Content, *, complete: bool, now: datetime) -> list[Fault]:
    """Everything that keeps a document from being a bundle, as products, bundles and ceilings are now."""
    known = known_for(session, document, now)
    faults = list(composing.wrong_in(code, document, known, complete=complete))
    if any(fault.code == "contains_itself" for fault in faults):
        return faults
    ceilings = in_force(session, accounting_date(now))
    return [*faults, *pricing.wrong_in(document, composing.held(document, known), known, ceilings)]


def wrong_today(session: Session, version: BundleVersion, now: datetime) -> list[Fault]:
    """What keeps a version from being sold today; of one that is not sold any more nothing is asked."""
    if version.state not in CURRENT:
        return []
    return contradictions(session, version.code, version.document, complete=True, now=now)


def known_for(session: Session, document: Content, now: datetime) -> Known:
    """What the document names, and what the bundles in it name in turn."""
    parts: dict[str, Part] = {}
    waiting = {row["bundle"] for row in members_of(document) if "bundle" in row}
    while waiting:
        parts |= {code: Part(each.state, each.document) for code, each in standing_of(session, waiting).items()}
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
