"""The tick: what falls due is done once, whoever wakes first.

Due rows are found by an index, the case is claimed with ``SKIP LOCKED``, and
each case is a unit of work of its own. A tick touches nothing that is not due.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.identity.actors import SYSTEM
from app.kernel.database import fault_point, session, unit_of_work
from app.kernel.errors import DomainError
from app.workflow.engine import EngineError
from app.workflow.instances.progress import resume, settle
from app.workflow.instances.recovery import fail
from app.workflow.models import ProcessInstance, Timer
from app.workflow.tasks.queries import open_tasks_of

BATCH = 100
log = logging.getLogger(__name__)


def due_cases(now: datetime, limit: int = BATCH) -> list[int]:
    """Ids of the active cases with a timer that is due, the longest waiting first."""
    current = session()
    rows = current.execute(
        select(Timer.instance_id, Timer.due_at)
        .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
        .where(Timer.due_at <= now, ProcessInstance.state == "active")
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
    ).all()
    current.rollback()
    return list(dict.fromkeys(row.instance_id for row in rows))


def next_due(now: datetime) -> datetime | None:
    """When the next timer of an active case falls due after ``now``."""
    return session().scalar(
        select(Timer.due_at)
        .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
        .where(Timer.due_at > now, ProcessInstance.state == "active")
        .order_by(Timer.due_at)
        .limit(1)
    )


def tick(now: datetime, limit: int = BATCH) -> int:
    """Fire the timers that are due. Returns how many cases moved."""
    return sum(_fire(instance_id, now) for instance_id in due_cases(now, limit))


def _fire(instance_id: int, now: datetime) -> bool:
    try:
        with unit_of_work() as uow:
            instance = uow.scalar(
                select(ProcessInstance)
                .where(ProcessInstance.id == instance_id, ProcessInstance.state == "active")
                .with_for_update(skip_locked=True)
            )
            if instance is None or not _still_due(instance_id, now):
                # Somebody else is at it; what is left is found by the next tick.
                return False
            before = open_tasks_of(uow, instance.id)
            step = resume(uow, instance, SYSTEM, now)
            fault_point("before_fire")
            fired = step.run.fire_due()
            step.note("timer.fire", count=fired, path=list(step.run.passed))
            settle(step, before)
            return True
    except OperationalError:
        # The database, not the case: the next tick tries again.
        raise
    except Exception as error:
        # One case that cannot go on must not keep the timers of the others from firing.
        if not isinstance(error, DomainError | EngineError):
            log.exception("case %s failed", instance_id)
        _report(instance_id, error, now)
        return False


def _still_due(instance_id: int, now: datetime) -> bool:
    due = select(Timer.id).where(Timer.instance_id == instance_id, Timer.due_at <= now).limit(1)
    return session().scalar(due) is not None


def _report(instance_id: int, error: Exception, now: datetime) -> None:
    """A case whose timer cannot be served stops with an incident instead of failing at every tick."""
    with unit_of_work() as uow:
        instance = uow.scalar(select(ProcessInstance).where(ProcessInstance.id == instance_id).with_for_update())
        if instance is not None and instance.state == "active":
            element = getattr(error, "element_id", None)
            fail(uow, instance=instance, element_id=element, message=str(error), now=now)
