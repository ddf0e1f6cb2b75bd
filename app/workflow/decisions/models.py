"""Versions of decision tables, and the record of each evaluation 规则留痕."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class DecisionDefinition(Record):
    """One version of a decision table. Its content is never changed."""

    __tablename__ = "decision_definition"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    """``waiting`` for a second person, ``effective`` or ``refused``."""
    deployed_by: Mapped[str] = mapped_column(Text)
    deployed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)
    """Who decided on it as the second person."""

    __table_args__ = (Index("ix_decision_definition_key", "key", "version", unique=True),)


class DecisionRecord(Record):
    """One evaluation: table, inputs, rules hit, output."""

    __tablename__ = "decision_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int | None]
    element_id: Mapped[str | None] = mapped_column(Text)
    definition_id: Mapped[int] = mapped_column(ForeignKey("decision_definition.id"))
    decision_key: Mapped[str] = mapped_column(Text)
    table_hash: Mapped[str] = mapped_column(String(64))
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    rules: Mapped[list[str]] = mapped_column(Json)
    output: Mapped[Any] = mapped_column(Json, nullable=True)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_decision_record_instance_id", "instance_id"),)
