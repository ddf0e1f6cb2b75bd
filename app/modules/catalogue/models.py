"""The catalogue's tables.

What is on sale is asked of ``product_status`` and ``availability``: both hold
valid time and recorded time, and a row is never changed, only superseded.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.kernel.database import Instant, Json, Record
from app.kernel.pieces import index_of_pieces
from app.modules.catalogue.rules.states import UNLOCKED

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of a period that has none."""


class ImmutableVersion(RuntimeError):
    """A bug: something tried to change the content of an approved version."""


class Product(Record):
    """A product 产品. ``status`` is the last one recorded; the one in force stands in ``ProductStatus``."""

    __tablename__ = "product"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    family: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text, index=True)
    owner_department: Mapped[str | None] = mapped_column(Text, index=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    """``bank``, ``demo`` or ``cdr``: where the product came from."""
    status: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text)
    """Code and names in lower case."""
    sort_en: Mapped[str] = mapped_column(Text)
    sort_zh: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        # With the text that is searched: looking for it reads no product.
        Index("ix_product_sort_en", "sort_en", "code", "search"),
        Index("ix_product_sort_zh", "sort_zh", "code", "search"),
        Index("ix_product_changed_at", "changed_at", "code"),
        Index("ix_product_family_sort_en", "family", "sort_en", "code"),
        Index("ix_product_family_sort_zh", "family", "sort_zh", "code"),
        Index("ix_product_family_changed_at", "family", "changed_at", "code"),
    )


index_of_pieces("ix_product_search_pairs", Product.search)


class ProductStatus(Record):
    """Which status a product had in a period, and when we believed so. Append-only."""

    __tablename__ = "product_status"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_to: Mapped[datetime] = mapped_column(Instant)
    recorded_from: Mapped[datetime] = mapped_column(Instant)
    recorded_to: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_product_status_product", "product_code", "valid_from"),)


class ProductVersion(Record):
    """A version 产品版本: one content document and its life. The content is immutable once approved."""

    __tablename__ = "product_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(Text)
    headline: Mapped[dict[str, Any]] = mapped_column(Json)
    """Rate, term and minimum out of the content, for lists."""
    valid_from: Mapped[datetime | None] = mapped_column(Instant)
    valid_to: Mapped[datetime | None] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    change_class: Mapped[str | None] = mapped_column(Text)
    """``minor``, ``material`` or ``new_product``, by the materiality rule; ``opening`` for an opening load."""
    approval: Mapped[str | None] = mapped_column(Text)
    """What allowed it, such as ``CR-2026-0001`` or ``opening load``."""
    based_on: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(Text)
    product: Mapped[Product] = relationship(innerjoin=True)

    __table_args__ = (
        UniqueConstraint("product_code", "number"),
        Index("ix_product_version_validity", "product_code", "valid_from"),
    )


class Availability(Record):
    """Where a version may be sold, when, and when we believed so. Append-only, one row per combination."""

    __tablename__ = "availability"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"), index=True)
    pilot: Mapped[bool]
    unit: Mapped[str | None] = mapped_column(ForeignKey("organisation_unit.code"))
    channel: Mapped[str | None] = mapped_column(Text)
    customer_group: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_to: Mapped[datetime] = mapped_column(Instant)
    recorded_from: Mapped[datetime] = mapped_column(Instant)
    recorded_to: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_availability_product", "product_code", "valid_from"),)


class SaleStop(Record):
    """Where sales of a product stop for a time (rule 12), and when we believed so. Append-only.

    One row per combination; what is None covers all. A stop weighs more than every availability.
    """

    __tablename__ = "sale_stop"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    cause: Mapped[str] = mapped_column(Text)
    """What it came from, such as ``SU-00001``."""
    unit: Mapped[str | None] = mapped_column(ForeignKey("organisation_unit.code"))
    channel: Mapped[str | None] = mapped_column(Text)
    customer_group: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_to: Mapped[datetime] = mapped_column(Instant)
    recorded_from: Mapped[datetime] = mapped_column(Instant)
    recorded_to: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_sale_stop_product", "product_code", "valid_from"),)


class Job(Record):
    """Work done in chunks by a tick, with its progress. Knows no feature but by ``kind``."""

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    """``waiting``, ``running`` or ``done``."""
    total: Mapped[int]
    done: Mapped[int]
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_job_state", "state", "id"),)


class ImportLine(Record):
    """One record of an import that waits in a job or was quarantined, as it was sent."""

    __tablename__ = "import_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    position: Mapped[int]
    product: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    """None while it waits."""
    reason: Mapped[Any] = mapped_column(Json, nullable=True)
    raw: Mapped[str | None] = mapped_column(Text)
    """The record as JSON text (ASCII): kept while it waits and in quarantine."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_import_line_job", "job_id", "position"),
        Index("ix_import_line_product", "job_id", "product"),
        Index("ix_import_line_outcome", "outcome", "id"),
    )


_ALWAYS_FIXED = ("product_code", "number")
_FIXED_ONCE_APPROVED = ("content", "content_hash", "based_on", "created_by")


def _refuse_changes(mapper: Mapper[Any], connection: object, version: ProductVersion) -> None:
    """The content of an approved version never changes, whoever asks."""
    state = inspect(version)
    was = state.attrs.state.history.deleted or [version.state]
    fixed = _ALWAYS_FIXED if was[0] in UNLOCKED else _ALWAYS_FIXED + _FIXED_ONCE_APPROVED
    touched = [name for name in fixed if state.attrs[name].history.has_changes()]
    if touched:
        raise ImmutableVersion(f"version {version.product_code}/{version.number}: {', '.join(touched)}")


def _refuse_deletion(mapper: Mapper[Any], connection: object, version: ProductVersion) -> None:
    raise ImmutableVersion(f"version {version.product_code}/{version.number} is kept (rule 14)")


event.listen(ProductVersion, "before_update", _refuse_changes)
event.listen(ProductVersion, "before_delete", _refuse_deletion)
