"""Pilot, rollout, notices to customers, and the review after the launch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record
from app.modules.changes.models.notice import Notice


class Pilot(Record):
    """A pilot 试点: where, how long, by which criteria, and what came of it."""

    __tablename__ = "pilot"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), unique=True)
    scopes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    comparison: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Scopes outside the pilot's own, observed beside it; none if nothing is compared."""
    length_days: Mapped[int]
    criteria: Mapped[dict[str, int]] = mapped_column(Json)
    """``min_sales``, ``max_complaints``, ``max_incidents``: fixed before it began."""
    begins_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    """``running``, ``passed`` or ``failed``."""
    extended: Mapped[bool] = mapped_column(default=False)
    results: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``sales``, ``complaints``, ``incidents``, ``summary`` as last reported."""
    stopped_by: Mapped[str | None] = mapped_column(Text)
    stop_reason: Mapped[str | None] = mapped_column(Text)


class PilotObservation(Record):
    """One dated row of results and feedback, with its source and evidence. Never changed."""

    __tablename__ = "pilot_observation"
    id: Mapped[int] = mapped_column(primary_key=True)
    pilot_id: Mapped[int] = mapped_column(ForeignKey("pilot.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    scope: Mapped[str] = mapped_column(Text)
    """Where it was observed: a unit's code, a channel, a group."""
    side: Mapped[str] = mapped_column(Text, default="pilot")
    """``pilot``, or ``comparison`` for what was seen where the version before is sold."""
    source: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    readings: Mapped[dict[str, int]] = mapped_column(Json)
    """Counts since the row before, any of ``sales``, ``complaints``, ``incidents``."""
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    by: Mapped[str] = mapped_column(Text)


class Rollout(Record):
    """The rollout 全面推广: strategy and notice to customers."""

    __tablename__ = "rollout"
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), primary_key=True)
    strategy: Mapped[str] = mapped_column(Text)
    notice_channels: Mapped[list[str]] = mapped_column(Json)
    notice_text: Mapped[str] = mapped_column(Text)
    notice_text_en: Mapped[str | None] = mapped_column(Text)
    written_from: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Of each text that templates offered: ``{templates: [{template, number, content_hash}], edited}``; edited: what
    was kept is not the text offered."""
    notice_days: Mapped[int]
    begins_at: Mapped[datetime] = mapped_column(Instant, index=True)
    """When the first wave begins; without waves the same as ``effective_at``."""
    effective_at: Mapped[datetime] = mapped_column(Instant)
    """When it is sold everywhere."""
    waves: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """``{scope, effective_at}`` of the scopes that come earlier, in order."""
    policy: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """What the notice policy asked when it was planned: ``{change_type, family, holder, days, method, rules,
    sources, table_hash}``."""
    planned_by: Mapped[str] = mapped_column(Text)
    planned_at: Mapped[datetime] = mapped_column(Instant)
    notified_at: Mapped[datetime | None] = mapped_column(Instant)


class RolloutMaterial(Record):
    """A promotional material 宣传材料 of a rollout in one language, as it was filled from its template."""

    __tablename__ = "rollout_material"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    template: Mapped[str] = mapped_column(Text)
    """The key of the template; ``names``: how it is called."""
    names: Mapped[dict[str, str]] = mapped_column(Json)
    number: Mapped[int]
    """The version of the template."""
    content_hash: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class CustomerNotice(Notice, Record):
    """A notice of a rollout. Without a customer group it goes to everybody who holds the products."""

    __tablename__ = "customer_notice"
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)


class PostLaunchReview(Record):
    """The review 后评价 of a change some time after its launch, and who took note of it."""

    __tablename__ = "post_launch_review"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), unique=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    """``planned``, ``reviewed`` or ``noted``."""
    begins_at: Mapped[datetime] = mapped_column(Instant)
    review_days: Mapped[int]
    """Business days for the review, from ``begins_at`` on."""
    due_at: Mapped[datetime] = mapped_column(Instant)
    noter: Mapped[str] = mapped_column(Text)
    """The group that takes note."""
    objective: Mapped[str | None] = mapped_column(Text)
    """``reached``, ``partly`` or ``missed``."""
    sales: Mapped[int | None]
    complaints: Mapped[int | None]
    incidents: Mapped[int | None]
    deviations: Mapped[str | None] = mapped_column(Text)
    """From the expected benefit."""
    conclusion: Mapped[str | None] = mapped_column(Text)
    """``keep``, ``improve`` or ``withdraw``."""
    reason: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[list[int]] = mapped_column(Json, default=list)
    reviewed_by: Mapped[str | None] = mapped_column(Text)
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    noted_by: Mapped[str | None] = mapped_column(Text)
    noted_at: Mapped[datetime | None] = mapped_column(Instant)
    remark: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_post_launch_review_due_at", "due_at"),)
