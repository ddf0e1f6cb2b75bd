"""The same verb on several tasks: what can be done is done, the rest is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import DomainError
from app.workflow.models import Task
from app.workflow.tasks.services import claim

MAX_TASKS = 200


def claim_many(
    uow: Session, *, task_ids: Sequence[int], actor: Actor, now: datetime
) -> tuple[list[Task], list[DomainError]]:
    """Claim 领取 several tasks: those taken, and why the others were not.

    Cases are locked in the order of their ids, so that two people who claim the
    same tasks queue and never wait for each other in a ring.
    """
    ordered = uow.scalars(select(Task.id).where(Task.id.in_(task_ids[:MAX_TASKS])).order_by(Task.instance_id, Task.id))
    taken, refusals = [], []
    for task_id in list(ordered):
        try:
            taken.append(claim(uow, task_id=task_id, actor=actor, now=now))
        except DomainError as refusal:
            refusals.append(refusal)
    return taken, refusals
