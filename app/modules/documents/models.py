"""Templates and their versions: a version's texts are fixed once it is approved, and nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from app.kernel.database import Instant, Json, Record


class Template(Record):
    """A text the bank uses again and again 文本模板. What it is for is fixed when it is made."""

    __tablename__ = "text_template"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    """A key of ``rules.states.KINDS``."""
    names: Mapped[dict[str, str]] = mapped_column(Json)
    families: Mapped[list[str]] = mapped_column(Json)
    """Empty: every family."""
    types: Mapped[list[str]] = mapped_column(Json)
    """Product types within the families; empty: all of them."""
    change_types: Mapped[list[str]] = mapped_column(Json)
    """Empty: every kind of change."""
    holder: Mapped[str] = mapped_column(Text)
    """``existing``, ``new`` or ``any``: which customers it speaks to."""
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class TemplateVersion(Record):
    """The texts of a template in both languages, as of a day."""

    __tablename__ = "text_template_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("text_template.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states.MOVES``."""
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(Text)
    """SHA-256 of the texts as canonical JSON: what an approval binds to."""
    valid_from: Mapped[date]
    """The accounting date from which it is used; not before the day of its approval."""
    valid_to: Mapped[date | None]
    """The first day on which it is not used any more; an approved version that is replaced or withdrawn has one."""
    author: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was withdrawn."""

    __table_args__ = (Index("ix_text_template_version_number", "template_id", "number", unique=True),)


class ProductDocument(Record):
    """A document of a product 产品文档: a template filled from one version, in one language, as it was given out."""

    __tablename__ = "product_document"
    id: Mapped[int] = mapped_column(primary_key=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("text_template_version.id"))
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"))
    """The version of the product that it was filled from."""
    language: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    paths: Mapped[list[str]] = mapped_column(Json)
    """The terms it states; see ``rules.stating.paths_of``."""
    stated: Mapped[dict[str, Any]] = mapped_column(Json)
    """What it says of them: the part of the version's content under ``paths``, frozen."""
    content_hash: Mapped[str] = mapped_column(Text)
    """SHA-256 over language, text and what is stated, as canonical JSON."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The first day on which it is not used any more: replaced by a later one, or withdrawn."""
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_product_document_product", "product_code", "id"),)


class ApprovedText(RuntimeError):
    """Somebody tried to change an approved text, or to delete one."""


_FIXED = ("template_id", "number", "texts", "content_hash", "author", "written_at")
_GIVEN_OUT = (
    "template_version_id", "product_code", "version_id", "language", "text", "paths", "stated", "content_hash",
    "valid_from", "made_by", "made_at",
)  # fmt: skip


def _refuse_changes(mapper: Mapper[Any], connection: object, version: TemplateVersion) -> None:
    """The texts of a version never change once it is no draft any more, whoever asks."""
    was = inspect(version).attrs.state.history.deleted or [version.state]
    if was[0] != "draft":
        _refuse(version, _FIXED, f"version {version.template_id}/{version.number}")


def _refuse_rewriting(mapper: Mapper[Any], connection: object, document: ProductDocument) -> None:
    """What was given out stays as it was given out."""
    _refuse(document, _GIVEN_OUT, f"document {document.id}")


def _refuse(row: Record, fixed: Sequence[str], name: str) -> None:
    touched = [each for each in fixed if inspect(row).attrs[each].history.has_changes()]
    if touched:
        raise ApprovedText(f"{name}: {', '.join(touched)}")


def _refuse_deletion(
    mapper: Mapper[Any], connection: object, row: Template | TemplateVersion | ProductDocument
) -> None:
    raise ApprovedText(f"{type(row).__name__} {row.id} is kept (rule 14)")


event.listen(TemplateVersion, "before_update", _refuse_changes)
event.listen(ProductDocument, "before_update", _refuse_rewriting)
for _kept in (Template, TemplateVersion, ProductDocument):
    event.listen(_kept, "before_delete", _refuse_deletion)
