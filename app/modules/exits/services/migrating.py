"""The exit's holdings from the case's point of view: each phase begun, and what is left when one is over."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.clock import accounting_date, start_of_day
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue import services as catalogue
from app.modules.exits.models import Exit, MigrationItem
from app.modules.exits.rules.states import WAITING
from app.modules.exits.services import batches, notifying
from app.modules.exits.services.planning import map_of
from app.modules.exits.services.records import for_change, move, note, plan_of


def identify(uow: Session, found: Exit, *, actor: Actor, now: datetime) -> None:
    """Sales have ended: the product is exiting, and what is held of it becomes rows."""
    catalogue.advance(uow, product_code=found.product_code, verb="exit", actor=actor, now=now)
    note(uow, found, "exit.migrating", actor, now, **move(found, "migrate"))
    batches.begin(uow, found, batches.IDENTIFY, now)


def notify(uow: Session, found: Exit, *, element: str | None, now: datetime) -> str:
    """Customers are told; gives the instant from which answers are no longer waited for."""
    least = notifying.record_policy(uow, found, map_of(uow, found.id), element, now)
    days = max(least, plan_of(uow, found).answer_days)
    found.answers_until = accounting_date(now) + timedelta(days=days)
    batches.begin(uow, found, batches.NOTIFY, now)
    return start_of_day(found.answers_until + timedelta(days=1)).isoformat()


def settle(uow: Session, found: Exit, now: datetime) -> None:
    """What has its answer or its day is settled; 409 while answers are waited for, where the case was put by hand."""
    if found.answers_until is None or accounting_date(now) <= found.answers_until:
        raise Conflict(N_("Customers still have time to answer."), code="answers_awaited")
    batches.begin(uow, found, batches.SETTLE, now)


def what_is_left(uow: Session, found: Exit, now: datetime) -> dict[str, Any]:
    """After a round: exceptions that nobody has decided, holdings that wait, and when the next round begins.

    Next month, even where nothing matures until then: customers may consent as long as they hold it.
    """
    open_exceptions = select(func.count()).where(MigrationItem.exit_id == found.id, *undecided())
    waiting = select(func.count()).where(MigrationItem.exit_id == found.id, MigrationItem.state.in_(WAITING))
    return {
        "exceptions": uow.scalar(open_exceptions) or 0,
        "waiting": uow.scalar(waiting) or 0,
        "next_round": start_of_day(_month_after(accounting_date(now))).isoformat(),
        "exception_owner": plan_of(uow, found).exception_owner,
    }


def undecided() -> tuple[Any, ...]:
    """Of ``MigrationItem``: exceptions that the named person has not decided on."""
    return (MigrationItem.state == "exception", MigrationItem.decided_by.is_(None))


def _month_after(day: date) -> date:
    """The first day of the month after ``day``: there is one round a month."""
    return day.replace(day=monthrange(day.year, day.month)[1]) + timedelta(days=1)


def hold(uow: Session, *, number: str, actor: Actor, now: datetime) -> Exit:
    """An operator stops the batches; what is in hand is finished."""
    found = for_change(uow, number, actor, "exit.operate")
    if found.held_by is not None:
        raise Conflict(N_("The batches are stopped already."), code="held")
    found.held_by = actor.username
    note(uow, found, "exit.held", actor, now)
    return found


def resume(uow: Session, *, number: str, actor: Actor, now: datetime) -> Exit:
    """The batches go on where they were."""
    found = for_change(uow, number, actor, "exit.operate")
    if found.held_by is None:
        raise Conflict(N_("The batches are not stopped."), code="not_held")
    found.held_by = None
    note(uow, found, "exit.resumed", actor, now)
    return found
