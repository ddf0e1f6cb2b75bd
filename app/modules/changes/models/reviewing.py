"""What departments say of a request, and what they ask for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class DepartmentReview(Record):
    """The opinion 会签意见 of one department in one round, bound to the content shown.

    An officer gives it 经办意见; it counts from the head's sign-off 负责人签发 on.
    """

    __tablename__ = "department_review"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    round: Mapped[int]
    department: Mapped[str] = mapped_column(ForeignKey("department.key"))
    reviewer: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    """``approve``, ``with_conditions``, ``send_back`` or ``reject``."""
    opinion: Mapped[str | None] = mapped_column(Text)
    points: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """The checklist 审查要点 as it was shown: ``{key, text, basis, met}``, texts by language."""
    condition: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{kind, text, due_days}`` that the opinion asks for; a record of its own once it is signed."""
    raises_to: Mapped[str | None] = mapped_column(Text)
    """The class that compliance asks for, above the one the rule found."""
    content_hash: Mapped[str] = mapped_column(String(64))
    matter: Mapped[dict[str, str]] = mapped_column(Json)
    """Attribute group → hash of what was proposed in it, as the reviewer was shown."""
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    signed_by: Mapped[str | None] = mapped_column(Text)
    """The head; nobody in cases that began when one signature was enough."""
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    """From when it counts."""
    sign_task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the head gave it back to the officer instead; then it never counts."""
    remark: Mapped[str | None] = mapped_column(Text)
    """What the head said beside the signature, or on returning it."""
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a later edit took its ground away (rule 6)."""


class Condition(Record):
    """A condition 附加条件 set by a department, closed by the same department."""

    __tablename__ = "change_condition"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("department_review.id"))
    department: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    """``before_launch`` 上线前置 blocks until closed; ``after_launch`` does not."""
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    """``open``, ``closed``, or ``replaced`` by a later review of the same department."""
    set_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    grounds: Mapped[str | None] = mapped_column(Text)
    """How it was met."""
    due_days: Mapped[int | None]
    """After launch: days from the launch on."""
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    """After launch: until when; known once the change is live."""
    owner_department: Mapped[str | None] = mapped_column(Text)
    """After launch: who must fulfil it."""
    fulfilled_by: Mapped[str | None] = mapped_column(Text)
    fulfilled_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its owner reported it as fulfilled; the department that set it closes it."""
    report: Mapped[str | None] = mapped_column(Text)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    """The case in which it is kept track of after the launch."""


class RateCheck(Record):
    """How the rates of a request stood to the self-discipline ceilings, at one step and for one day. Never changed."""

    __tablename__ = "rate_check"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    stage: Mapped[str] = mapped_column(Text)
    """``submission``, ``design``, ``review`` or ``schedule``."""
    day: Mapped[date]
    """The effective day that the ceilings were asked for."""
    outcome: Mapped[str] = mapped_column(Text)
    """What the rule said: ``kept``, ``information``, ``executive`` or ``refuse``."""
    excess_bp: Mapped[str] = mapped_column(Text)
    """The most that any rate lies above its ceiling: exact basis points, not above zero where all keep to theirs."""
    measured: Mapped[int]
    """How many rates have a ceiling."""
    ceilings: Mapped[list[int]] = mapped_column(Json)
    """The ceilings that they were measured by."""
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Each rate above its ceiling: ``{product, row, rate, ceiling, ceiling_id, document, excess_bp}``."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
