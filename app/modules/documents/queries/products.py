"""Documents of products: which were in force on a day, and which of them the terms live on that day contradict.

A contradiction is never kept: it is worked out from what a document states and from the version in force, as of
any day. A document that was filled from the version in force states what holds, so it is not even compared. Figures
that were typed into its template are looked for in the live terms whatever it was filled from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.kernel.clock import end_of_day
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules.states import PUBLISHED
from app.modules.documents.models import ProductDocument, Template, TemplateVersion
from app.modules.documents.rules.states import OF_PRODUCTS
from app.modules.documents.rules.stating import Contradiction, contradictions
from app.modules.documents.rules.typed import Typed, strays, typed_in

NO_DOCUMENT = N_("There is no such document.")
CHUNK = 200
"""Documents that are looked through at a time."""
_Source, _Live = aliased(ProductVersion), aliased(ProductVersion)


@dataclass(frozen=True)
class Kept:
    """A document with what it was made from, and the version whose terms are live on the day that was asked."""

    document: ProductDocument
    template: Template
    written: TemplateVersion
    """The version of the template."""
    product: Product
    source: ProductVersion
    live: ProductVersion | None

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """Where the live terms say otherwise."""
        if self.live is None or self.live.id == self.source.id:
            return []
        return contradictions(self.document.stated, self.live.content, self.document.paths)

    @cached_property
    def typed(self) -> list[Typed]:
        """Figures typed into its template outside merge fields that stand nowhere in the live terms."""
        return strays(self.written.texts[self.document.language], self.live.content) if self.live else []


@dataclass(frozen=True)
class Asked:
    """Which documents: those in force on ``day``, or with ``ended`` whenever they were."""

    day: date
    product: str | None = None
    kind: str | None = None
    ended: bool = False
    contradicting: bool = False
    """Only those that the terms live on ``day`` contradict."""
    typed: bool = False
    """Only those with a typed figure that these terms do not hold."""

    def wants(self, kept: Kept) -> bool:
        return bool((kept.contradictions or not self.contradicting) and (kept.typed or not self.typed))


def _rows(asked: Asked) -> Select[Any]:
    at = end_of_day(asked.day)
    live = and_(
        _Live.product_code == ProductDocument.product_code,
        _Live.state.in_(PUBLISHED),
        _Live.valid_from < at,
        or_(_Live.valid_to.is_(None), _Live.valid_to >= at),
    )
    rows: Any = (
        select(ProductDocument, Template, TemplateVersion, Product, _Source, _Live)
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
    rows = rows.where(_Live.id != ProductDocument.version_id) if asked.contradicting else rows
    rows = rows.where(ProductDocument.template_version_id.in_(_with_figures(session))) if asked.typed else rows
    size = CHUNK if asked.contradicting or asked.typed else limit + 1
    return list(islice(filter(asked.wants, _in_chunks(session, rows, after, size)), limit + 1))


def _with_figures(session: Session) -> list[int]:
    """The versions of templates with figures typed into them: there are few templates, and many documents."""
    rows = select(TemplateVersion.id, TemplateVersion.texts).join(Template).where(Template.kind.in_(OF_PRODUCTS))
    return [key for key, texts in session.execute(rows) if any(typed_in(text) for text in texts.values())]


def _in_chunks(session: Session, rows: Select[Any], after: int | None, size: int) -> Iterator[Kept]:
    while True:
        chunk = _kept(session, rows.where(ProductDocument.id < after if after is not None else true()).limit(size))
        yield from chunk
        if len(chunk) < size:
            return
        after = chunk[-1].document.id


def document(session: Session, document_id: int, *, day: date) -> Kept:
    """One document beside the terms of a day. 404 if there is none."""
    found = _kept(session, _rows(Asked(day, ended=True)).where(ProductDocument.id == document_id))
    if not found:
        raise NotFound(NO_DOCUMENT)
    return found[0]


def day_of_use(session: Session, document_id: int, today: date) -> date:
    """The day whose terms a document is read beside: today, or its first day where that is still to come."""
    first = session.scalar(select(ProductDocument.valid_from).where(ProductDocument.id == document_id))
    return max(first or today, today)


def of_product(session: Session, code: str, *, day: date) -> Sequence[Kept]:
    """The documents of a product in force on a day, and those that will be: beside the terms they are made for."""
    rows = _rows(Asked(day, code, ended=True)).where(
        or_(ProductDocument.valid_to.is_(None), ProductDocument.valid_to > day)
    )
    return [
        kept if kept.document.valid_from <= day else replace(kept, live=kept.source) for kept in _kept(session, rows)
    ]
