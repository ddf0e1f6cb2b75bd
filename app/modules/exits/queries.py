"""Exits for reading: lists, holdings, progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.modules.catalogue.models import Product
from app.modules.customers.models import Customer, Holding
from app.modules.exits.models import Exit, ExitDecision, ExitOpinion, MigrationItem
from app.modules.exits.rules.states import ENDED, ITEM_STATES, SETTLED
from app.modules.exits.services.batches import count_by_state
from app.workflow.models import ProcessInstance, Task


def exits_of(
    session: Session,
    actor: Actor,
    *,
    product: str | None = None,
    running: bool = False,
    after: int | None = None,
    limit: int,
) -> list[Exit]:
    """Those the actor may see, the latest first; one more than ``limit``."""
    found = select(Exit).where(*_visible(actor)).order_by(Exit.id.desc()).limit(limit + 1)
    if product is not None:
        found = found.where(Exit.product_code == product)
    if running:
        found = found.where(Exit.state.not_in(ENDED))
    if after is not None:
        found = found.where(Exit.id < after)
    return list(session.scalars(found))


def _visible(actor: Actor) -> list[ColumnElement[bool]]:
    """As ``exit.see`` says: whoever reads all, proposed it, owns the product, or takes part in the case."""
    if actor.reads_all:
        return []
    named = Task.department.in_(sorted(actor.groups)) | (Task.assignee == actor.username)
    asked = select(Task.instance_id).where(named, Task.instance_id == Exit.instance_id)
    mine = (Exit.initiator == actor.username) | (Exit.owner_department == actor.department)
    return [mine | asked.exists()]


def names_of(session: Session, rows: Sequence[Exit]) -> dict[str, dict[str, str]]:
    """Product code → names by language."""
    codes = {row.product_code for row in rows}
    found = session.execute(select(Product.code, Product.names).where(Product.code.in_(codes)))
    return {code: names for code, names in found}


def settled_of(session: Session, rows: Sequence[Exit]) -> dict[int, tuple[int, int]]:
    """Exit → how many of its holdings are settled, of how many."""
    done = case((MigrationItem.state.in_((*SETTLED, "reconciled")), 1), else_=0)
    counted = select(MigrationItem.exit_id, func.sum(done), func.count()).group_by(MigrationItem.exit_id)
    found = session.execute(counted.where(MigrationItem.exit_id.in_([row.id for row in rows])))
    return {exit_id: (settled, total) for exit_id, settled, total in found}


def items_of(
    session: Session,
    found: Exit,
    *,
    state: str | None = None,
    unreached: bool = False,
    after: int | None = None,
    limit: int,
) -> list[MigrationItem]:
    """Holdings of the exit in the order in which they were identified; one more than ``limit``."""
    wanted = select(MigrationItem).where(MigrationItem.exit_id == found.id).order_by(MigrationItem.id).limit(limit + 1)
    if state is not None:
        wanted = wanted.where(MigrationItem.state == state)
    if unreached:
        wanted = wanted.where(MigrationItem.unreached)
    if after is not None:
        wanted = wanted.where(MigrationItem.id > after)
    return list(session.scalars(wanted))


def opinions_of(session: Session, found: Exit) -> list[ExitOpinion]:
    """What the departments said, as they said it."""
    return list(session.scalars(select(ExitOpinion).where(ExitOpinion.exit_id == found.id).order_by(ExitOpinion.id)))


def decisions_of(session: Session, found: Exit) -> list[ExitDecision]:
    return list(session.scalars(select(ExitDecision).where(ExitDecision.exit_id == found.id).order_by(ExitDecision.id)))


def exceptions_of(session: Session, found: Exit, *, limit: int) -> list[MigrationItem]:
    """Those that nobody has decided on come first; ``limit`` at most."""
    mine = select(MigrationItem).where(MigrationItem.exit_id == found.id, MigrationItem.state == "exception")
    ordered = mine.order_by(MigrationItem.decided_by.is_not(None), MigrationItem.id)
    return list(session.scalars(ordered.limit(limit)))


def customers_of(session: Session, rows: Sequence[MigrationItem]) -> dict[int, str]:
    """Holding → the number of its customer."""
    found = select(Holding.id, Customer.number).join(Customer, Customer.id == Holding.customer_id)
    pairs = session.execute(found.where(Holding.id.in_([row.holding_id for row in rows])))
    return {holding: number for holding, number in pairs}


def progress_of(session: Session, found: Exit) -> dict[str, Any]:
    """How many holdings are in each state, in the order of the process, and how many customers were not reached."""
    counts = count_by_state(session, found.id)
    missed = select(func.count()).where(MigrationItem.exit_id == found.id, MigrationItem.unreached)
    states = {state: counts.get(state, 0) for state in ITEM_STATES}
    return {
        "total": sum(counts.values()),
        "states": states,
        "unreached": session.scalar(missed) or 0,
        "phase": found.phase,
        "held_by": found.held_by,
    }


def case_of(session: Session, found: Exit) -> ProcessInstance:
    return session.get_one(ProcessInstance, found.instance_id)
