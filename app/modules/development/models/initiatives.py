"""R&D initiatives 研发项目, the evidence for their gates and the verdicts at them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant, Json, Record
from app.kernel.files import KeptFile


class Initiative(Record):
    """What a department pays for until a product is launched: who, by when, through which gates, for how much."""

    __tablename__ = "initiative"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    concept: Mapped[str] = mapped_column(Text)
    products: Mapped[list[str]] = mapped_column(Json)
    """Codes; none while there is a concept only."""
    owner: Mapped[str] = mapped_column(Text)
    sponsor: Mapped[str] = mapped_column(ForeignKey("department.key"))
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"), unique=True)
    currency: Mapped[str] = mapped_column(Text)
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{gates: {gate: day}, tasks: [{title, owner, due, done}], budget: [{name, planned, by, committed, spent}]}``."""
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states.INITIATIVES``."""
    revision: Mapped[int]
    """Goes up with every change: what an ETag is made of."""
    founded_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def number(self) -> str:
        """``RD-00001``."""
        return f"RD-{self.id:05d}"


class GateVerdict(Record):
    """Whether an initiative passed a gate, by whom; never changed. After a failure the gate is judged again."""

    __tablename__ = "gate_verdict"
    id: Mapped[int] = mapped_column(primary_key=True)
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id"), index=True)
    gate: Mapped[str] = mapped_column(Text)
    passed: Mapped[bool]
    day: Mapped[date]
    """The accounting date on which it was judged."""
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)


class InitiativeFile(KeptFile, Record):
    """Evidence for a gate; never changed, and none is added once the gate is passed."""

    __tablename__ = "initiative_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id"), index=True)
    gate: Mapped[str] = mapped_column(Text)
