"""What must always hold between exits, their cases, the catalogue and the holdings. Run by ``flask doctor``.

That no holding is moved twice, and none stands twice in one exit, the database refuses by itself (unique keys).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.modules.catalogue.models import Product
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import OPEN as STILL_OPEN
from app.modules.exits.models import Exit, ExitBatch, ExitDecision, ExitPlan, MigrationItem, TailItem
from app.modules.exits.rules.items import REPLACEMENT
from app.modules.exits.rules.one_holder import Holder, Way
from app.modules.exits.rules.states import ENDED, ITEM_STATES, STATES
from app.modules.exits.services.batches import IDENTIFY
from app.modules.exits.services.untold import KIND as UNTOLD
from app.modules.exits.services.working import ways_of
from app.workflow.models import ProcessInstance

CASE_STATES = {
    **dict.fromkeys(STATES, frozenset({"active", "suspended", "failed"})),
    **dict.fromkeys(ENDED, frozenset({"completed"})),
}
LEAVING = frozenset({"migrating", "winding_down"})
STATUSES = {
    **dict.fromkeys(
        ("proposed", "evaluated", "planning", "in_review", "approved"), frozenset({"on_sale", "suspended"})
    ),
    "off_sale": frozenset({"off_sale"}),
    **dict.fromkeys(LEAVING, frozenset({"exiting"})),
    "retired": frozenset({"retired"}),
}
"""State of an exit → where its product may stand; a product that was kept may stand anywhere."""
DECIDED = frozenset({"approved", "off_sale", *LEAVING, "retired"})
OVER = ("matured", "closed", "dormant")
MOST_NAMED = 5
_FINAL = func.coalesce(MigrationItem.outcome, MigrationItem.state)
_SETTLED = (MigrationItem.outcome.is_not(None), MigrationItem.reconcile_batch.is_not(None))


def violations(session: Session) -> Iterator[str]:
    """One sentence for each thing that does not hold."""
    yield from _products(session)
    for found in session.scalars(select(Exit).order_by(Exit.id)):
        yield from _case(session, found)
        yield from _approved(session, found)
        if found.state in LEAVING | {"retired"}:
            yield from _complete(session, found)
            yield from _items(session, found)
            yield from _moved(session, found)
        if found.state == "retired":
            yield from _nothing_left(session, found)


def _products(session: Session) -> Iterator[str]:
    """A product leaves once at a time, and an exiting product has the exit that takes it along."""
    several = select(Exit.product_code).where(Exit.state.not_in(ENDED)).group_by(Exit.product_code)
    for code in session.scalars(several.having(func.count() > 1)):
        yield f"{code}: several exits run"
    worked = select(Exit.id).where(Exit.product_code == Product.code, Exit.state.in_(LEAVING))
    for code in session.scalars(select(Product.code).where(Product.status == "exiting", ~worked.exists())):
        yield f"{code} is exiting, but no exit works its holdings"


def _case(session: Session, found: Exit) -> Iterator[str]:
    case = session.scalar(select(ProcessInstance.state).where(ProcessInstance.id == found.instance_id))
    if case not in CASE_STATES.get(found.state, frozenset()):
        yield f"{found.number} is {found.state}, its case {case}"
    if (found.ended_at is not None) != (found.state in ENDED):
        yield f"{found.number} is {found.state}, but has {'an' if found.ended_at else 'no'} end"
    status = session.scalar(select(Product.status).where(Product.code == found.product_code))
    if found.state in STATUSES and status not in STATUSES[found.state]:
        yield f"{found.number} is {found.state}, its product {status}"


def _approved(session: Session, found: Exit) -> Iterator[str]:
    """What is carried out is what somebody approved (rule 6)."""
    latest = select(ExitDecision).where(ExitDecision.exit_id == found.id).order_by(ExitDecision.id.desc()).limit(1)
    decision, plan = session.scalar(latest), session.get(ExitPlan, found.id)
    shown = decision.content_hash if decision and decision.decision == "approve" else None
    if found.state in DECIDED and (plan is None or plan.content_hash != shown):
        yield f"{found.number} is {found.state} without an approval of its plan"


def _complete(session: Session, found: Exit) -> Iterator[str]:
    """No holding was lost on the way."""
    batches = select(ExitBatch.counts).where(ExitBatch.exit_id == found.id, ExitBatch.phase == IDENTIFY)
    identified = sum(counts["identified"] for counts in session.scalars(batches))
    count = select(func.count()).where(MigrationItem.exit_id == found.id)
    if identified != (there := session.scalar(count)):
        yield f"{found.number}: {identified} holdings were identified, {there} are there"
    known = select(MigrationItem.id).where(MigrationItem.exit_id == found.id, MigrationItem.holding_id == Holding.id)
    yield from _named(session, found, "were passed over", select(Holding.id).where(
        Holding.product_code == found.product_code, Holding.status.in_(STILL_OPEN),
        Holding.id <= found.identified_to, ~known.exists(),
    ))  # fmt: skip


def _items(session: Session, found: Exit) -> Iterator[str]:
    """Each is in one state that there is, and the records of customers say the same."""
    done = MigrationItem.state == "reconciled"
    torn = or_(MigrationItem.state.not_in(ITEM_STATES), and_(done, ~and_(*_SETTLED)), and_(~done, or_(*_SETTLED)))
    yield from _named(session, found, "are in no state that there is", _mine(found, torn))
    here, there = _FINAL == "moved", Holding.status == "moved"
    differs = or_(and_(here, ~there), and_(~here, there), and_(_FINAL.in_(OVER), Holding.status.in_(STILL_OPEN)))
    other = _mine(found, differs).join(Holding, Holding.id == MigrationItem.holding_id)
    yield from _named(session, found, "are not what the exit says of them", other)


def _moved(session: Session, found: Exit) -> Iterator[str]:
    """What was moved arrived, where it was to go and to the cent; with consent, where terms worsen (rule 9)."""
    plan, new = session.get_one(ExitPlan, found.id), aliased(Holding)
    here, came = _FINAL == "moved", new.came_from == MigrationItem.holding_id
    gone = or_(new.id.is_(None), new.product_code != plan.target_code, new.version != plan.target_version)
    arrivals = _mine(found, here, gone).outerjoin(new, came)
    yield from _named(session, found, "were moved and did not arrive in the replacement", arrivals)
    yield from _named(session, found, "arrived and were not moved", _mine(found, ~here).join(new, came))
    if found.state != "retired":
        # Afterwards the customer may draw on what arrived.
        other = or_(new.principal != MigrationItem.principal, new.currency != MigrationItem.currency)
        yield from _named(session, found, "arrived with another amount", _mine(found, here, other).join(new, came))
    silent = and_(MigrationItem.answered_at.is_(None), func.coalesce(MigrationItem.decision, "") != "move")
    yield from _worsened(session, found, plan, _mine(found, here, silent))


def _worsened(session: Session, found: Exit, plan: ExitPlan, silent: Select[int]) -> Iterator[str]:
    """Of those who said nothing, nobody's terms became worse; the rate is asked of the records themselves."""
    ways = ways_of(session, found, plan) if plan.way == REPLACEMENT else {}
    old, new = aliased(Holding), aliased(Holding)
    told = (old.term, old.principal, old.negotiated, new.term, new.principal, new.negotiated)
    pairs = select(old.id, old.version, *told).join(new, new.came_from == old.id).where(old.id.in_(silent))
    worse = [
        holding
        for holding, version, *columns in session.execute(pairs)
        if _lost(ways[version], _holder(*columns[:3]), _holder(*columns[3:]))
    ]
    yield from _about(found, "were moved to worse terms without consent", worse)


def _lost(way: Way, before: Holder, after: Holder) -> bool:
    return way.worsens(before) or way.bears_less(before, after)


def _holder(term: str | None, principal: Decimal, negotiated: Mapping[str, Any] | None) -> Holder:
    return Holder(term, principal, negotiated or {})


def _nothing_left(session: Session, found: Exit) -> Iterator[str]:
    yield from _named(session, found, "are not reconciled", _mine(found, MigrationItem.state != "reconciled"))
    held = select(Holding.id).where(Holding.product_code == found.product_code, Holding.status.in_(STILL_OPEN))
    yield from _named(session, found, "are still open, though the product retired", held)
    # A notice may be reported as lost after the product retired.
    left = (TailItem.exit_id == found.id, TailItem.state == "open", TailItem.kind != UNTOLD)
    for kind in session.scalars(select(TailItem.kind).where(*left)):
        yield f"{found.number} is retired, but the matter {kind} is open"


def _mine(found: Exit, *conditions: ColumnElement[bool]) -> Select[int]:
    """The holdings of the exit of which this is true."""
    return select(MigrationItem.holding_id).where(MigrationItem.exit_id == found.id, *conditions)


def _named(session: Session, found: Exit, what: str, holdings: Select[int]) -> Iterator[str]:
    """One sentence about all of them, naming the first."""
    yield from _about(found, what, session.scalars(holdings).all())


def _about(found: Exit, what: str, ids: Sequence[int]) -> Iterator[str]:
    if ids:
        named = ", ".join(map(str, sorted(ids)[:MOST_NAMED]))
        yield f"{found.number}: {len(ids)} holdings {what}: {named}"
