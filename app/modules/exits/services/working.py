"""What a batch does with its holdings: told, moved, paid out on their day, set aside; a row becomes what rules say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import starmap
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.kernel import outbox
from app.kernel.clock import accounting_date
from app.kernel.database import table_of
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.queries import version_by_number
from app.modules.customers.models import Account, Customer, Holding
from app.modules.customers.rules.states import OPEN, is_dormant
from app.modules.customers.services import end_holdings, move_holdings
from app.modules.exits.models import Exit, ExitPlan, MigrationItem, MigrationMap
from app.modules.exits.rules import items
from app.modules.exits.rules.one_holder import Holder, Way
from app.modules.exits.services.notifying import send
from app.modules.exits.services.planning import map_of
from app.modules.exits.services.records import plan_of

SET_ASIDE = "holdings.settled"
"""What core banking is told: which holdings of which batch it books over, pays out or sets aside."""


@dataclass(frozen=True)
class Row:
    """A holding in the exit, with what is known of it now."""

    id: int
    state: str
    version: int
    principal: Decimal
    holding_id: int
    product_code: str
    status: str
    matures_on: date | None
    last_activity_on: date
    now_principal: Decimal
    account_status: str
    customer: str
    contact: str
    unreached: bool
    term: str | None
    negotiated: Mapping[str, Any] | None

    @property
    def holder(self) -> Holder:
        return Holder(self.term, self.now_principal, self.negotiated or {})

    def held(self, today: date) -> items.Held:
        asleep = is_dormant(self.status, self.matures_on, self.last_activity_on, today)
        return items.Held(
            open=self.status in OPEN,
            matures_on=self.matures_on,
            dormant=asleep or (self.account_status == "dormant" and self.matures_on is None),
            reachable=self.contact != "none",
            unreached=self.unreached,
        )


@dataclass(frozen=True)
class Became:
    """A row and the verbs it is taken along; no verbs: it waits until ``due_on``."""

    row: Row
    verbs: Sequence[str]
    reason: str | None = None
    due_on: date | None = None


def rows_of(uow: Session, ids: Sequence[int]) -> list[Row]:
    """The claimed holdings, by id."""
    found = (
        select(
            MigrationItem.id,
            MigrationItem.state,
            MigrationItem.version,
            MigrationItem.principal,
            MigrationItem.holding_id,
            Holding.product_code,
            Holding.status,
            Holding.matures_on,
            Holding.last_activity_on,
            Holding.principal,
            Account.status,
            Customer.number,
            Customer.contact,
            MigrationItem.unreached,
            Holding.term,
            Holding.negotiated,
        )
        .join(Holding, Holding.id == MigrationItem.holding_id)
        .join(Account, Account.id == Holding.account_id)
        .join(Customer, Customer.id == Holding.customer_id)
        .where(MigrationItem.id.in_(ids))
        .order_by(MigrationItem.id)
    )
    return list(starmap(Row, uow.execute(found)))


def notice_rows(uow: Session, found: Exit, rows: Sequence[Row], batch: int, now: datetime) -> list[Became]:
    """Customers are told one by one, each the way they want to be."""
    today, until = accounting_date(now), found.answers_until or accounting_date(now)
    became = [_became(row, items.noticing(row.held(today), today, until)) for row in rows]
    told = [{"number": b.row.customer, "contact": b.row.contact} for b in became if "notify" in b.verbs]
    plan = plan_of(uow, found)
    send(uow, found, plan, told, batch, now)
    _carry_out(uow, found, plan, {}, became, now)
    return became


def settle_rows(uow: Session, found: Exit, rows: Sequence[Row], now: datetime) -> list[Became]:
    """What customers have answered is done; silence moves only what does not worsen."""
    today, plan = accounting_date(now), plan_of(uow, found)
    ways = ways_of(uow, found, plan) if plan.way == items.REPLACEMENT else {}
    became = [
        _became(row, items.settling(row.state, row.held(today), today, way=plan.way, worsens=_worsens(ways, row)))
        for row in rows
    ]
    _carry_out(uow, found, plan, ways, became, now)
    return became


def _worsens(ways: Mapping[int, Way], row: Row) -> bool:
    return row.version in ways and ways[row.version].worsens(row.holder)


def _became(row: Row, course: items.Course) -> Became:
    return Became(row, course.verbs, course.reason, course.due_on)


def ways_of(session: Session, found: Exit, plan: ExitPlan) -> dict[int, Way]:
    """From each version of the product to the target, as the plan chose for it."""
    chosen: dict[int, list[MigrationMap]] = defaultdict(list)
    for row in map_of(session, found.id):
        chosen[row.version].append(row)
    target = version_by_number(session, plan.target_code or "", plan.target_version or 0)
    held = select(ProductVersion).where(ProductVersion.product_code == found.product_code)
    return {v.number: Way(v.content, target.content, chosen[v.number]) for v in session.scalars(held)}


def _carry_out(
    uow: Session,
    found: Exit,
    plan: ExitPlan,
    ways: Mapping[int, Way],
    became: Sequence[Became],
    now: datetime,
) -> None:
    """The holdings themselves, and one message to core banking about the batch."""
    by_verb: Mapping[str, list[Row]] = defaultdict(list)
    for one in became:
        for verb in one.verbs:
            by_verb[verb].append(one.row)
    _refresh(uow, [one.row for one in became])
    if by_verb["move"] and plan.target_code and plan.target_version:
        agreed = {row.holding_id: ways[row.version].agreed(row.holder) for row in by_verb["move"]}
        move_holdings(uow, list(agreed), to=(plan.target_code, plan.target_version), agreed=agreed)
    end_holdings(uow, [row.holding_id for row in by_verb["mature"]], verbs=("mature", "close"))
    end_holdings(uow, [row.holding_id for row in by_verb["lay_dormant"]], verbs=("close",))
    counts = {verb: len(rows) for verb, rows in by_verb.items() if verb in {"move", "mature", "lay_dormant"}}
    if any(counts.values()):
        outbox.put(uow, topic=SET_ASIDE, payload={"exit": found.number, "counts": counts}, now=now)


def _refresh(uow: Session, rows: Sequence[Row]) -> None:
    """What was drawn or paid in since the holding was identified is part of what is settled."""
    changed = [{"item": row.id, "now": row.now_principal} for row in rows if row.now_principal != row.principal]
    if changed:
        table = table_of(MigrationItem)
        uow.connection().execute(
            update(table).where(table.c.id == bindparam("item")).values(principal=bindparam("now")), changed
        )
