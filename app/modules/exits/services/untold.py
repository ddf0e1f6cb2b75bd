"""Customers whom a notice did not reach, and who were moved before anybody knew: the named person reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.kernel.calendar import add_business_days
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.exits.models import Exit, MigrationItem, TailItem
from app.modules.exits.rules.states import id_of
from app.modules.exits.services.records import note, plan_of
from app.workflow.instances.services import start_instance
from app.workflow.models import ProcessInstance
from app.workflow.tasks.attachments import require_attached

PROCESS = "exit_untold"
KIND = "untold_customers"
DAYS = 10
"""Business days to reach them. Bank policy, to be confirmed."""
TOLD = "told"
"""What the named person did about such a holding."""


def moved_untold(found: Exit) -> tuple[ColumnElement[bool], ...]:
    """Of ``MigrationItem``: moved in a silence that said nothing, and nobody has seen to it."""
    moved = func.coalesce(MigrationItem.outcome, MigrationItem.state) == "moved"
    unheard = (MigrationItem.answered_at.is_(None), MigrationItem.decided_by.is_(None))
    return (MigrationItem.exit_id == found.id, MigrationItem.unreached.is_(True), moved, *unheard)


def see_to(uow: Session, found: Exit, now: datetime) -> None:
    """A matter with a case of its own, if somebody was moved untold and no such matter is open."""
    there = uow.scalar(select(MigrationItem.id).where(*moved_untold(found)).limit(1))
    if there is None or uow.scalar(select(TailItem.id).where(*_open(found)).limit(1)) is not None:
        return
    due = accounting_date(add_business_days(now, DAYS))
    matter = TailItem(exit_id=found.id, kind=KIND, owner=found.owner_department, due_on=due, state="open")
    uow.add(matter)
    uow.flush()
    product = uow.get_one(Product, found.product_code)
    start_instance(
        uow,
        key=PROCESS,
        actor=SYSTEM,
        now=now,
        business_key=f"{found.number}/{matter.id}",
        variables={"named": plan_of(uow, found).exception_owner},
        card={"title": dict(product.names), "products": [product.code], "number": found.number},
    )
    note(uow, found, "exit.untold", SYSTEM, now, matter=matter.id)


def _open(found: Exit) -> tuple[ColumnElement[bool], ...]:
    return (TailItem.exit_id == found.id, TailItem.kind == KIND, TailItem.state == "open")


def matter_of(session: Session, business_key: str | None) -> TailItem | None:
    """The matter that a case is about, by its key ``EX-00001/12``."""
    number, _, rest = (business_key or "").partition("/")
    found = session.get(TailItem, int(rest)) if rest.isascii() and rest.isdigit() and len(rest) < 16 else None
    return found if found is not None and (found.exit_id, found.kind) == (id_of(number), KIND) else None


def waits_for_case(session: Session, business_key: str | None) -> bool:
    """Whether a report opened this matter a moment ago."""
    matter = matter_of(session, business_key)
    begun = select(ProcessInstance.id).where(
        ProcessInstance.process_key == PROCESS, ProcessInstance.business_key == business_key
    )
    return matter is not None and matter.state == "open" and session.scalar(begun.limit(1)) is None


def of_case(session: Session, instance: ProcessInstance) -> tuple[Exit, TailItem]:
    matter = matter_of(session, instance.business_key)
    if matter is None:
        raise Conflict(N_("This case has no exit."), code="no_exit")
    return session.get_one(Exit, matter.exit_id), matter


def record_untold(
    uow: Session, instance: ProcessInstance, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """The named person says how it was settled; it stands beside each of the holdings."""
    require_attached(uow, instance.id, answers.get("evidence") or [])
    found, matter = of_case(uow, instance)
    said = {"decision": TOLD, "decision_reason": answers["note"], "decided_by": actor.username}
    changed = update(MigrationItem).where(*moved_untold(found)).values(**said)
    uow.execute(changed, execution_options={"synchronize_session": False})
    matter.state, matter.note = "settled", answers["note"]
    matter.settled_by, matter.settled_at = actor.username, now
    note(uow, found, "exit.tail_settled", actor, now, kind=KIND, reason=matter.note)
