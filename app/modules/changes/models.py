"""The tables of change requests: the matter of a case, kept beside it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class ChangeCounter(Record):
    """The last number given in a year; its row lock hands out numbers one by one."""

    __tablename__ = "change_counter"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class ChangeRequest(Record):
    """A change request 产品变更申请 over one or several products, effective together or not at all."""

    __tablename__ = "change_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    """``CR-2026-0001``."""
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states``."""
    initiator: Mapped[str] = mapped_column(Text)
    owner_department: Mapped[str] = mapped_column(Text)
    """The department that leads: the initiator's, if it owns one of the products, else the first product's owner."""
    owners: Mapped[list[str]] = mapped_column(Json)
    """All departments that own one of the products, the leading one first; each says whether the need is justified."""
    families: Mapped[list[str]] = mapped_column(Json)
    """Of the products, each once."""
    driver: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{kind: internal, department, reason}`` or ``{kind: external, source, reason}``."""
    function_plan: Mapped[str | None] = mapped_column(Text)
    expected_benefit: Mapped[str | None] = mapped_column(Text)
    effective_at: Mapped[datetime | None] = mapped_column(Instant)
    """The beginning of the accounting date wished for; what was scheduled, once it is."""
    pilot_wish: Mapped[bool] = mapped_column(default=False)
    pilot_plan: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{scopes, comparison, length_days, criteria: {min_sales, max_complaints, max_incidents}}``."""
    materiality: Mapped[str | None] = mapped_column(Text)
    raised_to: Mapped[str | None] = mapped_column(Text)
    """The class to which compliance has raised it; the rule may find it higher still, never lower (rule 7)."""
    round: Mapped[int] = mapped_column(default=0)
    """How many review rounds have begun."""
    content_hash: Mapped[str | None] = mapped_column(String(64))
    """Of all that is proposed, as it was frozen when it was submitted; nothing while it is edited."""
    closing_reason: Mapped[str | None] = mapped_column(Text)
    """Why it was declined, rejected or withdrawn."""
    matter: Mapped[dict[str, str]] = mapped_column(Json)
    """Attribute group → hash of what is proposed in it, frozen with ``content_hash``."""
    file_hashes: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """Part of the approver's file → hash of what is written in it; approved with the rest (rule 6)."""
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes of the record, for If-Match."""

    __table_args__ = (
        Index("ix_change_request_initiator", "initiator", "id"),
        Index("ix_change_request_state", "state", "id"),
    )


class ProposedVersion(Record):
    """One of the versions a request proposes."""

    __tablename__ = "proposed_version"
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"))
    position: Mapped[int]
    """From 0, as the initiator named the products."""
    open: Mapped[bool]
    """Submitted and not ended: a product stands in at most one open request."""

    __table_args__ = (
        Index(
            "ix_proposed_version_open",
            "product_code",
            unique=True,
            sqlite_where=text("open"),
            postgresql_where=text("open"),
        ),
    )


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
    notice_days: Mapped[int]
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


class CustomerNotice(Record):
    """A notice 客户告知 to one customer group through one channel, and what the sending system reports of it."""

    __tablename__ = "customer_notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    customer_group: Mapped[str | None] = mapped_column(Text)
    """None: everybody who holds the products."""
    channel: Mapped[str] = mapped_column(Text)
    outbox_id: Mapped[int | None]
    """The message that asked for it to be sent."""
    planned_at: Mapped[datetime] = mapped_column(Instant)
    sent: Mapped[int] = mapped_column(default=0)
    delivered: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    reported_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the sending system last told of it."""
    reported_by: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)


class FilePart(Record):
    """A part of the approver's file 审批档案 that the initiator writes; see ``rules.file``.

    What stood in it before stands in the audit chain.
    """

    __tablename__ = "file_part"
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)


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
