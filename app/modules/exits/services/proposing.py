"""Proposing an exit, and taking the proposal back before it is decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.services.records import locked_product
from app.modules.exits.models import Exit
from app.modules.exits.rules import states
from app.modules.exits.services.records import for_change, note
from app.modules.exits.services.stopping import LASTING, require_free
from app.workflow.instances.services import deliver_message, start_instance
from app.workflow.instances.services import locked as locked_case
from app.workflow.messages.outgoing import tell_waiting

PROCESS = "exit_migration"
PROPOSE = "exit.propose"
LEAVABLE = frozenset({"on_sale", "suspended"})
"""A product whose sales can be ended."""
WITHDRAWN = "withdrawn"


def propose(uow: Session, *, product_code: str, reason: str, actor: Actor, now: datetime) -> Exit:
    """Propose that a product leaves; its evaluation begins.

    404 for an unknown product, 403 for other departments, 409 for a product that is not sold, that a
    bundle on sale cannot do without, or whose exit runs.
    """
    product = locked_product(uow, product_code)
    require(actor, PROPOSE, Facts(owner_department=product.owner_department))
    if product.status not in LEAVABLE:
        raise Conflict(
            N_("The product is %(state)s; this cannot be done now."), code="wrong_state", state=product.status
        )
    require_free(uow, product, LASTING)
    running = open_exit(uow, product_code)
    if running is not None:
        raise Conflict(N_("The product leaves already: %(number)s."), code="exit_open", number=running.number)
    found = Exit(
        product_code=product.code,
        reason=reason,
        initiator=actor.username,
        owner_department=product.owner_department or actor.department or "",
        state="proposed",
        created_at=now,
    )
    uow.add(found)
    uow.flush()
    note(uow, found, "exit.proposed", actor, now, product=product.code, reason=reason, old=None, new=found.state)
    step = start_instance(
        uow,
        key=PROCESS,
        actor=actor,
        now=now,
        business_key=found.number,
        variables={"owner": found.owner_department, "number": found.number},
        card={"title": dict(product.names), "products": [product.code], "number": found.number},
    )
    found.instance_id = step.instance.id
    tell_waiting(uow, "exit_proposed", [product.code], by=actor.username, now=now)
    uow.flush()
    return found


def open_exit(session: Session, product_code: str) -> Exit | None:
    """The exit of a product that has not ended."""
    wanted = select(Exit).where(Exit.product_code == product_code, Exit.state.not_in(states.ENDED))
    return session.scalar(wanted.limit(1))


def withdraw(uow: Session, *, number: str, reason: str, actor: Actor, now: datetime) -> Exit:
    """Whoever proposed it takes it back, until it is decided; 409 afterwards."""
    found = for_change(uow, number, actor, "exit.withdraw")
    states.move(found.state, "withdraw")
    found.closing_reason = reason
    uow.flush()
    case = locked_case(uow, found.instance_id or 0)
    if not deliver_message(uow, instance=case, name=WITHDRAWN, actor=actor, now=now):
        raise Conflict(N_("The exit cannot be withdrawn any more."), code="not_withdrawn")
    return found
