"""Who decided, on what it rests, and the regulator's receipt."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class ExecutiveDecision(Record):
    """A decision 高层决策, bound to the content shown."""

    __tablename__ = "executive_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    round: Mapped[int]
    decision: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    """Who decided; of a committee or the board, who recorded it."""
    level: Mapped[str] = mapped_column(Text, default="executive")
    """``delegated`` 授权, ``executive`` 分管行领导, ``committee`` 产品委员会 or ``board`` 董事会."""
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("delegated_authority.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("committee_meeting.id"))
    resolution: Mapped[str | None] = mapped_column(Text)
    """The number of the board's resolution."""
    content_hash: Mapped[str] = mapped_column(String(64))
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class DelegatedAuthority(Record):
    """An executive's authority 授权 over minor changes, handed to a position for a time and within limits."""

    __tablename__ = "delegated_authority"
    id: Mapped[int] = mapped_column(primary_key=True)
    granted_by: Mapped[str] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(Text)
    """A group, such as ``card_centre:head``."""
    families: Mapped[list[str]] = mapped_column(Json)
    max_rate_change_bp: Mapped[int]
    """The largest change of a rate that it covers, in basis points."""
    document: Mapped[str] = mapped_column(Text)
    """Number or title of the paper 授权书."""
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_to: Mapped[datetime] = mapped_column(Instant)
    """The first instant at which it does not hold any more."""
    granted_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[str | None] = mapped_column(Text)


class CommitteeMeeting(Record):
    """A meeting of the product committee 产品委员会 on one request."""

    __tablename__ = "committee_meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    round: Mapped[int]
    members: Mapped[list[str]] = mapped_column(Json)
    """Usernames of those who were called and may vote."""
    excused: Mapped[list[str]] = mapped_column(Json)
    """Members who proposed or reviewed the change, and so may not vote 回避."""
    quorum: Mapped[int]
    """Votes that must be cast."""
    voting_until: Mapped[datetime] = mapped_column(Instant)
    convened_by: Mapped[str] = mapped_column(Text)
    convened_at: Mapped[datetime] = mapped_column(Instant)
    content_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[str | None] = mapped_column(Text)
    """``approve``, ``reject``, ``send_back`` or ``no_quorum``; nothing while votes are cast."""
    minutes: Mapped[str | None] = mapped_column(Text)
    minutes_by: Mapped[str | None] = mapped_column(Text)


class CommitteeVote(Record):
    """One member's vote, bound to the content shown; dissent stands with its reason."""

    __tablename__ = "committee_vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("committee_meeting.id"), index=True)
    member: Mapped[str] = mapped_column(Text)
    vote: Mapped[str] = mapped_column(Text)
    """``approve``, ``reject``, ``send_back`` or ``abstain``."""
    reason: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class RegulatoryReceipt(Record):
    """The regulator's receipt of a filing 备案 or registration 登记, without which nothing is sold."""

    __tablename__ = "regulatory_receipt"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    """``filing`` or ``registration``."""
    number: Mapped[str] = mapped_column(Text, unique=True)
    products: Mapped[list[str]] = mapped_column(Json)
    received_on: Mapped[date]
    evidence: Mapped[list[int]] = mapped_column(Json)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)
