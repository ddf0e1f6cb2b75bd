"""Products whose suspension ended with the proposal that they leave (rule 12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.modules.exits.models import Exit
from app.modules.exits.services.proposing import open_exit, propose
from app.modules.suspensions.models import Suspension
from app.modules.suspensions.services.steps import name_exit


def take_over(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> Exit:
    """The exit of a product that was handed over, with the reason that was given there; one that runs already goes on.

    409 where something lasting keeps the product from leaving, such as a bundle on sale that cannot do without it.
    """
    code, reason = suspension.product_code, suspension.proposal_reason or suspension.reason
    found = open_exit(uow, code) or propose(uow, product_code=code, reason=reason, actor=actor, now=now)
    name_exit(uow, suspension, found.number, actor=actor, now=now)
    return found


def came_from(session: Session, found: Exit) -> list[Suspension]:
    """The suspensions that were handed over to this exit, oldest first."""
    named = select(Suspension).where(Suspension.exit_number == found.number)
    return list(session.scalars(named.order_by(Suspension.id)))
