"""Partners and what came of examining them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class Partner(Record):
    """Whose products the bank sells as an agent 合作机构."""

    __tablename__ = "partner"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    kind: Mapped[str] = mapped_column(Text)
    """See ``rules.KINDS``."""
    licence_number: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)


class PartnerAdmission(Record):
    """A partner examined for one request: the findings, the opinion of compliance, the decision and its validity."""

    __tablename__ = "partner_admission"
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_key: Mapped[str] = mapped_column(ForeignKey("partner.key"))
    change_request_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id"), unique=True)
    """None: an opening load brought it."""
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.MOVES``."""
    confirms: Mapped[int | None] = mapped_column(
        ForeignKey("partner_admission.id", name="fk_partner_admission_confirms")
    )
    """The earlier admission that was confirmed, where that was enough."""
    findings: Mapped[dict[str, dict[str, str]] | None] = mapped_column(Json)
    """Point → ``{finding, note}``."""
    evidence: Mapped[list[int]] = mapped_column(Json)
    """Attachments of the case."""
    examined_by: Mapped[str | None] = mapped_column(Text)
    opinion: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What compliance said: ``{verdict, text, by}``."""
    decided_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    """The first day on which it does not hold any more."""
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    """When people were told that it expires."""
    opened_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_partner_admission_partner", "partner_key", "id"),)

    @property
    def number(self) -> str:
        """``PA-00001``: what the terms of a product name."""
        return f"PA-{self.id:05d}"
