"""The inbox: one page of open tasks with what their rows say, in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.desks.inbox.queries.saved import Kept, lists_of
from app.desks.inbox.queries.words import Words, process_names, words_for
from app.identity.actors import Actor
from app.kernel.i18n import pick
from app.workflow.models import ProcessInstance, Task
from app.workflow.presenting import allowed_actions
from app.workflow.tasks import queries
from app.workflow.tasks.queries import Wish


@dataclass(frozen=True)
class Row:
    """What one row of a list says."""

    task: Task
    instance: ProcessInstance
    title: str
    """What the case is about."""
    asked: str
    """What is asked of the person."""
    actions: Sequence[str]

    @property
    def card(self) -> Mapping[str, Any]:
        return self.instance.card

    @property
    def may_claim(self) -> bool:
        return "claim" in self.actions


@dataclass(frozen=True)
class Inbox:
    """One page of the inbox."""

    wish: Wish
    rows: Sequence[Row]
    after: tuple[datetime, int] | None
    counts: Mapping[str, int]
    kept: Sequence[Kept]
    """The person's own lists."""
    words: Words
    processes: Mapping[str, Mapping[str, str]]


def inbox(session: Session, actor: Actor, wish: Wish) -> Inbox:
    """What ``actor`` wished to see. At most four statements, fewer when names are known."""
    counts, kept = lists_of(session, actor)
    tasks, after = queries.open_tasks(session, actor, wish)
    people = [name for t in tasks for name in (t.assignee, t.owner, t.instance.started_by)]
    return Inbox(
        wish=wish,
        rows=[row(t, t.instance, actor) for t in tasks],
        after=after,
        counts=counts,
        kept=kept,
        words=words_for(session, people),
        processes=process_names(session),
    )


def row(task: Task, instance: ProcessInstance, actor: Actor) -> Row:
    return Row(
        task=task,
        instance=instance,
        title=pick(instance.card.get("title")) or instance.business_key or "",
        asked=pick(task.names, task.element_id),
        actions=allowed_actions(task, instance, actor),
    )
