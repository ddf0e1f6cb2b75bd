"""Rows for what a case waits for, so that a worker and a message find it without reading its state."""

from __future__ import annotations

from collections.abc import Sequence, Set

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from app.kernel.database import table_of
from app.workflow.engine import Awaited, TimerDue
from app.workflow.models import MessageWait, Timer

_NO_TIMERS = delete(table_of(Timer)).where(table_of(Timer).c.instance_id == bindparam("instance"))


def store_timers(uow: Session, instance_id: int, timers: Sequence[TimerDue]) -> None:
    """The timers that wait now; a re-armed cycle gets its new due time."""
    if not timers:
        uow.execute(_NO_TIMERS, {"instance": instance_id})
        return
    wanted = {t.token: t for t in timers}
    for row in uow.scalars(select(Timer).where(Timer.instance_id == instance_id)):
        timer = wanted.pop(row.token, None)
        if timer is None:
            uow.delete(row)
        elif row.due_at != timer.at:
            row.due_at = timer.at
    uow.add_all(
        Timer(instance_id=instance_id, token=t.token, element_id=t.element_id, due_at=t.at) for t in wanted.values()
    )


def store_awaited(uow: Session, instance_id: int, awaited: Set[Awaited]) -> None:
    """The messages from other cases that would wake this one."""
    uow.execute(delete(MessageWait).where(MessageWait.instance_id == instance_id))
    uow.add_all(MessageWait(name=a.name, correlation=a.correlation, instance_id=instance_id) for a in awaited)
