"""What market research for a product gathered. Nothing identifies the customers who were asked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.amounts import Amount
from app.kernel.database import Instant, Json, Record


class Questionnaire(Record):
    """A questionnaire 调查问卷; its questions are fixed once it is open."""

    __tablename__ = "questionnaire"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    groups: Mapped[list[str]] = mapped_column(Json)
    """Customer groups 客群 whose answers are taken."""
    departments: Mapped[list[str]] = mapped_column(Json)
    """Departments whose people are asked themselves."""
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """``[{key, kind, text, choices: [{key, text}], required}]``, see ``rules.questions``."""
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The first day on which it is not answered any more."""
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states.MOVES``."""
    revision: Mapped[int]
    """Goes up with every edit and step: what an ETag is made of."""
    written_by: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_questionnaire_product", "product_code", "id"),
        Index("ix_questionnaire_state", "state", "id"),
    )

    @property
    def number(self) -> str:
        """``QN-00001``."""
        return f"QN-{self.id:05d}"


class QuestionnaireAnswer(Record):
    """One answered questionnaire: of a customer of a group, or of a colleague for themself. Never changed."""

    __tablename__ = "questionnaire_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    group: Mapped[str | None] = mapped_column("customer_group", Text)
    """The customer group of who was asked; none where a colleague answered."""
    day: Mapped[date]
    given: Mapped[dict[str, Any]] = mapped_column(Json)
    """Key of the question → choice, list of choices, number as text, or text."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_questionnaire_answer", "questionnaire_id", "id"),)


class Gathered(Record):
    """What every other record of research says: for which product, of which day, kept by whom."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"), index=True)
    day: Mapped[date]
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class Interview(Gathered):
    """An interview 访谈: somebody in a role, never by name."""

    __tablename__ = "research_interview"
    role: Mapped[str] = mapped_column(Text)
    group: Mapped[str | None] = mapped_column("customer_group", Text)
    interviewer: Mapped[str] = mapped_column(Text)
    """The username of the colleague who asked."""
    notes: Mapped[str] = mapped_column(Text)
    findings: Mapped[str] = mapped_column(Text)


class Competitor(Gathered):
    """A competitor's product 竞品 as it was found on a day."""

    __tablename__ = "research_competitor"
    bank: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(Text)
    rate: Mapped[Decimal | None] = mapped_column(Amount)
    """Per cent a year, as the competitor announces it."""
    source: Mapped[str] = mapped_column(Text)


class Trend(Gathered):
    """A trend 趋势 of the market, the rules or the technology."""

    __tablename__ = "research_trend"
    topic: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    """See ``rules.states.DIRECTIONS``."""
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
