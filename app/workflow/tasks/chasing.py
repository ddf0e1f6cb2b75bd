"""Reminders and escalation 催办/升级 of every open task, as a table of the bank says.

A task that falls due is found by the index of the lists (the audience of those who
read all holds each open task once), so completing a task costs nothing more. The
case is claimed with ``SKIP LOCKED``; what was said is kept in its audit chain.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select, union_all
from sqlalchemy.orm import Session

from app.identity.actors import EVERYTHING, SYSTEM, Actor
from app.identity.permissions import require
from app.identity.services import actor_named
from app.kernel import audit, clock
from app.kernel.calendar import add_business_days, business_days_late
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.workflow.decisions.errors import DecisionError
from app.workflow.decisions.queries import latest_or_none
from app.workflow.decisions.services import decide
from app.workflow.instances.progress import stream
from app.workflow.models import ProcessInstance, Task, TaskAudience
from app.workflow.notices.models import TaskChase
from app.workflow.notices.services import members, tell
from app.workflow.tasks.audience import let_see
from app.workflow.tasks.services import facts_of, locked, require_open

TABLE = "reminders"
NOBODY = "nobody"
BATCH = 100
_EACH_ONCE = (TaskAudience.audience == EVERYTHING, TaskAudience.candidate.is_(False), TaskAudience.slot == 0)
"""Each open task once: among the rows of those who read all."""
log = logging.getLogger(__name__)


def run_reminders(now: datetime, limit: int = BATCH) -> int:
    """Chase what is due; each task in a unit of work of its own. Returns how many were looked at."""
    due = due_tasks(now, limit)
    if not due or latest_or_none(session(), TABLE) is None:
        end_read()
        return 0
    end_read()
    return sum(_chase(task_id, now) for task_id in due)


def due_tasks(now: datetime, limit: int = BATCH) -> list[int]:
    """Open tasks of active cases that nobody has chased since they fell due, and those to look at again."""
    current = session()
    chased = exists().where(TaskChase.task_id == TaskAudience.task_id)
    first = (
        select(TaskAudience.task_id, TaskAudience.due_at.label("moment"))
        .join(Task, Task.id == TaskAudience.task_id)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .where(
            *_EACH_ONCE,
            TaskAudience.due_at <= now,
            ProcessInstance.state == "active",
            ~chased,
        )
        .order_by(TaskAudience.due_at, TaskAudience.task_id)
        .limit(limit)
        .subquery()
    )
    again = (
        select(TaskChase.task_id, TaskChase.next_at.label("moment"))
        .join(Task, Task.id == TaskChase.task_id)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .where(TaskChase.next_at <= now, (ProcessInstance.state == "active") | (Task.state != "open"))
        .order_by(TaskChase.next_at)
        .limit(limit)
        .subquery()
    )
    found = union_all(select(first.c.task_id, first.c.moment), select(again.c.task_id, again.c.moment)).subquery()
    rows = current.execute(select(found.c.task_id).order_by(found.c.moment, found.c.task_id).limit(limit))
    return list(dict.fromkeys(rows.scalars()))


def next_due(now: datetime) -> datetime | None:
    """When the next task falls due, or is looked at again, after ``now``."""
    due = select(func.min(TaskAudience.due_at)).where(*_EACH_ONCE, TaskAudience.due_at > now)
    again = select(func.min(TaskChase.next_at)).where(TaskChase.next_at > now)
    found = [session().scalar(query) for query in (due, again)]
    return min((moment for moment in found if moment is not None), default=None)


def _chase(task_id: int, now: datetime) -> bool:
    with unit_of_work() as uow:
        mine = select(Task.instance_id).where(Task.id == task_id).scalar_subquery()
        instance = uow.scalar(
            select(ProcessInstance).where(ProcessInstance.id == mine).with_for_update(skip_locked=True)
        )
        task = uow.get_one(Task, task_id, populate_existing=True)
        kept = uow.get(TaskChase, task_id, populate_existing=True)
        if instance is None or (kept is not None and (kept.next_at is None or kept.next_at > now)):
            # Somebody else is at it, or was.
            return False
        if task.state != "open":
            assert kept is not None
            kept.next_at = None
            return False
        if instance.state != "active" or (task.due_at is not None and task.due_at > now):
            return False
        if kept is None:
            kept = TaskChase(task_id=task_id)
            uow.add(kept)
        kept.next_at = _said(uow, instance, task, now)
        return True


def _said(uow: Session, instance: ProcessInstance, task: Task, now: datetime) -> datetime | None:
    """Do what the table says; gives when to look again."""
    due = task.due_at or now
    late = business_days_late(due, now)
    asked = {"process": instance.process_key, "step": task.element_id, "duty": task.duty or "", "late_days": late}
    try:
        answer = decide(uow, key=TABLE, inputs=asked, now=now, instance_id=instance.id, element_id=task.element_id)
    except DecisionError:
        log.exception("the table of reminders does not know what to do with task %s", task.id)
        return None
    task.priority = max(task.priority, min(100, int(answer["priority"])))
    audit.record(uow, stream(instance), _tell(uow, instance, task, late, answer, now))
    wait = int(answer["again_in"])
    return max(add_business_days(due, late + wait), now) if wait else None


def _tell(
    uow: Session, instance: ProcessInstance, task: Task, late: int, answer: Mapping[str, Any], now: datetime
) -> list[audit.Entry]:
    said = {"task": task.id, "element": task.element_id, "late": late, "priority": task.priority}
    entries = []
    if answer["remind"] != NOBODY:
        to = _notice(uow, instance, task, workers(uow, task), "task.reminded", late, now)
        entries.append(audit.Entry("task.reminded", SYSTEM.username, now, {**said, "to": to}))
    group = _group(uow, task, answer["escalate_to"])
    if group is not None:
        let_see(uow, instance, [group])
        to = _notice(uow, instance, task, members(uow, [group]), "task.escalated", late, now)
        entries.append(audit.Entry("task.escalated", SYSTEM.username, now, {**said, "to": to, "candidates": [group]}))
    return entries


def _notice(
    uow: Session, instance: ProcessInstance, task: Task, people: list[str], what: str, late: int, now: datetime
) -> list[str]:
    return tell(
        uow,
        people=people,
        key=f"{what}:{task.id}:{late}",
        what=what,
        payload=about(instance, task, late=late),
        path=f"/tasks/{task.id}",
        now=now,
    )


def about(instance: ProcessInstance, task: Task, **more: Any) -> dict[str, Any]:
    """What a notice on a task says."""
    case = instance.business_key or f"{instance.process_key} {instance.id}"
    return {"task": task.names, "case": case, "title": instance.card.get("title"), **more}


def workers(uow: Session, task: Task) -> list[str]:
    """Whom a task lies with: who has it, else everybody who may take it."""
    return [task.assignee] if task.assignee else members(uow, task.candidates)


def _group(uow: Session, task: Task, level: str) -> str | None:
    """The group above those who work on the task."""
    if level == NOBODY:
        return None
    return f"{_department(uow, task)}:head" if level == "head" else level


def _department(uow: Session, task: Task) -> str:
    if task.department or task.candidates:
        return (task.department or task.candidates[0]).partition(":")[0]
    person = actor_named(uow, task.assignee or "")
    return (person.department if person else None) or "executive"


def ask(uow: Session, *, task_id: int, actor: Actor, now: datetime) -> Task:
    """The initiator asks those with whom a task lies to deal with it 催办; once a day (409 after that)."""
    instance, task = locked(uow, task_id, actor)
    require_open(instance, task)
    require(actor, "task.remind", facts_of(instance, task))
    kept = uow.get(TaskChase, task.id) or TaskChase(task_id=task.id, next_at=task.due_at)
    today = clock.accounting_date(now)
    if kept.asked_at is not None and clock.accounting_date(kept.asked_at) == today:
        raise Conflict(N_("You have already asked for this task today."), code="already_asked")
    kept.asked_at = now
    uow.add(kept)
    to = tell(
        uow,
        people=workers(uow, task),
        key=f"task:{task.id}:asked:{today}",
        what="task.asked",
        payload=about(instance, task, by=actor.names),
        path=f"/tasks/{task.id}",
        now=now,
    )
    said = {"task": task.id, "element": task.element_id, "to": to}
    audit.record(uow, stream(instance), [audit.Entry("task.asked", actor.username, now, said)])
    return task
