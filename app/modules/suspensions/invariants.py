"""What must always hold between suspensions, their cases and the catalogue. Run by ``flask doctor``."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import FOREVER, Product, SaleStop
from app.modules.suspensions.models import Suspension
from app.modules.suspensions.rules import ENDED, OPEN, STILL_STOPPED
from app.workflow.models import ProcessInstance

CASE_STATES = {
    **dict.fromkeys(OPEN, frozenset({"active", "suspended", "failed"})),
    **dict.fromkeys(ENDED, frozenset({"completed"})),
    # The first drawings ended with the proposal of the exit.
    "exit_proposed": frozenset({"active", "suspended", "failed", "completed"}),
}


def violations(session: Session) -> Iterator[str]:
    """One sentence for each thing that does not hold."""
    causes = set(
        session.scalars(select(SaleStop.cause).where(SaleStop.recorded_to == FOREVER, SaleStop.valid_to == FOREVER))
    )
    for suspension in session.scalars(select(Suspension).order_by(Suspension.id)):
        yield from _case(session, suspension)
        yield from _stopped(session, suspension, suspension.number in causes)
        yield from _persons(suspension)
        causes.discard(suspension.number)
    for cause in sorted(causes):
        yield f"sales are stopped by {cause}, which is no suspension"


def _case(session: Session, suspension: Suspension) -> Iterator[str]:
    state = session.scalar(select(ProcessInstance.state).where(ProcessInstance.id == suspension.instance_id))
    if state not in CASE_STATES.get(suspension.state, frozenset()):
        yield f"{suspension.number} is {suspension.state}, its case {state}"


def _stopped(session: Session, suspension: Suspension, stopped: bool) -> Iterator[str]:
    """Sales are stopped as long as it says so, and not an instant longer."""
    if stopped != (suspension.state in STILL_STOPPED):
        yield f"{suspension.number} is {suspension.state}, but sales are {'' if stopped else 'not '}stopped by it"
    status = session.scalar(select(Product.status).where(Product.code == suspension.product_code))
    if stopped and not suspension.scopes and status == "on_sale":
        yield f"{suspension.number} stops all sales of {suspension.product_code}, which is on sale"


def _persons(suspension: Suspension) -> Iterator[str]:
    """Two persons resumed; nobody ratified an order of their own (rules 5 and 12)."""
    makers = {suspension.suspended_by, suspension.remedied_by, suspension.proposed_by}
    if suspension.state == "resumed" and (suspension.confirmed_by is None or suspension.confirmed_by in makers):
        yield f"{suspension.number} was resumed without a second person"
    if suspension.ratified_by == suspension.suspended_by:
        yield f"{suspension.number} was ratified by whoever ordered it"
