"""Lists of tasks, at the same cost for a thousand open tasks and for a million.

Each list is a merge of short index ranges, one per group of the person. No
count over the whole is ever made; badges stop at a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Select,
    Text,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, defer
from sqlalchemy.orm.attributes import set_committed_value

from app.identity.actors import EVERYTHING, Actor
from app.kernel.database import is_sqlite
from app.workflow.models import ProcessInstance, Task, TaskAudience
from app.workflow.tasks.audience import delegated, personal

SORTS = ("due", "created")
FILTERS = ("mine", "group", "delegated", "all")
BADGE_LIMIT = 100
_NOT_IN_LISTS = [
    defer(left) for left in (ProcessInstance.engine_state, ProcessInstance.variables, Task.draft, Task.result)
]
"""What a list shows nothing of, and what would be most of what it reads."""


@dataclass(frozen=True)
class Wish:
    """What a person wants to see in a list."""

    filter: str = "group"
    sort: str = "due"
    process: str | None = None
    product: str | None = None
    after: tuple[datetime, int] | None = None
    """When the last task of the page before is due, and its id."""
    limit: int = 25


def audiences(actor: Actor, wish: Wish) -> list[tuple[str, bool]]:
    """The index ranges of a wish: ``(audience, may work on it)``."""
    own = (personal(actor.username), True)
    if wish.filter == "mine":
        return [own]
    if wish.filter == "delegated":
        return [(delegated(actor.username), True)]
    groups = sorted(actor.groups)
    if wish.filter == "group":
        return [(group, True) for group in groups]
    if actor.reads_all:
        return [(EVERYTHING, False)]
    seen = [(personal(actor.username), False), *((group, False) for group in groups)]
    return [own, *((group, True) for group in groups), *seen]


def open_tasks(session: Session, actor: Actor, wish: Wish) -> tuple[list[Task], tuple[datetime, int] | None]:
    """One page of open tasks with their cases, and where the next page begins."""
    merged = _merged(actor, wish)
    page = (
        select(merged.c.task_id, func.min(merged.c.moment).label("moment"))
        .group_by(merged.c.task_id)
        .order_by(*_order(wish, func.min(merged.c.moment), merged.c.task_id))
        .limit(wish.limit + 1)
        .subquery()
    )
    rows = session.execute(
        select(Task, ProcessInstance, page.c.moment)
        .join(page, page.c.task_id == Task.id)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .order_by(*_order(wish, page.c.moment, page.c.task_id))
        .options(*_NOT_IN_LISTS)
    ).all()
    tasks = [_with_instance(task, instance) for task, instance, _ in rows[: wish.limit]]
    last = rows[wish.limit - 1] if len(rows) > wish.limit else None
    return tasks, (last.Task.due_at, last.Task.id) if last is not None else None


def _with_instance(task: Task, instance: ProcessInstance) -> Task:
    set_committed_value(task, "instance", instance)
    return task


def _merged(actor: Actor, wish: Wish) -> Any:
    """The first rows of each range of a wish: ``task_id`` and ``moment``."""
    wanted = audiences(actor, wish)
    if is_sqlite():
        ranges = [_range(literal(audience), literal(candidate), wish) for audience, candidate in wanted]
        return union_all(*[select(r.subquery()) for r in ranges]).subquery()
    # One range asked for each audience of an array: PostgreSQL plans it once, not once for each group of the person.
    arrays = [literal([a for a, _ in wanted], ARRAY(Text)), literal([c for _, c in wanted], ARRAY(Boolean))]
    columns = column("audience", Text), column("candidate", Boolean)
    asked = func.unnest(*arrays).table_valued(*columns, name="asked").render_derived()
    first = _range(asked.c.audience, asked.c.candidate, wish).lateral("first_rows")
    return select(first.c.task_id, first.c.moment).select_from(asked.join(first, true())).subquery()


def _range(audience: ColumnElement[str], candidate: ColumnElement[bool], wish: Wish) -> Select[int, Any]:
    """The first rows of one audience, straight from an index."""
    moment: Any = TaskAudience.due_at if wish.sort == "due" else TaskAudience.task_id
    where: list[ColumnElement[bool]] = [
        TaskAudience.audience == audience,
        TaskAudience.candidate == candidate,
    ]
    where.append(TaskAudience.product == wish.product if wish.product else TaskAudience.slot == 0)
    if wish.process:
        where.append(TaskAudience.process_key == wish.process)
    if wish.after:
        where.append(_beyond(moment, wish))
    return (
        select(TaskAudience.task_id, moment.label("moment"))
        .where(and_(*where))
        .order_by(*_order(wish, moment, TaskAudience.task_id))
        .limit(wish.limit + 1)
    )


def _beyond(moment: Any, wish: Wish) -> ColumnElement[bool]:
    assert wish.after is not None
    value, task_id = wish.after
    if wish.sort == "due":
        return or_(moment > value, and_(moment == value, TaskAudience.task_id > task_id))
    return TaskAudience.task_id < task_id


def _order(wish: Wish, moment: Any, task_id: Any) -> Sequence[Any]:
    """Most urgent first, or newest first, which is by number."""
    return (moment.asc(), task_id.asc()) if wish.sort == "due" else (task_id.desc(),)


def count_open(session: Session, actor: Actor, filter: str) -> int:
    """How many tasks a list holds, up to a hundred: a badge says "99+"."""
    return session.scalar(select(counted(actor, Wish(filter=filter)))) or 0


def counted(actor: Actor, wish: Wish) -> Any:
    """The badge of a list, for a statement that asks several. It never reads more than a hundred rows of a range."""
    wish = replace(wish, after=None, limit=BADGE_LIMIT)
    return select(func.count(_merged(actor, wish).c.task_id.distinct())).scalar_subquery()


def task_with_case(session: Session, task_id: int) -> tuple[Task, ProcessInstance] | None:
    """A task and its case, for reading."""
    row = session.execute(
        select(Task, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .where(Task.id == task_id)
    ).first()
    return (row[0], row[1]) if row else None


def open_tasks_of(session: Session, *cases: int | None) -> list[Task]:
    """The open tasks of cases, oldest first; of what has no case there are none."""
    wanted = [case for case in cases if case is not None]
    found = select(Task).where(Task.instance_id.in_(wanted), Task.state == "open").order_by(Task.id)
    return list(session.scalars(found)) if wanted else []
