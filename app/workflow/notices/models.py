"""The table of notices, and what is remembered of chasing a task."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record


class Notice(Record):
    """One thing that one person was told."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(Text)
    """A username."""
    key: Mapped[str] = mapped_column(Text)
    """What it was about; nobody is told the same twice, however many processes try."""
    what: Mapped[str] = mapped_column(Text)
    """See ``wording``."""
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    """What the sentence needs."""
    path: Mapped[str | None] = mapped_column(Text)
    """The page to look at."""
    at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_notice_key", "recipient", "key", unique=True),
        Index("ix_notice_recipient", "recipient", "id"),
        Index(
            "ix_notice_unread",
            "recipient",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )


class TaskChase(Record):
    """What was said so far about a task that is not done. There is none for a task that nobody has chased."""

    __tablename__ = "task_chase"
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), primary_key=True, autoincrement=False)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the table is asked again; nothing once it is through with the task."""
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the initiator last asked for it 催办."""

    __table_args__ = (
        Index(
            "ix_task_chase_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )
