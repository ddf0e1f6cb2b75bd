"""What customers answer, one by one and in bulk, and what the named person decides on exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict, Fault, Invalid, invalid
from app.kernel.i18n import N_
from app.modules.customers.services import end_holdings
from app.modules.exits.models import Exit, MigrationItem
from app.modules.exits.rules.states import ITEM_MOVES, WAITING, item_move
from app.modules.exits.services.migrating import undecided
from app.modules.exits.services.records import for_change, note

ANSWERS = ("consent", "opt_out")
WRONG = N_("Some of what was entered is not right.")
DECISIONS: Mapping[str, str | None] = {"move": "consent", "pay_out": "close", "dormant": "lay_dormant", "except": None}
"""What may be decided on an exception → the verb; excepted, it stays one in the name of whoever decided."""


@dataclass(frozen=True)
class Answer:
    """What the customer of a holding says."""

    holding: int
    answer: str


def record_answers(
    uow: Session, *, number: str, answers: Sequence[Answer], source: str, actor: Actor, now: datetime
) -> int:
    """All of them or none; 422 names each line that cannot be. Gives how many holdings changed their state.

    The same answer again changes nothing. What was moved or has ended is not answered any more.
    """
    found = for_change(uow, number, actor, "exit.answer")
    items = _items(uow, found, [answer.holding for answer in answers])
    faults = list(_faults(answers, items))
    if faults:
        raise Invalid(WRONG, faults=faults)
    changed: dict[str, list[int]] = {}
    for answer in answers:
        item = items[answer.holding]
        to = ITEM_MOVES.get((item.state, answer.answer))
        if to is not None:
            changed.setdefault(to, []).append(item.id)
    for to, ids in changed.items():
        said = {"state": to, "answered_at": now, "answered_by": actor.username, "answer_source": source}
        day = {"due_on": _due(found, now)}
        uow.execute(update(MigrationItem).where(MigrationItem.id.in_(ids)).values(**said, **day))
    counts = {to: len(ids) for to, ids in changed.items()}
    note(uow, found, "exit.answered", actor, now, counts=counts, source=source)
    return sum(counts.values())


def _due(found: Exit, now: datetime) -> Any:
    """While customers may answer, when that is over; later answers count from the next round."""
    return max(found.answers_until or accounting_date(now), accounting_date(now))


def _items(uow: Session, found: Exit, holdings: Sequence[int]) -> dict[int, MigrationItem]:
    wanted = select(MigrationItem).where(MigrationItem.exit_id == found.id, MigrationItem.holding_id.in_(holdings))
    locked = wanted.order_by(MigrationItem.id).with_for_update()
    return {item.holding_id: item for item in uow.scalars(locked, execution_options={"populate_existing": True})}


def _faults(answers: Sequence[Answer], items: Mapping[int, MigrationItem]) -> list[Fault]:
    faults, seen = [], set()
    for place, answer in enumerate(answers):
        item, pointer = items.get(answer.holding), f"/answers/{place}/holding"
        if item is None:
            faults.append(Fault(pointer, N_("This holding is not part of the exit."), code="unknown"))
        elif answer.holding in seen:
            faults.append(Fault(pointer, N_("The holding is answered for twice."), code="twice"))
        elif item.state not in (*WAITING, "exception"):
            message = N_("The holding is %(state)s in this exit; this cannot be done now.")
            faults.append(Fault(pointer, message, {"state": item.state}, "wrong_state"))
        seen.add(answer.holding)
    return faults


def decide_exception(
    uow: Session, *, number: str, holding: int, decision: str, reason: str, actor: Actor, now: datetime
) -> MigrationItem:
    """What becomes of one exception, by the person whom the plan names (rule 9)."""
    found = for_change(uow, number, actor, "exit.decide_exception")
    item = _items(uow, found, [holding]).get(holding)
    if item is None:
        raise invalid("/holding", N_("This holding is not part of the exit."), code="unknown")
    _decide(uow, found, [item], decision, reason, actor, now)
    uow.flush()
    uow.refresh(item)
    return item


def _decide(
    uow: Session,
    found: Exit,
    items: Sequence[MigrationItem],
    decision: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    verb = DECISIONS[decision]
    for item in items:
        if item.state != "exception" or item.decided_by is not None:
            raise Conflict(N_("Nothing is to be decided on this holding."), code="wrong_state")
        item.state = item_move(item.state, verb) if verb else item.state
        item.due_on = accounting_date(now) if decision == "move" else None
        item.decision, item.decision_reason, item.decided_by = decision, reason, actor.username
    if decision != "move":
        end_holdings(uow, [item.holding_id for item in items], verbs=("close",))
    uow.flush()
    told = {"decision": decision, "reason": reason, "holdings": len(items)}
    note(uow, found, "exit.exception_decided", actor, now, **told)


MOST_AT_ONCE = 500


def decide_rest(uow: Session, found: Exit, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """As the task is completed: all that is left is decided alike, or nothing may be left."""
    left = select(MigrationItem).where(MigrationItem.exit_id == found.id, *undecided()).order_by(MigrationItem.id)
    if answers["decision"] == "as_decided":
        if uow.scalar(left.limit(1)) is not None:
            message = N_("Some exceptions are not decided yet: decide on each, or on all that are left.")
            raise invalid("/data/decision", message, code="undecided")
        return
    while items := list(uow.scalars(left.limit(MOST_AT_ONCE))):
        _decide(uow, found, items, answers["decision"], answers["reason"], actor, now)
