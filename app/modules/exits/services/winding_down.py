"""Wind-down 善后: what remains is settled by its owner, all adds up to zero, and only then the product retires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.identity.actors import Actor
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue import services as catalogue
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import OPEN
from app.modules.exits.models import Exit, MigrationItem, TailItem
from app.modules.exits.services import batches
from app.modules.exits.services.records import move, note, plan_of
from app.workflow.tasks.attachments import require_attached

RESIDUAL = ("dormant", "exception")


def tail_inputs(session: Session, found: Exit) -> dict[str, Any]:
    """What says which matters remain."""
    left = select(func.count()).where(MigrationItem.exit_id == found.id, MigrationItem.state.in_(RESIDUAL))
    return {"residual": session.scalar(left) or 0, "way": plan_of(session, found).way}


def open_tail(
    uow: Session, found: Exit, *, matters: Sequence[Mapping[str, Any]], actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    """A tail item for each matter that the table names; gives what the case routes by."""
    note(uow, found, "exit.winding_down", actor, now, matters=len(matters), **move(found, "wind_down"))
    rows = [
        TailItem(
            exit_id=found.id,
            kind=matter["kind"],
            owner=matter["owner"],
            due_on=accounting_date(now) + timedelta(days=int(matter["days"])),
            state="open",
        )
        for matter in matters
    ]
    uow.add_all(rows)
    uow.flush()
    return [{"id": row.id, "owner": row.owner} for row in rows]


def settle_tail(
    uow: Session, found: Exit, item_id: int, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """The owner says how a matter was settled, with evidence where there is some."""
    require_attached(uow, found.instance_id, answers.get("evidence") or [])
    item = uow.get_one(TailItem, item_id)
    item.state, item.note, item.settled_by, item.settled_at = "settled", answers["note"], actor.username, now
    note(uow, found, "exit.tail_settled", actor, now, kind=item.kind, reason=item.note)


def tail_of(session: Session, found: Exit) -> list[TailItem]:
    return list(session.scalars(select(TailItem).where(TailItem.exit_id == found.id).order_by(TailItem.id)))


def reconcile(uow: Session, found: Exit, now: datetime) -> None:
    batches.begin(uow, found, batches.RECONCILE, now)


@dataclass(frozen=True)
class Sum:
    """So many holdings, so much money."""

    count: int = 0
    amount: Decimal = Decimal(0)


def total(found: Mapping[str, Sum]) -> Sum:
    return Sum(sum(s.count for s in found.values()), sum((s.amount for s in found.values()), Decimal(0)))


@dataclass(frozen=True)
class Reconciliation:
    """One currency: what was identified, what became of it, what arrived, and what is still open."""

    currency: str
    identified: Sum
    outcomes: Mapping[str, Sum] = field(default_factory=dict)
    source: Sum = Sum()
    """The holdings that were identified, as they stand in the records of customers."""
    arrived: Sum = Sum()
    """The holdings that came of them in the replacement."""
    still_open: Sum = Sum()
    """Holdings of the product on which something is still owed, identified or not."""

    @property
    def balanced(self) -> bool:
        """Count and cent by cent."""
        moved = self.outcomes.get("moved", Sum())
        done = total(self.outcomes)
        return self.identified == done == self.source and moved == self.arrived and not self.still_open.count


def reconciliation(session: Session, found: Exit) -> list[Reconciliation]:
    """For each currency, out of the records as they are now."""
    outcome = func.coalesce(MigrationItem.outcome, MigrationItem.state)
    mine = MigrationItem.exit_id == found.id
    outcomes: dict[str, dict[str, Sum]] = defaultdict(dict)
    by_outcome = select(MigrationItem.currency, outcome, func.count(), func.sum(MigrationItem.principal)).where(mine)
    for currency, state, count, amount in session.execute(by_outcome.group_by(MigrationItem.currency, outcome)):
        outcomes[currency][state] = Sum(count, amount)
    new = aliased(Holding)
    joined = select(Holding.currency, func.count(), func.sum(Holding.principal)).join(
        MigrationItem, MigrationItem.holding_id == Holding.id
    )
    source = _sums(session, joined.where(mine).group_by(Holding.currency))
    came = select(new.currency, func.count(), func.sum(new.principal)).join(
        MigrationItem, MigrationItem.holding_id == new.came_from
    )
    arrived = _sums(session, came.where(mine).group_by(new.currency))
    left = select(Holding.currency, func.count(), func.sum(Holding.principal)).where(
        Holding.product_code == found.product_code, Holding.status.in_(OPEN)
    )
    still = _sums(session, left.group_by(Holding.currency))
    return [
        Reconciliation(
            currency=currency,
            identified=total(outcomes.get(currency, {})),
            outcomes=_done(outcomes.get(currency, {})),
            source=source.get(currency, Sum()),
            arrived=arrived.get(currency, Sum()),
            still_open=still.get(currency, Sum()),
        )
        for currency in sorted({*outcomes, *source, *arrived, *still})
    ]


def _sums(session: Session, query: Any) -> dict[str, Sum]:
    return {currency: Sum(count, amount) for currency, count, amount in session.execute(query)}


def _done(found: Mapping[str, Sum]) -> dict[str, Sum]:
    return {state: total for state, total in found.items() if state in batches.PHASES[batches.RECONCILE].states}


def is_balanced(session: Session, found: Exit) -> bool:
    """Whether everything adds up to zero and no matter is open."""
    session.flush()
    return all(row.balanced for row in reconciliation(session, found)) and not any(
        item.state == "open" for item in tail_of(session, found)
    )


def record_difference(uow: Session, found: Exit, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """What was wrong and how it was put right; then it is reconciled again."""
    note(uow, found, "exit.difference_cleared", actor, now, reason=answers["note"])


def retire(uow: Session, found: Exit, *, actor: Actor, now: datetime) -> None:
    """The product retires; 409 with a cent or a matter left (rule 9)."""
    if not is_balanced(uow, found):
        raise Conflict(N_("The product cannot retire: holdings, money or matters are left."), code="not_reconciled")
    catalogue.advance(uow, product_code=found.product_code, verb="retire", actor=actor, now=now)
    found.ended_at = now
    note(uow, found, "exit.retired", actor, now, **move(found, "retire"))
