"""The tables of a product's life beside its cases: what was found out, aimed at and measured."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.amounts import Amount
from app.kernel.database import Instant, Json, Record


class ProductLife(Record):
    """The case in which a product is followed; a product that is launched again begins another."""

    __tablename__ = "product_life"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"), index=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    begun_by: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(Instant)


class MarketResearch(Record):
    """Market research 市场调研 for a product, one row each time it was done."""

    __tablename__ = "market_research"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"), index=True)
    findings: Mapped[dict[str, str]] = mapped_column(Json)
    """``needs``, ``expectations``, ``competitors``, ``trends``."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class ProductStrategy(Record):
    """A product's strategy 产品战略; the latest counts, with its objectives."""

    __tablename__ = "product_strategy"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"), index=True)
    text: Mapped[str] = mapped_column(Text)
    target_groups: Mapped[list[str]] = mapped_column(Json)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class Objective(Record):
    """An objective 目标 with a number and a day."""

    __tablename__ = "objective"
    id: Mapped[int] = mapped_column(primary_key=True)
    strategy_id: Mapped[int] = mapped_column(ForeignKey("product_strategy.id"), index=True)
    metric: Mapped[str] = mapped_column(Text)
    """A key of ``rules.measures.MEASURES``."""
    target: Mapped[Decimal] = mapped_column(Amount)
    due_on: Mapped[date]
    baseline: Mapped[Decimal | None] = mapped_column(Amount)
    """Of an objective of growth: the balance on the day it was set."""


class MeasureReading(Record):
    """A reading 读数 of a measure that the records do not tell. Never changed: of one day the latest counts."""

    __tablename__ = "measure_reading"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    measure: Mapped[str] = mapped_column(Text)
    """A key of ``rules.measures.MEASURES``."""
    day: Mapped[date]
    """The accounting date it is for."""
    value: Mapped[Decimal] = mapped_column(Amount)
    source: Mapped[str] = mapped_column(Text)
    """The report or system it comes from."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_measure_reading_product", "product_code", "id"),
        Index("ix_measure_reading_day", "product_code", "measure", "day", "id"),
    )


class PerformanceEvaluation(Record):
    """A performance evaluation 绩效评价: what was measured on a day, and what the owning department makes of it."""

    __tablename__ = "performance_evaluation"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"), index=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    measured_at: Mapped[datetime] = mapped_column(Instant)
    measured: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Of each objective what ``rules.aims.measured`` tells: at the beginning, and again when it was judged."""
    conclusion: Mapped[str | None] = mapped_column(Text)
    """``go_on``, ``optimise`` or ``exit``."""
    summary: Mapped[str | None] = mapped_column(Text)
    evaluated_by: Mapped[str | None] = mapped_column(Text)
    evaluated_at: Mapped[datetime | None] = mapped_column(Instant)
    noted_by: Mapped[str | None] = mapped_column(Text)
    noted_at: Mapped[datetime | None] = mapped_column(Instant)
    change_request_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id"))
    """The change that an optimisation began."""
