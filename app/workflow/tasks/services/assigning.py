"""Whose a task is: claim 领取, release 退回待办池, delegate 委派, transfer 转办."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed, require
from app.identity.services import actor_named
from app.kernel import audit
from app.kernel.errors import Conflict, invalid
from app.workflow.instances.progress import stream
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.audience import republish
from app.workflow.tasks.services.locking import facts_of, locked, require_open


def claim(uow: Session, *, task_id: int, actor: Actor, now: datetime) -> Task:
    """Take a task of one of my groups 领取."""
    instance, task = locked(uow, task_id, actor)
    if task.assignee == actor.username and task.state == "open":
        return task
    require_open(instance, task)
    if task.assignee is not None:
        raise Conflict("%(who)s has claimed this task.", code="already_claimed", who=task.assignee)
    require(actor, "task.claim", facts_of(instance, task))
    return _assign(uow, instance, task, actor.username, "task.claim", actor, now)


def release(uow: Session, *, task_id: int, actor: Actor, now: datetime) -> Task:
    """Put a task back for the group 退回待办池."""
    instance, task = locked(uow, task_id, actor)
    require_open(instance, task)
    require(actor, "task.release", facts_of(instance, task))
    if not task.candidates:
        raise Conflict("Nobody else could take this task; transfer it instead.", code="no_candidates")
    task.owner = None
    return _assign(uow, instance, task, None, "task.release", actor, now)


def delegate(uow: Session, *, task_id: int, to: str, actor: Actor, now: datetime) -> Task:
    """Have somebody work on it for me; it comes back to me 委派."""
    instance, task = _handing_over(uow, task_id, to, actor, "task.delegate")
    task.owner = actor.username
    return _assign(uow, instance, task, to, "task.delegate", actor, now)


def transfer(uow: Session, *, task_id: int, to: str, actor: Actor, now: datetime) -> Task:
    """Hand it to somebody for good 转办."""
    instance, task = _handing_over(uow, task_id, to, actor, "task.transfer")
    task.owner = None
    return _assign(uow, instance, task, to, "task.transfer", actor, now)


def _handing_over(uow: Session, task_id: int, to: str, actor: Actor, permission: str) -> tuple[ProcessInstance, Task]:
    instance, task = locked(uow, task_id, actor)
    require_open(instance, task)
    require(actor, permission, facts_of(instance, task))
    target = actor_named(uow, to)
    if target is None or target.username == actor.username:
        raise invalid("/to", "Name another person.")
    # Maker stays unlike checker, whoever hands the task on.
    if not allowed(target, "task.claim", replace(facts_of(instance, task), assignee=None)):
        raise invalid("/to", "%(who)s may not work on this task.", who=to, code="may_not")
    return instance, task


def _assign(
    uow: Session, instance: ProcessInstance, task: Task, to: str | None, action: str, actor: Actor, now: datetime
) -> Task:
    payload = {"task": task.id, "old": task.assignee, "new": to}
    task.assignee = to
    task.version += 1
    uow.flush()
    republish(uow, instance, task)
    audit.record(uow, stream(instance), [audit.Entry(action, actor.username, now, payload)])
    return task
