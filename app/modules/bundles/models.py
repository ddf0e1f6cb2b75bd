"""Bundles and their members: the document of a bundle is fixed once it is no draft any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from app.kernel.database import Instant, Json, Record


class Bundle(Record):
    """A bundle 产品组合. What another price or another member makes is another bundle."""

    __tablename__ = "bundle"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    owner_department: Mapped[str] = mapped_column(Text)
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
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was sent back last, or withdrawn."""


class BundleMember(Record):
    """What a bundle holds, for asking which bundles hold a product: a projection of the document."""

    __tablename__ = "bundle_member"
    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_code: Mapped[str] = mapped_column(ForeignKey("bundle.code"), index=True)
    product_code: Mapped[str | None] = mapped_column(ForeignKey("product.code"), index=True)
    part_code: Mapped[str | None] = mapped_column(ForeignKey("bundle.code"), index=True)


class FixedBundle(RuntimeError):
    """Somebody tried to change a bundle that was submitted, or to delete one."""


def _refuse_changes(mapper: Mapper[Any], connection: object, bundle: Bundle) -> None:
    attributes = inspect(bundle).attrs
    was = attributes.state.history.deleted or [bundle.state]
    touched = [name for name in ("names", "document", "content_hash") if attributes[name].history.has_changes()]
    if touched and was[0] != "draft":
        raise FixedBundle(f"bundle {bundle.code}: {', '.join(touched)}")


def _refuse_deletion(mapper: Mapper[Any], connection: object, bundle: Bundle) -> None:
    raise FixedBundle(f"bundle {bundle.code} is kept (rule 14)")


event.listen(Bundle, "before_update", _refuse_changes)
event.listen(Bundle, "before_delete", _refuse_deletion)
