"""What every table of notices to customers keeps, whatever they were told of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant
from app.modules.changes.rules.delivery import state_of


class Notice:
    """A notice 客户告知 to one customer group through one channel, and what the sending system reports of it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_group: Mapped[str | None] = mapped_column(Text)
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

    @property
    def state(self) -> str:
        return state_of(reported=self.reported_at is not None, failed=self.failed)
