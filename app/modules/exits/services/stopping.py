"""The end of sales: refused while something else depends on the product (issue: a located reason)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.clock import accounting_date, start_of_day
from app.kernel.errors import Conflict, Fault
from app.kernel.i18n import N_
from app.modules.bundles.queries import requiring
from app.modules.catalogue import services as catalogue
from app.modules.catalogue.models import Product
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.exits.models import Exit, ExitPlan
from app.modules.exits.rules import states
from app.modules.exits.services.records import move, note, plan_of

Dependents = Callable[[Session, str], Iterator[Fault]]


def _open_requests(session: Session, code: str) -> Iterator[Fault]:
    """A change that is on its way would land on a product that has left."""
    rows = select(ChangeRequest.number).join(ProposedVersion, ProposedVersion.change_request_id == ChangeRequest.id)
    for number in session.scalars(rows.where(ProposedVersion.product_code == code, ProposedVersion.open)):
        message = N_("The change request %(number)s of this product is open.")
        yield Fault(f"/change-requests/{number}", message, {"number": number}, "open_request")


def _replaces_others(session: Session, code: str) -> Iterator[Fault]:
    """It is the replacement of a product whose holdings have not all arrived."""
    rows = select(Exit).join(ExitPlan, ExitPlan.exit_id == Exit.id)
    for other in session.scalars(rows.where(ExitPlan.target_code == code, Exit.state.not_in(states.ENDED))):
        message = N_("The product replaces %(product)s in the exit %(number)s.")
        yield Fault(
            f"/exits/{other.number}", message, {"product": other.product_code, "number": other.number}, "replaces"
        )


LASTING: Sequence[Dependents] = (requiring,)
"""What depends on a product until somebody changes it: the exit is not even proposed."""
DEPENDENTS: Sequence[Dependents] = (_open_requests, _replaces_others, *LASTING)
"""What may depend on a product, each with its reasons."""


def require_free(session: Session, product: Product, dependents: Sequence[Dependents] = DEPENDENTS) -> None:
    """409 with each thing that depends on the product."""
    faults = [fault for ask in dependents for fault in ask(session, product.code)]
    if faults:
        message = N_("Others depend on this product; settle them first.")
        raise Conflict(message, code="depended_on", faults=faults)


def take_off_sale(uow: Session, found: Exit, *, actor: Actor, now: datetime) -> datetime:
    """End sales for good on the decided day, in the data; gives the instant."""
    require_free(uow, uow.get_one(Product, found.product_code))
    day = plan_of(uow, found).stop_on
    at = start_of_day(day) if day and day > accounting_date(now) else now
    moved = move(found, "take_off_sale")
    catalogue.take_off_sale(uow, product_code=found.product_code, at=at, reason=found.number, actor=actor, now=now)
    note(uow, found, "exit.off_sale", actor, now, effective=at.isoformat(), **moved)
    return at
