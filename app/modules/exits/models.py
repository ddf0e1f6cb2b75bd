"""The tables of exits: the matter of their cases, and one row for each holding that is worked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.amounts import Amount
from app.kernel.database import Instant, Json, Record
from app.modules.changes.models.notice import Notice


class Exit(Record):
    """One exit 退出 of a product, from proposal to retirement."""

    __tablename__ = "exit"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    reason: Mapped[str] = mapped_column(Text)
    initiator: Mapped[str] = mapped_column(Text)
    owner_department: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states.MOVES``."""
    round: Mapped[int] = mapped_column(default=0)
    """How many times it was submitted for review."""
    closing_reason: Mapped[str | None] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(Text)
    """What the batches do now: ``identify``, ``notify``, ``settle``, ``reconcile``; nothing while the case waits for
    people or time."""
    identified_to: Mapped[int] = mapped_column(default=0)
    """The last holding looked at while they are identified."""
    held_by: Mapped[str | None] = mapped_column(Text)
    """The operator who stopped the batches."""
    answers_until: Mapped[date | None]
    """The last day on which customers answer; set when the notices begin."""
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_exit_product", "product_code", "id"), Index("ix_exit_phase", "phase", "id"))

    @property
    def number(self) -> str:
        """``EX-00001``: what people and the case call it."""
        return f"EX-{self.id:05d}"


class ExitEvaluation(Record):
    """The exit evaluation 退出评估: figures with their source, the score, and what the head made of it."""

    __tablename__ = "exit_evaluation"
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"), primary_key=True)
    figures: Mapped[dict[str, str]] = mapped_column(Json)
    """Indicator → decimal in a text, see ``rules.scorecard.INDICATORS``."""
    note: Mapped[str | None] = mapped_column(Text)
    evaluated_by: Mapped[str] = mapped_column(Text)
    evaluated_at: Mapped[datetime] = mapped_column(Instant)
    points: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Indicator → ``{points, weight}`` as the table gave them."""
    score: Mapped[str | None] = mapped_column(Text)
    recommendation: Mapped[str | None] = mapped_column(Text)
    """``keep``, ``watch`` or ``exit``."""
    judged_by: Mapped[str | None] = mapped_column(Text)
    judged_at: Mapped[datetime | None] = mapped_column(Instant)
    judgement: Mapped[str | None] = mapped_column(Text)
    """``pursue`` or ``leave``."""
    judgement_reason: Mapped[str | None] = mapped_column(Text)


class ExitPlan(Record):
    """The exit plan 退出方案: what approval binds to, with the map."""

    __tablename__ = "exit_plan"
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"), primary_key=True)
    way: Mapped[str] = mapped_column(Text)
    """``replacement`` or ``run_off`` 自然到期."""
    target_code: Mapped[str | None] = mapped_column(ForeignKey("product.code"))
    target_version: Mapped[int | None]
    stop_on: Mapped[date | None]
    """The accounting date from which nothing is sold; nothing: as soon as it is decided."""
    answer_days: Mapped[int]
    """Calendar days that customers have to answer, at least those of the notice policy."""
    notice_text: Mapped[str] = mapped_column(Text)
    exception_owner: Mapped[str] = mapped_column(Text)
    """The named person who decides on exceptions."""
    content_hash: Mapped[str] = mapped_column(String(64))
    planned_by: Mapped[str] = mapped_column(Text)
    planned_at: Mapped[datetime] = mapped_column(Instant)


class MigrationMap(Record):
    """One attribute in which the target differs from a version that is held, and what is done about it."""

    __tablename__ = "migration_map"
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    """The pinned version of the product."""
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int]
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    row: Mapped[dict[str, Any] | None] = mapped_column(Json)
    source: Mapped[Any] = mapped_column(Json, nullable=True)
    target: Mapped[Any] = mapped_column(Json, nullable=True)
    value_kind: Mapped[str] = mapped_column(Text)
    worse: Mapped[bool]
    guaranteed: Mapped[bool]
    choice: Mapped[str] = mapped_column(Text)
    """``keep`` the holder's, ``take`` the target's, or ``ask`` the customer."""


class ExitOpinion(Record):
    """A department's word on the plan: the officer's opinion 经办意见, signed by the head 负责人签发."""

    __tablename__ = "exit_opinion"
    id: Mapped[int] = mapped_column(primary_key=True)
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"))
    round: Mapped[int]
    department: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    opinion: Mapped[str | None] = mapped_column(Text)
    reviewer: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    signed_by: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    remark: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_exit_opinion_exit", "exit_id", "round", "id"),)


class ExitDecision(Record):
    """The decision on an exit, bound to the plan that was shown."""

    __tablename__ = "exit_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"), index=True)
    round: Mapped[int]
    decision: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)


class ExitBatch(Record):
    """Some hundred holdings worked in one transaction. ``hash`` stands in the audit chain of the exit, too."""

    __tablename__ = "exit_batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"), index=True)
    phase: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    """State reached → how many."""
    hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over what each holding of the batch was and became."""
    at: Mapped[datetime] = mapped_column(Instant)


class ExitNotice(Notice, Record):
    """What customers of one batch were told through one channel. Without a group: they are in none, or in several."""

    __tablename__ = "exit_notice"
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"), index=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("exit_batch.id"))
    customers: Mapped[int]
    """How many were to be told; their numbers stand in the message."""


class MigrationItem(Record):
    """One holding in an exit. Its history: what it became in which batch, and what its customer answered when."""

    __tablename__ = "migration_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"))
    holding_id: Mapped[int] = mapped_column(ForeignKey("holding.id"))
    version: Mapped[int]
    principal: Mapped[Decimal] = mapped_column(Amount)
    """As it was when the holding was identified."""
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states.ITEM_MOVES``."""
    outcome: Mapped[str | None] = mapped_column(Text)
    """What it was before it was reconciled."""
    due_on: Mapped[date | None]
    """The accounting date on which the batches look at it again."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it is an exception; see ``rules.items``."""
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str | None] = mapped_column(Text)
    answer_source: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    """The named person who decided on the exception."""
    decision: Mapped[str | None] = mapped_column(Text)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    notice_batch: Mapped[int | None]
    unreached: Mapped[bool] = mapped_column(default=False)
    """The sending system could not deliver the notice: silence says nothing."""
    settle_batch: Mapped[int | None]
    reconcile_batch: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("exit_id", "holding_id"),
        Index("ix_migration_item_work", "exit_id", "state", "due_on", "id"),
        Index("ix_migration_item_holding", "holding_id"),
        Index(
            "ix_migration_item_unreached",
            "exit_id",
            "id",
            sqlite_where=text("unreached = 1"),
            postgresql_where=text("unreached"),
        ),
    )


class TailItem(Record):
    """What remains to be done before a product retires 善后事项."""

    __tablename__ = "tail_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    exit_id: Mapped[int] = mapped_column(ForeignKey("exit.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    """``residual_accounts``, ``complaints``, ``contracts``, ``documents``, ``retention`` or ``untold_customers``."""
    owner: Mapped[str] = mapped_column(Text)
    """The department."""
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(Text)
    """``open`` or ``settled``."""
    note: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
