"""Taking a request back for changes, returning it, and withdrawing it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import outbox
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import states
from app.modules.changes.services.records import for_change, move, note
from app.modules.changes.services.reviewing import close
from app.workflow.instances.services import deliver_message
from app.workflow.models import ProcessInstance

TAKEN_BACK = "taken_back"
WITHDRAWN = "withdrawn"


def withdraw(uow: Session, *, request_id: int, reason: str, actor: Actor, now: datetime) -> ChangeRequest:
    """The initiator withdraws 撤回 a draft, or a request that is not yet decided: all open work ends."""
    request, instance = for_change(uow, request_id, actor)
    require(actor, "change.edit", Facts(initiator=request.initiator))
    states.move(request.state, "withdraw")
    request.closing_reason = reason
    if instance is None:
        close(uow, request, verb="withdraw", actor=actor, now=now)
    elif not deliver_message(uow, instance=instance, name=WITHDRAWN, actor=actor, now=now):
        raise Conflict(N_("The case has moved on."), code="case_moved")
    return request


def take_back(uow: Session, request: ChangeRequest, instance: ProcessInstance, *, actor: Actor, now: datetime) -> None:
    """The initiator changes the proposal while departments review it: their open tasks end (rule 6)."""
    if not deliver_message(uow, instance=instance, name=TAKEN_BACK, actor=actor, now=now):
        message = N_("The request lies with the decision-maker; ask for it to be sent back, or withdraw it.")
        raise Conflict(message, code="with_decider")


def send_back(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> None:
    """In review no more: the initiator may edit again. Tells the initiator."""
    left = move(request, "send_back", actor)
    outbox.put(
        uow,
        topic="people.told",
        payload={"to": [request.initiator], "what": "change.sent_back", "number": request.number},
        now=now,
    )
    note(uow, request, "change.send_back", actor, now, old=left, new=request.state)
