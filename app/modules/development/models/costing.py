"""What finance assumes, and cost sheets worked out on it: added, and never changed once they count."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Text, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.kernel.database import Instant, Json, Record


class FinanceAssumptions(Record):
    """What every cost sheet of a currency rests on from a day on: drafted in finance, in force once a second person
    of finance approved exactly this."""

    __tablename__ = "finance_assumptions"
    id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    """An accounting date."""
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{curve: [{term, rate}], capital_ratio, cost_of_capital, tax, path, basis}``; per cent, decimals in texts."""
    content_hash: Mapped[str] = mapped_column(Text)
    """SHA-256 over currency, day and content: what an approval binds to (rule 6)."""
    state: Mapped[str] = mapped_column(Text)
    """See ``rules.states.ASSUMPTIONS``."""
    drafted_by: Mapped[str] = mapped_column(Text)
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_finance_assumptions_in_force", "currency", "valid_from"),)

    @property
    def number(self) -> str:
        """``FA-00001``."""
        return f"FA-{self.id:05d}"


class CostSheet(Record):
    """What a product, or one version of it, costs and earns: inputs, what was assumed, result, and a hash over all."""

    __tablename__ = "cost_sheet"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("product.code"))
    version: Mapped[int | None]
    """Number of the product's version; nothing where the sheet is about the product before its terms are fixed."""
    assumptions_id: Mapped[int] = mapped_column(ForeignKey("finance_assumptions.id"))
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    """See ``rules.sheets.Sheet``."""
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    """See ``rules.sheets.result_of``."""
    content_hash: Mapped[str] = mapped_column(Text)
    """SHA-256 over product, version, hash of the assumptions, inputs and result."""
    worked_out_by: Mapped[str] = mapped_column(Text)
    worked_out_at: Mapped[datetime] = mapped_column(Instant)
    assumptions: Mapped[FinanceAssumptions] = relationship(innerjoin=True)

    __table_args__ = (
        ForeignKeyConstraint(["product_code", "version"], ["product_version.product_code", "product_version.number"]),
        Index("ix_cost_sheet_product", "product_code", "id"),
    )

    @property
    def number(self) -> str:
        """``CS-00001``."""
        return f"CS-{self.id:05d}"


class RecordKept(RuntimeError):
    """Somebody tried to change or delete what is kept."""


def _refuse_changes(mapper: Mapper[Any], connection: object, row: FinanceAssumptions) -> None:
    """Approved assumptions never change; the approval itself is the last change."""
    before = inspect(row).attrs.state.history.deleted or [row.state]
    if before == ["approved"]:
        raise RecordKept(f"{row.number} is approved")


def _refuse(mapper: Mapper[Any], connection: object, row: FinanceAssumptions | CostSheet) -> None:
    raise RecordKept(f"{row.number} is kept (rule 14)")


event.listen(FinanceAssumptions, "before_update", _refuse_changes)
event.listen(FinanceAssumptions, "before_delete", _refuse)
event.listen(CostSheet, "before_update", _refuse)
event.listen(CostSheet, "before_delete", _refuse)
