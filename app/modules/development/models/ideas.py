"""Ideas 创意 and what people said of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Record


class Idea(Record):
    """What somebody at the bank thinks worth doing: a product, a method, a note on financial technology."""

    __tablename__ = "idea"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    """See ``rules.ideas.KINDS``."""
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, index=True)
    """See ``rules.states.IDEAS``."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was considered, taken up or declined: of the latest step."""
    submitted_by: Mapped[str] = mapped_column(Text)
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    judged_by: Mapped[str | None] = mapped_column(Text)
    judged_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def number(self) -> str:
        """``ID-00001``."""
        return f"ID-{self.id:05d}"


class IdeaComment(Record):
    """What somebody said of an idea; never changed."""

    __tablename__ = "idea_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
