"""Holdings worked as rows, some hundred in a transaction, by any number of workers (``SKIP LOCKED``).

A batch is one unit of work: its rows, the new holdings, the messages and one link of the exit's chain. A kill
leaves all of it or nothing. What ends a phase wakes the case by a message.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, insert_rows, session, unit_of_work
from app.modules.catalogue.rules.content import canonical
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import OPEN
from app.modules.exits.models import Exit, ExitBatch, MigrationItem
from app.modules.exits.rules.states import SETTLED, WAITING, item_move
from app.modules.exits.services.records import note
from app.modules.exits.services.working import Became, notice_rows, rows_of, settle_rows
from app.workflow.messages.outgoing import send_out

SIZE = 500
"""Holdings in a batch."""
IDENTIFY, NOTIFY, SETTLE, RECONCILE = "identify", "notify", "settle", "reconcile"


@dataclass(frozen=True)
class Phase:
    """Which holdings a phase works, and the message that tells the case when none is left."""

    states: Sequence[str]
    message: str
    by_day: bool = False
    """Whether only those are worked whose day has come."""


PHASES = {
    IDENTIFY: Phase((), "holdings_identified"),
    NOTIFY: Phase(("identified",), "holdings_noticed"),
    SETTLE: Phase(WAITING, "holdings_settled", by_day=True),
    RECONCILE: Phase(SETTLED, "holdings_reconciled"),
}


def run_batches(now: datetime) -> int:
    """A batch of each exit that has work and is not held; gives how many there were."""
    waiting = select(Exit.id).where(Exit.phase.is_not(None), Exit.held_by.is_(None)).order_by(Exit.id)
    ids = list(session().scalars(waiting))
    end_read()
    return sum(_one(exit_id, now) for exit_id in ids)


def _one(exit_id: int, now: datetime) -> bool:
    with unit_of_work() as uow:
        found = _taken(uow, exit_id)
        if found.phase is not None and found.held_by is None and _work(uow, found, now):
            return True
    return _end_phase(exit_id, now)


def _taken(uow: Session, exit_id: int) -> Exit:
    """Shared with the other batches, and whoever changes the exit itself waits for them.

    Identifying goes on from where the exit says it stands: one at a time, and locked
    so from the beginning, because two that share a lock and both want more wait for ever.
    """
    phase = uow.scalar(select(Exit.phase).where(Exit.id == exit_id))
    shared = phase not in {None, IDENTIFY}
    row = select(Exit).where(Exit.id == exit_id).with_for_update(read=shared, key_share=shared)
    return uow.scalars(row, execution_options={"populate_existing": True}).one()


def _work(uow: Session, found: Exit, now: datetime) -> bool:
    if found.phase == IDENTIFY:
        return identify(uow, found, now)
    ids = _claim(uow, found, accounting_date(now))
    if not ids:
        return False
    batch = ExitBatch(exit_id=found.id, phase=found.phase, counts={}, hash="", at=now)
    uow.add(batch)
    uow.flush()
    rows = rows_of(uow, ids)
    if found.phase == NOTIFY:
        became = notice_rows(uow, found, rows, batch.id, now)
    elif found.phase == SETTLE:
        became = settle_rows(uow, found, rows, now)
    else:
        became = [Became(row, ("reconcile",)) for row in rows]
    _keep(uow, found, batch, became, now)
    return True


def _claim(uow: Session, found: Exit, today: date) -> list[int]:
    """Holdings that no other worker has in hand, state by state along the index."""
    for state in PHASES[found.phase or ""].states:
        wanted = select(MigrationItem.id).where(*_due(found, (state,), today))
        ordered = wanted.order_by(MigrationItem.due_on, MigrationItem.id).limit(SIZE)
        ids = list(uow.scalars(ordered.with_for_update(skip_locked=True)))
        if ids:
            return ids
    return []


def _due(found: Exit, states: Sequence[str], today: date) -> list[ColumnElement[bool]]:
    mine = [MigrationItem.exit_id == found.id, MigrationItem.state.in_(states)]
    return [*mine, MigrationItem.due_on <= today] if PHASES[found.phase or ""].by_day else mine


def identify(uow: Session, found: Exit, now: datetime) -> bool:
    """The next open holdings of the product become rows of the exit, in the order of their ids."""
    held = select(Holding.id, Holding.version, Holding.principal, Holding.currency).where(
        Holding.product_code == found.product_code, Holding.status.in_(OPEN), Holding.id > found.identified_to
    )
    rows = uow.execute(held.order_by(Holding.id).limit(SIZE)).all()
    if not rows:
        return False
    items = [
        {
            "exit_id": found.id,
            "holding_id": row.id,
            "version": row.version,
            "principal": row.principal,
            "currency": row.currency,
            "state": "identified",
        }
        for row in rows
    ]
    insert_rows(uow, MigrationItem, items)
    found.identified_to = rows[-1].id
    links = [[row.id, None, "identified", str(row.principal)] for row in rows]
    batch = ExitBatch(exit_id=found.id, phase=IDENTIFY, counts={"identified": len(rows)}, hash=_hash(links), at=now)
    uow.add(batch)
    uow.flush()
    _link(uow, found, batch, now)
    return True


def _keep(uow: Session, found: Exit, batch: ExitBatch, became: Sequence[Became], now: datetime) -> None:
    """Every holding along its table; those that became the same are written by one statement."""
    column = {NOTIFY: "notice_batch", SETTLE: "settle_batch", RECONCILE: "reconcile_batch"}[batch.phase]
    groups: dict[tuple[Any, ...], list[int]] = {}
    links = []
    for one in became:
        state = _along(one.row.state, one.verbs)
        outcome = one.row.state if state == "reconciled" else None
        groups.setdefault((state, outcome, one.reason, one.due_on), []).append(one.row.id)
        links.append([one.row.holding_id, one.row.state, state, str(one.row.principal)])
    for (state, outcome, reason, due_on), ids in groups.items():
        values = {"state": state, "outcome": outcome, "due_on": due_on, column: batch.id}
        if reason is not None:
            values["reason"] = reason
        uow.execute(update(MigrationItem).where(MigrationItem.id.in_(ids)).values(**values))
    batch.counts = dict(Counter(str(link[2]) for link in links))
    batch.hash = _hash(links)
    uow.flush()
    _link(uow, found, batch, now)


def _along(state: str, verbs: Iterable[str]) -> str:
    for verb in verbs:
        state = item_move(state, verb)
    return state


def _hash(links: Sequence[Sequence[Any]]) -> str:
    """Over holding, what it was, what it became, and its principal."""
    return hashlib.sha256(canonical(sorted(links, key=lambda link: int(link[0])))).hexdigest()


def _link(uow: Session, found: Exit, batch: ExitBatch, now: datetime) -> None:
    told = {"batch": batch.id, "phase": batch.phase, "counts": batch.counts, "hash": batch.hash}
    note(uow, found, "exit.batch", SYSTEM, now, **told)


def _end_phase(exit_id: int, now: datetime) -> bool:
    """When nothing is left, the case is woken; what another worker has in hand is left to that one."""
    with unit_of_work() as uow:
        locked = select(Exit).where(Exit.id == exit_id).with_for_update()
        found = uow.scalars(locked, execution_options={"populate_existing": True}).one()
        if found.phase is None or found.held_by is not None or _left(uow, found, accounting_date(now)):
            return False
        phase, found.phase = found.phase, None
        send_out(uow, PHASES[phase].message, found.number, by=SYSTEM.username, now=now)
        note(uow, found, "exit.phase_done", SYSTEM, now, phase=phase)
    return True


def _left(uow: Session, found: Exit, today: date) -> bool:
    if found.phase == IDENTIFY:
        more = select(Holding.id).where(
            Holding.product_code == found.product_code, Holding.status.in_(OPEN), Holding.id > found.identified_to
        )
        return uow.scalar(more.limit(1)) is not None
    states = PHASES[found.phase or ""].states
    return uow.scalar(select(MigrationItem.id).where(*_due(found, states, today)).limit(1)) is not None


def begin(uow: Session, found: Exit, phase: str, now: datetime) -> None:
    """From now on the workers take the exit's holdings through this phase."""
    found.phase = phase
    note(uow, found, "exit.phase_begun", SYSTEM, now, phase=phase)


def count_by_state(reading: Session, exit_id: int) -> dict[str, int]:
    """How many holdings are in each state: the progress."""
    counted = select(MigrationItem.state, func.count()).where(MigrationItem.exit_id == exit_id)
    return {state: count for state, count in reading.execute(counted.group_by(MigrationItem.state))}
