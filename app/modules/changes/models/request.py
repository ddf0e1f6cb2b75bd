"""A change request and the versions it proposes."""

from __future__ import annotations

from datetime import datetime
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
    tested_hash: Mapped[str | None] = mapped_column(String(64))
    """The ``content_hash`` that last passed its tests."""
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
