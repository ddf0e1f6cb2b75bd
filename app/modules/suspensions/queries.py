"""Suspensions for reading. Everybody who works at the bank may see them: nobody must sell by mistake."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.suspensions import rules
from app.modules.suspensions.models import Suspension

SEE = "suspension.see"


def suspension_for(session: Session, number: str, actor: Actor) -> Suspension:
    """404 if there is none of this number."""
    require(actor, SEE)
    wanted = rules.id_of(number)
    found = session.get(Suspension, wanted) if wanted is not None else None
    if found is None:
        raise NotFound(N_("There is no such suspension."))
    return found


def suspensions_of(
    session: Session,
    actor: Actor,
    *,
    product: str | None = None,
    stopped: bool = False,
    after: int | None = None,
    limit: int,
) -> Sequence[Suspension]:
    """The latest first; one more than ``limit``. ``stopped``: only those that still stop sales."""
    require(actor, SEE)
    found = select(Suspension).order_by(Suspension.id.desc()).limit(limit + 1)
    if product is not None:
        found = found.where(Suspension.product_code == product)
    if stopped:
        found = found.where(Suspension.state.in_(rules.STILL_STOPPED))
    if after is not None:
        found = found.where(Suspension.id < after)
    return list(session.scalars(found))
