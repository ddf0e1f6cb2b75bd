"""Entering the bank's own days. Each entry stays; the latest of a day holds."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit, clock
from app.kernel.calendar import BankDay
from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.workflow.instances.wording import say

STREAM = "calendar:bank"
PAST = N_("Deadlines were counted with this day already; only days from today on can be entered.")
NOTHING = N_("The bank has no day of its own there.")

say("calendar.set", N_("%(who)s entered a day of the bank's calendar."))


def set_day(uow: Session, *, day: date, works: bool | None, reason: str, actor: Actor, now: datetime) -> BankDay:
    """Say whether the bank works on ``day``; None leaves it to the national calendar again.

    422 for a day in the past or too far ahead, and for taking back what was never said.
    Deadlines that are counted from now on use it, in every process; those that stand stay.
    """
    require(actor, "calendar.edit")
    if day < clock.accounting_date(now):
        raise invalid("/day", PAST, code="past")
    if day.year > clock.LAST_YEAR:
        raise invalid("/day", N_("Lies too far ahead."))
    before = uow.scalar(select(BankDay.works).where(BankDay.day == day).order_by(BankDay.id.desc()).limit(1))
    if works is None and before is None:
        raise invalid("/works", NOTHING)
    row = BankDay(day=day, works=works, reason=reason.strip(), by=actor.username, at=now)
    uow.add(row)
    payload = {"day": day.isoformat(), "old": before, "new": works, "reason": reason}
    audit.record(uow, STREAM, [audit.Entry("calendar.set", actor.username, now, payload)])
    uow.flush()
    return row
