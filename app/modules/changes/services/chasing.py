"""Late reviews: reminded 催办, then escalated. Silence is never consent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import outbox
from app.modules.changes.models import ChangeRequest
from app.modules.changes.services.records import note
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.audience import let_see

REVIEW_TASKS = frozenset({"give_opinion", "sign_off", "review_by_department"})
"""The last in cases that began when one signature was enough."""
URGENT = 90


def late_reviews(uow: Session, instance: ProcessInstance) -> list[Task]:
    """The open review tasks of a case."""
    uow.flush()
    return list(
        uow.scalars(
            select(Task)
            .where(Task.instance_id == instance.id, Task.element_id.in_(REVIEW_TASKS), Task.state == "open")
            .order_by(Task.id)
        )
    )


def remind(
    uow: Session, request: ChangeRequest, instance: ProcessInstance, *, actor: Actor, now: datetime
) -> list[str]:
    """Tell the departments that have not answered; gives them."""
    late = [task.department or "" for task in late_reviews(uow, instance)]
    tell(uow, request, "review.due", late, now)
    note(uow, request, "review.reminded", actor, now, departments=late, round=request.round)
    return late


def escalate(
    uow: Session, request: ChangeRequest, instance: ProcessInstance, *, actor: Actor, now: datetime
) -> list[str]:
    """Tell heads and executives, and make the open reviews urgent; gives the late departments."""
    tasks = late_reviews(uow, instance)
    for task in tasks:
        task.priority = max(task.priority, URGENT)
    late = [task.department or "" for task in tasks]
    let_see(uow, instance, ["executive"])
    tell(uow, request, "review.overdue", [*(f"{d}:head" for d in late), "executive"], now)
    note(uow, request, "review.escalated", actor, now, departments=late, round=request.round, priority=URGENT)
    return late


def tell(
    uow: Session, request: ChangeRequest, what: str, groups: list[str], now: datetime, path: str | None = None
) -> None:
    """Tell people of these groups, once the transaction has committed; ``path`` is else the request's own page."""
    for group in groups:
        payload = {"to_group": group, "what": what, "number": request.number, "round": request.round}
        outbox.put(uow, topic="people.told", payload={**payload, "path": path or f"/requests/{request.id}"}, now=now)
