"""The table of suspensions: the matter of their cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class Suspension(Record):
    """One suspension of a product's sales 暂停销售, and who ordered, ratified, remedied and lifted it."""

    __tablename__ = "suspension"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    kind: Mapped[str] = mapped_column(Text)
    """``emergency``: ordered by risk; ``quota``: by the platform, because the quota is used up."""
    scopes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Rows ``{units, channels, groups}``; none: all sales of the product."""
    reason: Mapped[str] = mapped_column(Text)
    quota: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{limit, used, currency, source, reported_by}`` as it was reported; amounts are decimals in texts."""
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.MOVES``."""
    suspended_by: Mapped[str] = mapped_column(Text)
    suspended_at: Mapped[datetime] = mapped_column(Instant)
    ratification: Mapped[str | None] = mapped_column(Text)
    """``ratify`` or ``refuse``."""
    ratified_by: Mapped[str | None] = mapped_column(Text)
    ratified_at: Mapped[datetime | None] = mapped_column(Instant)
    ratification_reason: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    """The latest; the earlier ones stand in the chain of the case."""
    remedied_by: Mapped[str | None] = mapped_column(Text)
    remedied_at: Mapped[datetime | None] = mapped_column(Instant)
    proposal: Mapped[str | None] = mapped_column(Text)
    """``resume`` or ``exit``."""
    proposed_by: Mapped[str | None] = mapped_column(Text)
    proposed_at: Mapped[datetime | None] = mapped_column(Instant)
    proposal_reason: Mapped[str | None] = mapped_column(Text)
    confirmation: Mapped[str | None] = mapped_column(Text)
    """``confirm`` or ``decline``."""
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmation_reason: Mapped[str | None] = mapped_column(Text)
    exit_number: Mapped[str | None] = mapped_column(Text)
    """The exit that it was handed over to, ``EX-00001``."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)

    __table_args__ = (Index("ix_suspension_product", "product_code", "id"),)

    @property
    def number(self) -> str:
        """``SU-00001``: what people and the case call it."""
        return f"SU-{self.id:05d}"
