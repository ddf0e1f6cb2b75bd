"""Entering ceilings: by an officer of asset and liability management, confirmed by its head."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit, clock
from app.kernel.errors import Conflict, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.types import PRODUCT_TYPES
from app.modules.pricing.models import RateCeiling
from app.workflow.instances.wording import say

say("ceiling.entered", N_("%(who)s entered a ceiling of deposit rates."))
say("ceiling.confirmed", N_("%(who)s confirmed a ceiling of deposit rates."))
ENTER, CONFIRM = "ceiling.enter", "ceiling.confirm"
FIRST_YEAR = 2000


def stream(ceiling: RateCeiling) -> str:
    return f"rate_ceiling:{ceiling.id}"


def enter(
    uow: Session,
    *,
    family: str,
    currency: str,
    rate: Mapping[str, Any],
    valid_from: date,
    document: str,
    actor: Actor,
    now: datetime,
    product_type: str | None = None,
    term: str | None = None,
) -> RateCeiling:
    """Add a ceiling; it holds once the head confirms it. ``rate`` and ``term`` are canonical.

    422 where the type is not of the family, the rate is below zero, or the day too far away.
    """
    require(actor, ENTER)
    if product_type is not None and PRODUCT_TYPES[product_type].family != family:
        raise invalid("/product_type", N_("This type belongs to another family."), code="other_family")
    if not FIRST_YEAR <= valid_from.year <= clock.LAST_YEAR:
        raise invalid(
            "/valid_from",
            N_(
                "Must be a day from the year %(low)s on.",
            ),
            low=FIRST_YEAR,
        )
    if rate["value"].startswith("-"):
        raise invalid("/rate/value", N_("A ceiling is not below zero."))
    row = RateCeiling(
        family=family, product_type=product_type, currency=currency, term=term, rate=dict(rate),
        valid_from=valid_from, document=document, entered_by=actor.username, entered_at=now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    audit.record(
        uow, stream(row), [audit.Entry("ceiling.entered", actor.username, now, {"old": None, "new": told(row)})]
    )
    return row


def confirm(uow: Session, *, ceiling_id: int, actor: Actor, now: datetime) -> RateCeiling:
    """Put a ceiling in force, as the head who did not enter it. 409 if it is in force already."""
    row = uow.scalars(select(RateCeiling).where(RateCeiling.id == ceiling_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such ceiling."))
    require(actor, CONFIRM, Facts(initiator=row.entered_by))
    if row.confirmed_at is not None:
        raise Conflict(N_("It has been confirmed already."), code="confirmed")
    row.confirmed_by, row.confirmed_at = actor.username, now
    uow.flush()
    audit.record(
        uow, stream(row), [audit.Entry("ceiling.confirmed", actor.username, now, {"old": None, "new": told(row)})]
    )
    return row


def told(row: RateCeiling) -> dict[str, Any]:
    """What the audit chain keeps of a ceiling."""
    names = ("family", "product_type", "currency", "term", "rate", "document", "entered_by", "confirmed_by")
    return {**{name: getattr(row, name) for name in names}, "valid_from": row.valid_from.isoformat()}
