"""Who sees a task in their lists: rows kept beside the open task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app.identity.actors import EVERYTHING
from app.kernel.database import table_of
from app.workflow.models import ProcessInstance, Task, TaskAudience

# The tables themselves: nothing in the session mirrors these rows, and this runs at every step.
_ROWS = table_of(TaskAudience)
_PUBLISH = insert(_ROWS)
_UNPUBLISH = delete(_ROWS).where(_ROWS.c.task_id.in_(bindparam("tasks", expanding=True)))

MAX_PRODUCT_ROWS = 20
"""A request over more products is found by its first twenty; all of them stand on its page."""


def personal(username: str) -> str:
    """The audience of one person."""
    return f"@{username}"


def delegated(username: str) -> str:
    """The audience of one person for what others delegated 委派 to them."""
    return f"@{username}:delegated"


def publish(uow: Session, instance: ProcessInstance, tasks: Sequence[Task]) -> None:
    """Show newly opened tasks to those who may work on them or see them."""
    rows = [row for task in tasks for row in _rows(instance, task, _audiences(instance, task))]
    if rows:
        uow.execute(_PUBLISH, rows)


def unpublish(uow: Session, task_ids: Sequence[int]) -> None:
    """Take closed tasks out of all lists."""
    if task_ids:
        uow.execute(_UNPUBLISH, {"tasks": list(task_ids)})


def widen(uow: Session, instance: ProcessInstance, tasks: Sequence[Task], groups: Sequence[str]) -> None:
    """Let groups that joined the case see its tasks that were open before."""
    rows = [
        row for task in tasks for row in _rows(instance, task, {g: False for g in groups if g not in task.candidates})
    ]
    if rows:
        uow.execute(_PUBLISH, rows)


def let_see(uow: Session, instance: ProcessInstance, groups: Sequence[str]) -> None:
    """Let those to whom a case is escalated see it: who is told of something must be able to look at it."""
    newcomers = sorted({group.partition(":")[0] for group in groups} - set(instance.involved))
    if newcomers:
        instance.involved = [*instance.involved, *newcomers]
        uow.flush()
        open_ones = select(Task).where(Task.instance_id == instance.id, Task.state == "open")
        widen(uow, instance, list(uow.scalars(open_ones)), newcomers)


def republish(uow: Session, instance: ProcessInstance, task: Task) -> None:
    """After a change of assignee."""
    unpublish(uow, [task.id])
    publish(uow, instance, [task])


def _audiences(instance: ProcessInstance, task: Task) -> dict[str, bool]:
    """Audience → may work on it."""
    found = {EVERYTHING: False, personal(instance.started_by): False}
    found.update({group: False for group in instance.involved})
    found.update({group: True for group in task.candidates})
    if task.owner:
        found[personal(task.owner)] = False
    if task.assignee:
        found[personal(task.assignee)] = True
        if task.owner:
            found[delegated(task.assignee)] = True
    return found


def _rows(instance: ProcessInstance, task: Task, audiences: dict[str, bool]) -> Iterator[dict[str, Any]]:
    products = list(instance.card.get("products", []))[:MAX_PRODUCT_ROWS] or [None]
    for audience, candidate in audiences.items():
        for slot, product in enumerate(products):
            yield {
                "task_id": task.id,
                "audience": audience,
                "slot": slot,
                "candidate": candidate,
                "due_at": task.due_at,
                "process_key": instance.process_key,
                "product": product,
            }
