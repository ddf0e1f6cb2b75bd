"""Bundles, their versions and members: the document of a version is fixed once it is no draft any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.kernel.database import Instant, Json, Record


class Bundle(Record):
    """A bundle 产品组合. What it holds and costs stands in its versions."""

    __tablename__ = "bundle"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    owner_department: Mapped[str] = mapped_column(Text)


class BundleVersion(Record):
    """One version of a bundle: sold from its approval until the next one is approved, or sales end."""

    __tablename__ = "bundle_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("bundle.code"))
    number: Mapped[int]
    """From 1 on, in the order in which they were begun."""
    names: Mapped[dict[str, str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states.MOVES``."""
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    """Terms, members, eligibility and prices, as ``rules.description`` describes them."""
    content_hash: Mapped[str] = mapped_column(Text)
    """SHA-256 of names and document as canonical JSON: what an approval binds to."""
    author: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When another one took its place, it was taken off sale, or dropped."""
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was sent back last, taken off sale, or dropped."""
    bundle: Mapped[Bundle] = relationship(innerjoin=True, lazy="joined")

    __table_args__ = (UniqueConstraint("code", "number", name="uq_bundle_version"),)

    @property
    def owner_department(self) -> str:
        return self.bundle.owner_department


class BundleMember(Record):
    """What a version holds, for asking which bundles hold a product: a projection of the document."""

    __tablename__ = "bundle_member"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("bundle_version.id"), index=True)
    product_code: Mapped[str | None] = mapped_column(ForeignKey("product.code"), index=True)
    part_code: Mapped[str | None] = mapped_column(ForeignKey("bundle.code"), index=True)


class FixedBundle(RuntimeError):
    """Somebody tried to change a version that was submitted, or to delete one."""


def _refuse_changes(mapper: Mapper[Any], connection: object, version: BundleVersion) -> None:
    attributes = inspect(version).attrs
    was = attributes.state.history.deleted or [version.state]
    touched = [name for name in ("names", "document", "content_hash") if attributes[name].history.has_changes()]
    if touched and was[0] != "draft":
        raise FixedBundle(f"bundle {version.code}, version {version.number}: {', '.join(touched)}")


def _refuse_deletion(mapper: Mapper[Any], connection: object, version: BundleVersion) -> None:
    raise FixedBundle(f"bundle {version.code}, version {version.number} is kept (rule 14)")


event.listen(BundleVersion, "before_update", _refuse_changes)
event.listen(BundleVersion, "before_delete", _refuse_deletion)
