"""Templates and their versions: a version's texts are fixed once it is approved, and nothing is ever deleted."""

from __future__ import annotations

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


class ApprovedText(RuntimeError):
    """Somebody tried to change an approved text, or to delete one."""


_FIXED = ("template_id", "number", "texts", "content_hash", "author", "written_at")


def _refuse_changes(mapper: Mapper[Any], connection: object, version: TemplateVersion) -> None:
    """The texts of a version never change once it is no draft any more, whoever asks."""
    attributes = inspect(version).attrs
    was = attributes.state.history.deleted or [version.state]
    touched = [name for name in _FIXED if attributes[name].history.has_changes()]
    if touched and was[0] != "draft":
        raise ApprovedText(f"version {version.template_id}/{version.number}: {', '.join(touched)}")


def _refuse_deletion(mapper: Mapper[Any], connection: object, row: Template | TemplateVersion) -> None:
    raise ApprovedText(f"{type(row).__name__} {row.id} is kept (rule 14)")


event.listen(TemplateVersion, "before_update", _refuse_changes)
event.listen(TemplateVersion, "before_delete", _refuse_deletion)
event.listen(Template, "before_delete", _refuse_deletion)
