"""Tasks of an initiative: their owners say when they are done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.development.models import Initiative
from app.modules.development.rules.states import INITIATIVES, move
from app.modules.development.services.initiatives import record

WORK = "initiative.work"
NO_TASK = N_("The initiative has no such task.")


def mark(uow: Session, row: Initiative, *, place: int, done: bool, actor: Actor, now: datetime) -> Initiative:
    """As its owner or as the leader, say that a task of a ``locked`` initiative is done, or is to be done again.

    ``place``: where it stands in the plan, from 0 on. 404 where there is none.
    """
    tasks = row.plan["tasks"]
    if place >= len(tasks):
        raise NotFound(NO_TASK)
    require(actor, WORK, Facts(initiator=row.owner, assignee=tasks[place]["owner"]))
    row.state = move(INITIATIVES, row.state, "work")
    marked = {**tasks[place], "done": done}
    row.plan = {**row.plan, "tasks": [*tasks[:place], marked, *tasks[place + 1 :]]}
    action = "initiative.task_done" if done else "initiative.task_opened"
    record(uow, row, action, actor, now, task=marked["title"], owner=marked["owner"])
    return row
