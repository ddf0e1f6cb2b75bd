"""What the verbs share: transitions, the audit chain of a suspension, and the record of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import audit, outbox
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.suspensions import rules
from app.modules.suspensions.models import Suspension
from app.workflow.models import ProcessInstance


def stream(suspension: Suspension) -> str:
    """The audit stream of a suspension."""
    return f"suspension:{suspension.number}"


def note(uow: Session, suspension: Suspension, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    """One entry in the suspension's chain."""
    audit.record(uow, stream(suspension), [audit.Entry(action, actor.username, now, payload)])
    uow.flush()


def move(suspension: Suspension, verb: str) -> dict[str, str]:
    """Take it along its table; gives the old and the new state for the chain."""
    left, suspension.state = suspension.state, rules.move(suspension.state, verb)
    return {"old": left, "new": suspension.state}


def of_case(uow: Session, instance: ProcessInstance) -> Suspension:
    """The suspension of a case whose lock is held; that lock guards the suspension, too."""
    number = rules.id_of(instance.business_key)
    found = uow.get(Suspension, number, populate_existing=True) if number is not None else None
    if found is None:
        raise Conflict(N_("This case has no suspension."), code="no_suspension")
    return found


def waits_for_case(uow: Session, number: str | None) -> bool:
    """Whether it was ordered a moment ago and has no case yet."""
    wanted = rules.id_of(number)
    found = uow.get(Suspension, wanted) if wanted is not None else None
    return found is not None and found.state == "unratified" and found.instance_id is None


def tell(uow: Session, suspension: Suspension, what: str, groups: list[str], now: datetime) -> None:
    """Tell people of these groups, once the transaction has committed."""
    for group in groups:
        payload = {"to_group": group, "what": what, "number": suspension.number, "product": suspension.product_code}
        outbox.put(uow, topic="people.told", payload={**payload, "path": f"/suspensions/{suspension.number}"}, now=now)


def tell_outside(uow: Session, suspension: Suspension, topic: str, now: datetime) -> None:
    """Tell core banking and the channels where sales stop or go on."""
    payload = {"number": suspension.number, "product": suspension.product_code, "scopes": suspension.scopes}
    outbox.put(uow, topic=topic, payload=payload, now=now)
