"""What risk management knows: records that one person enters and another confirms, and that never change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.kernel.database import Instant, Json, Record


class RiskRecord(Record):
    """A dated record 有日期的记录: an environment factor, a limit, a reading, a transfer or a model.

    It holds from ``valid_from`` once a second person has confirmed it; a later one of the same book and
    subject replaces it from its own day on.
    """

    __tablename__ = "risk_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str] = mapped_column(Text)
    """A key of ``books.BOOKS``: what kind of record it is."""
    subject: Mapped[str] = mapped_column(Text)
    """What it is about: the key of the factor, limit or model, or the policy number of a transfer."""
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    """As the book's schema describes it; numbers are exact texts."""
    content_hash: Mapped[str] = mapped_column(Text)
    """SHA-256 of the content as canonical JSON: what a confirmation binds to."""
    valid_from: Mapped[date]
    """An accounting date."""
    source: Mapped[str] = mapped_column(Text)
    """The paper or publication it comes from."""
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_risk_record_subject", "book", "subject", "valid_from"),)


class Assessment(Record):
    """What risk a version of a product bears 产品风险评估: identified, measured, judged, limited, transferred.

    What the figures were on its day is kept with it. Once concluded it never changes.
    """

    __tablename__ = "product_risk_assessment"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    """``open`` to the experts, or ``concluded``."""
    day: Mapped[date]
    """The accounting date of its figures."""
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    """``identified``, ``quantitative``, ``exposure``, ``limits``, ``transfers``, ``rating``."""
    conclusion: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``qualitative``, ``inherent``, ``residual``, ``texts`` for the approver's file."""
    content_hash: Mapped[str | None] = mapped_column(Text)
    """SHA-256 of content, scores and conclusion."""
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    concluded_by: Mapped[str | None] = mapped_column(Text)
    concluded_at: Mapped[datetime | None] = mapped_column(Instant)
    scores: Mapped[list[ExpertScore]] = relationship(order_by="ExpertScore.at, ExpertScore.expert")

    __table_args__ = (Index("ix_product_risk_assessment_product", "product_code", "id"),)


class ExpertScore(Record):
    """What one expert thinks of one risk: given once."""

    __tablename__ = "expert_score"
    assessment_id: Mapped[int] = mapped_column(ForeignKey("product_risk_assessment.id"), primary_key=True)
    risk: Mapped[str] = mapped_column(Text, primary_key=True)
    expert: Mapped[str] = mapped_column(Text, primary_key=True)
    score: Mapped[int]
    """1 to 5 on the scale of ``rules.words.SCALE``."""
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class RiskRecordKept(RuntimeError):
    """Somebody tried to change or delete what risk management has on record."""


_CONFIRMED_ONCE = frozenset({"confirmed_by", "confirmed_at"})


def _refuse_changes(mapper: Mapper[Any], connection: object, row: RiskRecord) -> None:
    """A record is confirmed once; nothing else of it ever changes."""
    attributes = inspect(row).attrs
    touched = {a.key for a in attributes if a.history.has_changes()}
    again = any(old is not None for key in _CONFIRMED_ONCE for old in attributes[key].history.deleted)
    if touched - _CONFIRMED_ONCE or again:
        raise RiskRecordKept(f"{row.book} {row.id}: {', '.join(sorted(touched))}")


def _refuse_deletion(mapper: Mapper[Any], connection: object, row: Record) -> None:
    raise RiskRecordKept(f"{type(row).__name__} is kept (rule 14)")


def _refuse_reopening(mapper: Mapper[Any], connection: object, row: Assessment) -> None:
    """What is concluded stays as it is; what was found on its day stays even before."""
    attributes = inspect(row).attrs
    was = attributes.state.history.deleted or [row.state]
    if was[0] != "open" or attributes.content.history.has_changes():
        raise RiskRecordKept(f"assessment {row.id}")


def _refuse_rewriting(mapper: Mapper[Any], connection: object, row: ExpertScore) -> None:
    raise RiskRecordKept(f"score of {row.expert} in {row.assessment_id}")


event.listen(RiskRecord, "before_update", _refuse_changes)
event.listen(Assessment, "before_update", _refuse_reopening)
event.listen(ExpertScore, "before_update", _refuse_rewriting)
for _kept in (RiskRecord, Assessment, ExpertScore):
    event.listen(_kept, "before_delete", _refuse_deletion)
