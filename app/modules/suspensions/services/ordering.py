"""Ordering a suspension: by risk, or by the platform because a quota is used up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.identity.models import OrganisationUnit
from app.identity.permissions import Facts, require
from app.kernel.errors import Conflict, Fault, Invalid, NotThere
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import stops_of
from app.modules.catalogue.rules.scopes import Cell, cells
from app.modules.catalogue.rules.states import SUSPEND
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.catalogue.schemas.kinds import NOT_CHOICE
from app.modules.catalogue.services.records import locked_product
from app.modules.catalogue.services.records import note as note_product
from app.modules.catalogue.services.stops import covers_everything, require_on_sale
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS
from app.modules.suspensions.models import Suspension
from app.modules.suspensions.services.records import note, tell
from app.workflow.instances.services import start_instance

PROCESS = "emergency_suspension"
REPORT = "quota.report"
QUOTA_REASON = "额度已用完 Quota used up"
AXES = ("units", "channels", "groups")
WRONG = N_("Some of what was entered is not right.")
Scopes = Sequence[Mapping[str, Any]]


def suspend(
    uow: Session,
    *,
    product_code: str,
    reason: str,
    actor: Actor,
    now: datetime,
    scopes: Scopes = (),
    quota: Mapping[str, Any] | None = None,
) -> Suspension:
    """Stop sales at once, all of them or within ``scopes``; the ratification starts by itself.

    404 for an unknown product or unit, 403 for anybody but risk, 409 where nothing is sold or sales
    are stopped already, 422 with a pointer for an unknown channel or customer group.
    """
    product = locked_product(uow, product_code)
    require(actor, SUSPEND, Facts(owner_department=product.owner_department))
    wanted = _checked(uow, scopes)
    require_on_sale(uow, product, now)
    _refuse_twice(uow, product_code, wanted, now)
    suspension = Suspension(
        product_code=product.code,
        kind="quota" if quota else "emergency",
        scopes=wanted,
        reason=reason,
        quota=dict(quota) if quota else None,
        state="unratified",
        suspended_by=actor.username,
        suspended_at=now,
    )
    uow.add(suspension)
    uow.flush()
    told = {"new": suspension.state, "product": product.code, "scopes": wanted, "reason": reason, "quota": quota}
    note(uow, suspension, "suspension.ordered", actor, now, old=None, **told)
    _begin_case(uow, suspension, product, actor, now)
    return suspension


def _begin_case(uow: Session, suspension: Suspension, product: Product, actor: Actor, now: datetime) -> None:
    """The case stops the sales and opens the ratification, in the same transaction."""
    owner = product.owner_department
    step = start_instance(
        uow,
        key=PROCESS,
        actor=actor,
        now=now,
        business_key=suspension.number,
        # A product that no department owns is remedied by risk itself; the confirmation still needs another person.
        variables={
            "product": product.code,
            "owner": owner or "risk",
            "proposer": f"{owner}:head" if owner else "risk",
        },
        card={"title": dict(product.names), "products": [product.code], "number": suspension.number},
    )
    suspension.instance_id = step.instance.id
    tell(uow, suspension, "sales.suspended", [owner] if owner else [], now)


def _checked(uow: Session, scopes: Scopes) -> list[dict[str, Any]]:
    """The scopes without what limits nothing; the refusal names everything that is not known."""
    units = {code for scope in scopes for code in scope.get("units") or ()}
    known = {
        "units": set(uow.scalars(select(OrganisationUnit.code).where(OrganisationUnit.code.in_(units)))),
        "channels": set(CHANNELS),
        "groups": set(CUSTOMER_GROUPS),
    }
    faults = list(_unknown(scopes, known))
    if any(not fault.pointer.endswith("/units") for fault in faults):
        raise Invalid(WRONG, faults=faults)
    if faults:
        raise NotThere(faults)
    found = [{axis: list(scope[axis]) for axis in AXES if scope.get(axis)} for scope in scopes]
    return [] if covers_everything(found) or not all(found) else found


def _unknown(scopes: Scopes, known: Mapping[str, set[str]]) -> Iterator[Fault]:
    for place, scope in enumerate(scopes):
        for axis in AXES:
            for code in scope.get(axis) or ():
                if code not in known[axis]:
                    message = N_("There is no unit %(unit)s.") if axis == "units" else NOT_CHOICE
                    yield Fault(f"/scopes/{place}/{axis}", message, {"unit": code})


def _refuse_twice(uow: Session, code: str, scopes: Scopes, now: datetime) -> None:
    stopped = {Cell(s.unit, s.channel, s.customer_group): s.cause for s in stops_of(uow, code, at=now)}
    causes = [stopped.get(cell) for cell in cells(scopes)]
    if all(causes):
        message = N_("Sales are suspended there already, by %(number)s.")
        raise Conflict(message, code="already_suspended", number=causes[0])


def quota_used(
    uow: Session,
    *,
    product_code: str,
    limit: Decimal,
    used: Decimal,
    currency: str,
    source: str,
    actor: Actor,
    now: datetime,
) -> Suspension | None:
    """How much of the product's quota 额度 is used, as core banking reports it.

    Used up, all sales stop, with the platform as the one who suspends; gives that
    suspension, or the one that stops them already. Otherwise nothing.
    """
    require(actor, REPORT)
    product = locked_product(uow, product_code)
    reported = {"limit": canonical_decimal(limit), "used": canonical_decimal(used), "currency": currency}
    note_product(uow, product.code, "product.quota_reported", actor, now, **reported, source=source)
    if used < limit or product.status not in {"on_sale", "suspended"}:
        return None
    if product.status == "suspended":
        return _whole(uow, product.code)
    quota = {**reported, "source": source, "reported_by": actor.username}
    return suspend(uow, product_code=product.code, reason=QUOTA_REASON, actor=SYSTEM, now=now, quota=quota)


def _whole(uow: Session, code: str) -> Suspension | None:
    """The latest suspension of all sales of a product."""
    latest = select(Suspension).where(Suspension.product_code == code).order_by(Suspension.id.desc())
    return next((s for s in uow.scalars(latest) if not s.scopes), None)
