"""Documents of products: which were in force on a day, and which of them the terms live on that day contradict.

A contradiction is never kept: it is worked out from what a document states and from the version in force, as of
any day. A document that was filled from the version in force states what holds, so it is not even compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.kernel.clock import end_of_day
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules.states import PUBLISHED
from app.modules.documents.models import ProductDocument, Template, TemplateVersion
from app.modules.documents.rules.stating import Contradiction, contradictions

NO_DOCUMENT = N_("There is no such document.")
CHUNK = 200
"""Documents that are compared at a time."""
_Source, _Live = aliased(ProductVersion), aliased(ProductVersion)


@dataclass(frozen=True)
class Kept:
    """A document with what it was made from, and the version whose terms are live on the day that was asked."""

    document: ProductDocument
    template: Template
    number: int
    """Of the template's version."""
    product: Product
    source: ProductVersion
    live: ProductVersion | None

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """Where the live terms say otherwise."""
        if self.live is None or self.live.id == self.source.id:
            return []
        return contradictions(self.document.stated, self.live.content, self.document.paths)


@dataclass(frozen=True)
class Asked:
    """Which documents: those in force on ``day``, or with ``ended`` whenever they were."""

    day: date
    product: str | None = None
    kind: str | None = None
    ended: bool = False


def _rows(asked: Asked) -> Select[Any]:
    at = end_of_day(asked.day)
    live = and_(
        _Live.product_code == ProductDocument.product_code,
        _Live.state.in_(PUBLISHED),
        _Live.valid_from < at,
        or_(_Live.valid_to.is_(None), _Live.valid_to >= at),
    )
    rows: Any = (
        select(ProductDocument, Template, TemplateVersion.number, Product, _Source, _Live)
        .join(TemplateVersion, TemplateVersion.id == ProductDocument.template_version_id)
        .join(Template, Template.id == TemplateVersion.template_id)
        .join(Product, Product.code == ProductDocument.product_code)
        .join(_Source, _Source.id == ProductDocument.version_id)
        .outerjoin(_Live, live)
        .order_by(ProductDocument.id.desc())
    )
    rows = rows.where(ProductDocument.product_code == asked.product) if asked.product else rows
    rows = rows.where(Template.kind == asked.kind) if asked.kind else rows
    return rows if asked.ended else rows.where(_in_force(asked.day))  # type: ignore[no-any-return]


def _in_force(day: date) -> Any:
    ends = ProductDocument.valid_to
    return and_(ProductDocument.valid_from <= day, or_(ends.is_(None), ends > day))


def _kept(session: Session, rows: Select[Any]) -> list[Kept]:
    return [Kept(*row) for row in session.execute(rows)]


def documents(session: Session, asked: Asked, *, after: int | None = None, limit: int = 25) -> list[Kept]:
    """At most ``limit`` + 1, the latest first."""
    rows = _rows(asked)
    rows = rows.where(ProductDocument.id < after) if after is not None else rows
    return _kept(session, rows.limit(limit + 1))


def contradicting(session: Session, asked: Asked, *, after: int | None = None, limit: int = 25) -> list[Kept]:
    """At most ``limit`` + 1 documents in force that the live terms of that day contradict, the latest first."""
    found: list[Kept] = []
    for kept in _filled_from_others(session, asked, after):
        if kept.contradictions:
            found.append(kept)
        if len(found) > limit:
            break
    return found


def _filled_from_others(session: Session, asked: Asked, after: int | None) -> Iterator[Kept]:
    """Documents made from another version than the one that is live, in chunks."""
    rows = _rows(asked).where(_Live.id != ProductDocument.version_id).limit(CHUNK)
    while True:
        chunk = _kept(session, rows.where(ProductDocument.id < after) if after is not None else rows)
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].document.id


def document(session: Session, document_id: int, *, day: date) -> Kept:
    """One document beside the terms of a day. 404 if there is none."""
    found = _kept(session, _rows(Asked(day, ended=True)).where(ProductDocument.id == document_id))
    if not found:
        raise NotFound(NO_DOCUMENT)
    return found[0]


def of_product(session: Session, code: str, *, day: date) -> Sequence[Kept]:
    """The documents of a product in force on a day, and those that will be."""
    rows = _rows(Asked(day, code, ended=True)).where(
        or_(ProductDocument.valid_to.is_(None), ProductDocument.valid_to > day)
    )
    return _kept(session, rows)
