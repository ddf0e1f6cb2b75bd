"""Keeping what a sending system reports of a notice, whatever the notice was about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.identity.actors import Actor
from app.modules.changes.models.notice import Notice
from app.modules.changes.rules.delivery import Delivered, require_counts


def count(row: Notice, counts: Delivered, *, source: str, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """Keep the totals; gives what the chain is told of them, or nothing where they are known already.

    422 if more were answered for than sent; 409 for counts that go back.
    """
    before = Delivered(row.sent, row.delivered, row.failed)
    require_counts(counts, before)
    if counts == before and row.reported_at is not None:
        return None
    row.sent, row.delivered, row.failed = counts.sent, counts.delivered, counts.failed
    row.reported_at, row.reported_by, row.source = now, actor.username, source
    said = {"sent": counts.sent, "delivered": counts.delivered, "failed": counts.failed, "source": source}
    return {"notice": row.id, "group": row.customer_group, "channel": row.channel, **said}
