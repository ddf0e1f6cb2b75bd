"""The case of a task, locked: two people on one case queue, two on one task are told apart."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, allowed
from app.kernel import audit
from app.kernel.database import fault_point
from app.kernel.errors import Conflict, NotFound
from app.workflow.instances import services as instances
from app.workflow.instances.progress import stream
from app.workflow.models import ProcessInstance, Task

# Built once: they run with every action on a task.
_CASE_OF_TASK = (
    select(ProcessInstance)
    .where(ProcessInstance.id == select(Task.instance_id).where(Task.id == bindparam("task")).scalar_subquery())
    .with_for_update()
)
_OPEN_OR_THIS = audit.with_head(
    select(Task).where(
        Task.instance_id == bindparam("instance"), or_(Task.state == "open", Task.id == bindparam("task"))
    )
)


def facts_of(instance: ProcessInstance, task: Task) -> Facts:
    """The facts of a task, over those of its case."""
    return replace(
        instances.facts_of(instance),
        candidates=frozenset(task.candidates),
        assignee=task.assignee,
        owner=task.owner,
        duty=task.duty,
        department=task.department,
        open=task.state == "open" and instance.state == "active",
    )


def locked(uow: Session, task_id: int, actor: Actor) -> tuple[ProcessInstance, Task]:
    """The case, locked, and the task as it is under that lock. Hidden tasks are not there."""
    instance, task, _ = locked_with_others(uow, task_id, actor)
    return instance, task


def locked_with_others(uow: Session, task_id: int, actor: Actor) -> tuple[ProcessInstance, Task, list[Task]]:
    """Like ``locked``, with the other open tasks of the case: one statement for the lock, one for all under it."""
    instance = uow.scalar(_CASE_OF_TASK, {"task": task_id})
    fault_point("after_lock")
    if instance is None:
        raise NotFound("There is no such task.")
    chain = stream(instance)
    rows = uow.execute(_OPEN_OR_THIS, {"instance": instance.id, "task": task_id, "stream": chain}).all()
    audit.expect(uow, chain, rows[0].length, rows[0].head)
    found = {row.Task.id: row.Task for row in rows}
    task = found.pop(task_id)
    if not allowed(actor, "task.see", facts_of(instance, task)):
        raise NotFound("There is no such task.")
    return instance, task, list(found.values())


def require_open(instance: ProcessInstance, task: Task, version: int | None = None) -> None:
    """409 unless the task can be worked on, and is at the ``version`` that the person saw."""
    if task.state == "completed":
        raise Conflict("%(who)s has already completed this task.", code="already_completed", who=task.closed_by)
    if task.state != "open":
        raise Conflict("This task is not open any more.", code="task_closed")
    if version is not None and version != task.version:
        raise Conflict("This task has changed since you opened it; look at it again.", code="task_changed")
    if instance.state != "active":
        raise Conflict("The case is %(state)s.", code="case_not_active", state=instance.state)
