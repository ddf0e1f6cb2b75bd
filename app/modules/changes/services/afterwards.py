"""What a launch leaves to do: conditions that are still owed, and the review of what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.identity.permissions import Facts, require
from app.kernel import clock
from app.kernel.calendar import add_business_days
from app.kernel.errors import Conflict, Forbidden
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.changes.models import ChangeRequest, Condition, ProposedVersion
from app.modules.changes.rules.states import AFTER_LAUNCH, CONDITION_DAYS
from app.modules.changes.services.chasing import URGENT, tell
from app.modules.changes.services.looking_back import PROCESS as REVIEW
from app.modules.changes.services.records import note
from app.workflow.instances.services import deliver_message, locked, start_instance
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.attachments import require_attached
from app.workflow.tasks.audience import let_see

PROCESS = "condition_follow_up"
LATE_DAYS = 5
"""Business days after the due day until it is escalated. Bank policy, to be confirmed."""
CLOSED = "condition_closed"
NOT_THE_SAME = N_("Whoever fulfilled the condition does not confirm it: it needs another person.")


def begin(uow: Session, request: ChangeRequest, now: datetime) -> None:
    """A case for each condition that is still owed, and one for the review."""
    card = _card(uow, request)
    for condition in owed(uow, request.id):
        _follow(uow, request, condition, card, now)
    start_instance(uow, key=REVIEW, actor=SYSTEM, now=now, business_key=f"{request.number}/review", card=card)


def owed(session: Session, request_id: int) -> list[Condition]:
    """The open conditions after launch of a request."""
    rows = select(Condition).where(
        Condition.change_request_id == request_id, Condition.kind == AFTER_LAUNCH, Condition.state == "open"
    )
    return list(session.scalars(rows.order_by(Condition.id)))


def _card(uow: Session, request: ChangeRequest) -> dict[str, Any]:
    """What lists say of these cases: as of the request's own."""
    rows = uow.execute(
        select(Product.code, Product.names)
        .join(ProposedVersion, ProposedVersion.product_code == Product.code)
        .where(ProposedVersion.change_request_id == request.id)
        .order_by(ProposedVersion.position)
    ).all()
    title = dict(rows[0].names) if rows else {"en": request.number}
    return {"title": title, "products": [row.code for row in rows], "number": request.number}


def _follow(uow: Session, request: ChangeRequest, condition: Condition, card: Mapping[str, Any], now: datetime) -> None:
    days = condition.due_days or CONDITION_DAYS
    condition.due_at = clock.start_of_day(clock.accounting_date(now) + timedelta(days=days + 1)) - timedelta(seconds=1)
    condition.owner_department = condition.owner_department or request.owner_department
    variables = {
        "owner": condition.owner_department,
        "department": condition.department,
        "due_at": condition.due_at.isoformat(),
        "overdue_at": add_business_days(condition.due_at, LATE_DAYS).isoformat(),
    }
    step = start_instance(
        uow,
        key=PROCESS,
        actor=SYSTEM,
        now=now,
        business_key=_key(request, condition),
        variables=variables,
        card=card,
    )
    condition.instance_id = step.instance.id
    said = {"condition": condition.id, "due": condition.due_at.isoformat(), "owner": condition.owner_department}
    note(uow, request, "condition.followed", SYSTEM, now, **said)


def _key(request: ChangeRequest, condition: Condition) -> str:
    return f"{request.number}/condition-{condition.id}"


def waits_for_case(session: Session, business_key: str | None) -> bool:
    """Whether a launch a moment ago left this condition to be kept track of."""
    number, _, rest = (business_key or "").partition("/")
    request = session.scalar(select(ChangeRequest).where(ChangeRequest.number == number, ChangeRequest.state == "live"))
    if request is None:
        return False
    return any(c.instance_id is None and f"condition-{c.id}" == rest for c in owed(session, request.id))


def of_case(uow: Session, instance: ProcessInstance) -> tuple[ChangeRequest, Condition]:
    """The condition of a case whose lock is held, and its request."""
    condition = uow.scalar(select(Condition).where(Condition.instance_id == instance.id))
    if condition is None:
        raise Conflict(N_("This case has no condition."), code="no_condition")
    return uow.get_one(ChangeRequest, condition.change_request_id), condition


def record_fulfilment(
    uow: Session, instance: ProcessInstance, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """The department that owes it reports what it did."""
    request, condition = of_case(uow, instance)
    require_attached(uow, instance.id, answers.get("evidence") or [])
    condition.report, condition.fulfilled_by, condition.fulfilled_at = answers["report"], actor.username, now
    note(uow, request, "condition.fulfilled", actor, now, condition=condition.id, reason=answers["report"])


def record_confirmation(
    uow: Session, instance: ProcessInstance, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """The department that set it says whether it is met; 403 for whoever fulfilled it or proposed the change."""
    request, condition = of_case(uow, instance)
    require(actor, "condition.close", Facts(initiator=request.initiator, department=condition.department))
    require_another(condition, actor)
    decision: str = answers["decision"]
    if decision == "confirm":
        close(uow, request, condition, answers["reason"], actor, now)
    else:
        note(uow, request, "condition.returned", actor, now, condition=condition.id, reason=answers["reason"])
    return decision


def require_another(condition: Condition, actor: Actor) -> None:
    """Maker is never checker (rule 5)."""
    if actor.username == condition.fulfilled_by:
        raise Forbidden(NOT_THE_SAME, code="four_eyes")


def close(
    uow: Session, request: ChangeRequest, condition: Condition, grounds: str, actor: Actor, now: datetime
) -> None:
    """The condition is met, by the word of the department that set it."""
    condition.state, condition.closed_by, condition.closed_at = "closed", actor.username, now
    condition.grounds = grounds
    payload = {"condition": condition.id, "old": "open", "new": "closed", "grounds": grounds}
    note(uow, request, "condition.closed", actor, now, **payload)


def end_follow_up(uow: Session, condition: Condition, actor: Actor, now: datetime) -> None:
    """A condition that was closed otherwise needs no case any more."""
    if condition.instance_id is None:
        return
    uow.flush()
    deliver_message(uow, instance=locked(uow, condition.instance_id), name=CLOSED, actor=actor, now=now)


def remind(uow: Session, instance: ProcessInstance, *, actor: Actor, now: datetime) -> None:
    """The due day has passed: those who owe it are told."""
    request, condition = of_case(uow, instance)
    tell(uow, request, "condition.due", [condition.owner_department or ""], now, f"/cases/{instance.id}")
    note(uow, request, "condition.reminded", actor, now, condition=condition.id, owner=condition.owner_department)


def escalate(uow: Session, instance: ProcessInstance, *, actor: Actor, now: datetime) -> None:
    """Late: the heads of both departments and the executives are told, and the task becomes urgent."""
    request, condition = of_case(uow, instance)
    make_urgent(uow, instance)
    heads = [f"{condition.owner_department}:head", f"{condition.department}:head"]
    let_see(uow, instance, [*heads, "executive"])
    tell(uow, request, "condition.overdue", [*heads, "executive"], now, f"/cases/{instance.id}")
    note(uow, request, "condition.escalated", actor, now, condition=condition.id, priority=URGENT)


def make_urgent(uow: Session, instance: ProcessInstance) -> None:
    uow.flush()
    for task in uow.scalars(select(Task).where(Task.instance_id == instance.id, Task.state == "open")):
        task.priority = max(task.priority, URGENT)
