"""Products and versions: lists that page by key, and single records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.pieces import holds
from app.modules.catalogue.models import FOREVER, Product, ProductStatus, ProductVersion
from app.modules.catalogue.queries.sale import NO_PRODUCT, NO_VERSION, Scope, on_sale, on_sale_clause
from app.modules.catalogue.rules.states import PUBLISHED
from app.modules.catalogue.rules.values import is_clean

SORTS: dict[str, Any] = {
    "code": Product.code,
    "name": Product.sort_en,
    "name_zh": Product.sort_zh,
    "changed": Product.changed_at,
}


@dataclass(frozen=True)
class ProductFilter:
    """What a list of products is narrowed to. ``as_of`` asks what was on sale then."""

    q: str | None = None
    family: str | None = None
    type: str | None = None
    status: str | None = None
    owner: str | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None
    scope: Scope | None = None
    sort: str = "code"


@dataclass(frozen=True)
class ProductRow:
    """A product in a list, with its status in force and the version that matters there."""

    product: Product
    status: str
    version: ProductVersion | None


def list_products(
    session: Session, wanted: ProductFilter, *, now: datetime, limit: int, after: Sequence[Any] | None = None
) -> list[ProductRow]:
    """At most ``limit`` products behind the key ``after`` (value of the sort column, code)."""
    at = wanted.as_of or now
    clauses = _clauses(wanted, at)
    if wanted.q and wanted == ProductFilter(q=wanted.q, sort=wanted.sort):
        # Nothing else narrows the list: the index alone says which products stand on this page.
        keys = _ordered(select(Product.code).where(*clauses), wanted.sort, after)
        clauses = [Product.code.in_(keys.limit(limit))]
    found = session.execute(_ordered(_with_status(at).where(*clauses), wanted.sort, after).limit(limit)).all()
    codes = [product.code for product, _ in found]
    if wanted.as_of:
        versions = on_sale(session, as_of=at, known_at=wanted.known_at, scope=wanted.scope, products=codes)
    else:
        versions = versions_in_force(session, codes, at=at)
    return [ProductRow(product, status or product.status, versions.get(product.code)) for product, status in found]


def _with_status(at: datetime) -> Select[Any]:
    in_force = and_(ProductStatus.product_code == Product.code, _status_clause(at))
    query: Any = select(Product, ProductStatus.status)
    return query.outerjoin(ProductStatus, in_force)  # type: ignore[no-any-return]


def _status_clause(at: datetime, known_at: datetime | None = None) -> ColumnElement[bool]:
    row = ProductStatus
    known = (
        row.recorded_to == FOREVER
        if known_at is None
        else and_(row.recorded_from <= known_at, row.recorded_to > known_at)
    )
    return and_(known, row.valid_from <= at, row.valid_to > at)


def _clauses(wanted: ProductFilter, at: datetime) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wanted.q:
        clauses.append(holds(Product.search, wanted.q.lower()))
    if wanted.family:
        clauses.append(Product.family == wanted.family)
    if wanted.type:
        clauses.append(Product.type == wanted.type)
    if wanted.owner:
        clauses.append(Product.owner_department == wanted.owner)
    if wanted.status:
        clauses.append(ProductStatus.status == wanted.status)
    if wanted.as_of or wanted.scope:
        clauses.append(on_sale_clause(at, wanted.known_at, wanted.scope))
    return clauses


def _ordered(query: Select[Any], sort: str, after: Sequence[Any] | None) -> Select[Any]:
    column = SORTS[sort]
    if sort == "code":
        query = query.order_by(Product.code)
        return query.where(Product.code > after[-1]) if after else query
    if sort == "changed":
        query = query.order_by(column.desc(), Product.code.desc())
        if not after:
            return query
        return query.where(or_(column < after[0], and_(column == after[0], Product.code < after[1])))
    query = query.order_by(column, Product.code)
    return query.where(or_(column > after[0], and_(column == after[0], Product.code > after[1]))) if after else query


def sort_key(product: Product, sort: str) -> list[Any]:
    """What ``after`` of the next page must be."""
    values = {"code": product.code, "name": product.sort_en, "name_zh": product.sort_zh, "changed": product.changed_at}
    return [product.code] if sort == "code" else [values[sort], product.code]


def product_by_code(session: Session, code: str) -> Product:
    """404 if there is none."""
    product = session.get(Product, code) if is_clean(code) else None
    if product is None:
        raise NotFound(NO_PRODUCT)
    return product


def status_at(session: Session, code: str, at: datetime, *, known_at: datetime | None = None) -> str | None:
    """The product's status in force at ``at``, by all that is known, or that was known at ``known_at``."""
    found = select(ProductStatus.status).where(ProductStatus.product_code == code, _status_clause(at, known_at))
    return session.scalar(found)


def versions_of(session: Session, code: str, *, before: int | None = None, limit: int = 200) -> list[ProductVersion]:
    """Versions of a product, latest first."""
    query = select(ProductVersion).where(ProductVersion.product_code == code)
    if before is not None:
        query = query.where(ProductVersion.number < before)
    return list(session.scalars(query.order_by(ProductVersion.number.desc()).limit(limit)))


def version_by_number(session: Session, code: str, number: int) -> ProductVersion:
    """404 if there is none."""
    found = select(ProductVersion).where(ProductVersion.product_code == code, ProductVersion.number == number)
    version = session.scalar(found)
    if version is None:
        raise NotFound(NO_VERSION)
    return version


def versions_in_force(session: Session, codes: Sequence[str], *, at: datetime) -> dict[str, ProductVersion]:
    """The published version whose terms are in force at ``at``, per product."""
    query = select(ProductVersion).where(
        ProductVersion.product_code.in_(codes),
        ProductVersion.state.in_(PUBLISHED),
        ProductVersion.valid_from <= at,
        or_(ProductVersion.valid_to.is_(None), ProductVersion.valid_to > at),
    )
    return {version.product_code: version for version in session.scalars(query)}


def version_in_force(session: Session, code: str, *, at: datetime) -> ProductVersion | None:
    """The published version in force at ``at``: the one a change is based on."""
    return versions_in_force(session, [code], at=at).get(code)


def first_drafts(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Product code → number of its draft, of the products that have no other version yet."""
    only = select(ProductVersion.product_code).where(ProductVersion.product_code.in_(codes))
    only = only.group_by(ProductVersion.product_code).having(func.count() == 1)
    rows = select(ProductVersion.product_code, ProductVersion.number)
    found = session.execute(rows.where(ProductVersion.product_code.in_(only), ProductVersion.state == "draft"))
    return {code: number for code, number in found}
