"""Tier families, their variants, and the plans agreed under them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class TierFamily(Record):
    """A base product and its variants 分层产品系列, called by the code of the base."""

    __tablename__ = "tier_family"
    base_code: Mapped[str] = mapped_column(ForeignKey("product.code"), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    revision: Mapped[int]
    """Goes up with every change of the family or of a variant: what an ETag is made of."""
    founded_by: Mapped[str] = mapped_column(Text)
    founded_at: Mapped[datetime] = mapped_column(Instant)


class TierVariant(Record):
    """The product of a family for one tier; the base is the first of them. A product stands in one family at most.

    One that left keeps its row for the plans that were agreed; its tier is free again.
    """

    __tablename__ = "tier_variant"
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"), primary_key=True)
    family_code: Mapped[str] = mapped_column(ForeignKey("tier_family.base_code"))
    tier: Mapped[str] = mapped_column(Text)
    """A customer group 客群: a key of the catalogue's ``CUSTOMER_GROUPS``."""
    own: Mapped[list[str]] = mapped_column(Json)
    """Paths of the terms that the variant sets itself; all others are shared and follow the base."""
    services: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Value-added services 增值服务: ``[{key, names: {en, zh}}]``."""
    corridors: Mapped[list[dict[str, str]]] = mapped_column(Json)
    """How far a plan may depart from a term: ``[{path, low, high}]``, see ``rules.figures``."""
    left_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index(
            "uq_tier_variant_tier",
            "family_code",
            "tier",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )


class TierPlan(Record):
    """A personalised plan 个性化方案: what is agreed with one customer, or with a customer group, for a time."""

    __tablename__ = "tier_plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    family_code: Mapped[str] = mapped_column(ForeignKey("tier_family.base_code"))
    product_code: Mapped[str] = mapped_column(ForeignKey("tier_variant.product_code"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    segment: Mapped[str | None] = mapped_column(Text)
    """The customer group, where it is for no single customer."""
    services: Mapped[list[str]] = mapped_column(Json)
    deviations: Mapped[list[dict[str, str]]] = mapped_column(Json)
    """``[{path, value}]``, each within the corridor that held when it was agreed."""
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    """The first day on which it does not hold any more."""
    agreed_by: Mapped[str] = mapped_column(Text)
    agreed_at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was ended before its time."""

    __table_args__ = (Index("ix_tier_plan_family", "family_code", "id"),)

    @property
    def number(self) -> str:
        """``TP-00001``."""
        return f"TP-{self.id:05d}"
