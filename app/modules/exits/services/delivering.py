"""What became of the notices: counted as for rollouts, and each customer who was not reached is named.

Their silence must not count: they become exceptions, as those do who cannot be told at all (``rules.items``); for those
who were moved before the report came, the named person has a case of their own (``untold``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from sqlalchemy import cast, func, select, update
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Fault, Invalid, NotFound
from app.kernel.i18n import N_
from app.kernel.outbox import OutboxMessage
from app.modules.changes.rules.delivery import Delivered, state_of
from app.modules.changes.services.counting import count
from app.modules.customers.models import Customer, Holding
from app.modules.exits.models import ExitNotice, MigrationItem
from app.modules.exits.services.records import for_change, note
from app.modules.exits.services.untold import see_to

WRONG = N_("Some of what was entered is not right.")
MOST_FAULTS = 20


@dataclass(frozen=True)
class Report:
    """What the sending system counted of a notice up to now; ``undelivered``: the customers who were not reached."""

    sent: int
    delivered: int
    undelivered: Sequence[str]
    source: str


def report(uow: Session, *, number: str, notice: int, said: Report, actor: Actor, now: datetime) -> ExitNotice:
    """Keep the totals, and beside each holding whether its customer was reached. The same again changes nothing.

    404 for an unknown notice; 422 for somebody whom it was not for, or more than it was for; 409 for counts that go
    back.
    """
    found = for_change(uow, number, actor, "notice.report")
    row = uow.get(ExitNotice, notice)
    if row is None or row.exit_id != found.id:
        raise NotFound(N_("There is no such notice."))
    addressed = uow.get_one(OutboxMessage, row.outbox_id).payload["customers"]
    _require_addressed(said, addressed)
    missed = set(said.undelivered)
    counts = Delivered(said.sent, said.delivered, len(missed))
    told = count(row, counts, source=said.source, actor=actor, now=now)
    _mark(uow, row, missed, unreached=True)
    _mark(uow, row, set(addressed) - missed, unreached=False)
    if told is not None:
        note(uow, found, "exit.notice_reported", actor, now, **told)
    see_to(uow, found, now)
    return row


def _require_addressed(said: Report, addressed: Sequence[str]) -> None:
    message = N_("This customer was not told by this notice.")
    faults = [
        Fault(f"/undelivered/{place}", message, code="unknown")
        for place, customer in enumerate(said.undelivered)
        if customer not in addressed
    ]
    if said.sent > len(addressed):
        many = N_("The notice was for %(count)s customers.")
        faults.append(Fault("/sent", many, {"count": len(addressed)}, "counts"))
    if faults:
        raise Invalid(WRONG, faults=faults[:MOST_FAULTS])


def _mark(uow: Session, row: ExitNotice, customers: set[str], *, unreached: bool) -> None:
    held = select(Holding.id).join(Customer, Customer.id == Holding.customer_id).where(Customer.number.in_(customers))
    mine = (MigrationItem.exit_id == row.exit_id, MigrationItem.notice_batch == row.batch_id)
    changed = update(MigrationItem).where(*mine, MigrationItem.holding_id.in_(held))
    uow.execute(changed.values(unreached=unreached), execution_options={"synchronize_session": False})


@dataclass(frozen=True)
class Tally:
    """The notices to one customer group through one channel, added up over the batches."""

    customer_group: str | None
    channel: str
    customers: int
    sent: int
    delivered: int
    failed: int
    reported_at: datetime | None

    @property
    def state(self) -> str:
        return state_of(reported=self.reported_at is not None, failed=self.failed)


def tallies_of(session: Session, exit_id: int) -> list[Tally]:
    """By customer group and channel; those of no group, or several, come last."""
    by = (ExitNotice.customer_group, ExitNotice.channel)
    counted = (ExitNotice.customers, ExitNotice.sent, ExitNotice.delivered, ExitNotice.failed)
    sums = [cast(func.sum(column), column.type) for column in counted]
    rows = session.execute(
        select(*by, *sums, func.max(ExitNotice.reported_at)).where(ExitNotice.exit_id == exit_id).group_by(*by)
    )
    found = list(starmap(Tally, rows))
    return sorted(found, key=lambda tally: (tally.customer_group is None, tally.customer_group or "", tally.channel))


def notices_of(session: Session, exit_id: int, *, after: int | None = None, limit: int) -> list[ExitNotice]:
    """Notice by notice, as they were sent; one more than ``limit``."""
    wanted = select(ExitNotice).where(ExitNotice.exit_id == exit_id).order_by(ExitNotice.id).limit(limit + 1)
    return list(session.scalars(wanted.where(ExitNotice.id > after) if after is not None else wanted))
