"""Personalised plans: agreed by whoever serves the customer, within the corridors of the variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.clock import LAST_YEAR, accounting_date
from app.kernel.errors import Conflict, Fault, NotFound, NotThere, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.queries import product_by_code, version_in_force
from app.modules.customers.models import Customer
from app.modules.customers.queries import customer_by_number, facts_of, person_of
from app.modules.customers.rules.eligibility import eligible
from app.modules.families.models import TierFamily, TierPlan, TierVariant
from app.modules.families.queries import NO_PLAN, NO_VARIANT, customer_of, variant_of
from app.modules.families.rules.eligibility import POINTS, points
from app.modules.families.rules.figures import plan_faults
from app.modules.families.services.keeping import KEEP, note, raise_if

AGREE = "plan.agree"
ONE_OF_TWO = N_("A plan is for one customer or for a customer group.")
NOT_ELIGIBLE = N_("The customer may not have this variant: %(reason)s.")
OTHER_TIER = N_("The variant is made for another tier.")
NOT_SOLD = N_("The variant is not on sale yet.")
PAST = N_("Lies in the past.")
BACKWARDS = N_("Must lie after the first day.")
TOO_LATE = N_("Lies too far ahead.")
OVERLAPS = N_("Plan %(plan)s holds in this time already.")
ENDED = N_("The plan holds no more.")


@dataclass(frozen=True)
class Agreed:
    """What is agreed: for whom, with which variant, what comes with it, and where it departs from its terms."""

    product: str
    valid_from: date
    valid_to: date
    customer: str | None = None
    """The customer's number."""
    segment: str | None = None
    services: Sequence[str] = ()
    deviations: Sequence[Mapping[str, str]] = ()


def agree(uow: Session, family: TierFamily, *, plan: Agreed, actor: Actor, now: datetime) -> TierPlan:
    """A plan under a ``locked`` family. For a customer by whoever serves them, for a group by the base's department.

    404 where the customer or the variant is not there, 422 beyond what the variant offers and its
    corridors allow, where the customer is not eligible, or where another plan holds.
    """
    customer = _subject(uow, family, plan, actor)
    variant = _variant(uow, family, plan.product)
    raise_if(
        [
            *_wrong_days(plan, accounting_date(now)),
            *_unfit(uow, variant, customer, plan, now),
            *plan_faults(
                variant.corridors,
                {service["key"] for service in variant.services},
                services=plan.services,
                deviations=plan.deviations,
            ),
            *_overlaps(uow, family, customer, plan),
        ]
    )
    row = TierPlan(
        family_code=family.base_code, product_code=variant.product_code, segment=plan.segment,
        customer_id=customer.id if customer else None, services=sorted(set(plan.services)),
        deviations=[dict(deviation) for deviation in plan.deviations], valid_from=plan.valid_from,
        valid_to=plan.valid_to, agreed_by=actor.username, agreed_at=now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    note(uow, family, "tier_plan.agreed", actor, now, **_told(row, customer))
    return row


def end(uow: Session, family: TierFamily, *, plan_id: int, reason: str, actor: Actor, now: datetime) -> TierPlan:
    """End a plan of a ``locked`` family today, before its time; by whoever might agree it. 409 if it is over."""
    plan = uow.get(TierPlan, plan_id)
    if plan is None or plan.family_code != family.base_code:
        raise NotFound(NO_PLAN)
    _require(uow, family, customer_of(uow, plan), actor)
    today = accounting_date(now)
    if plan.valid_to <= today or plan.ended_by is not None:
        raise Conflict(ENDED, code="plan_ended")
    plan.valid_to, plan.ended_by, plan.reason = max(today, plan.valid_from), actor.username, reason
    note(uow, family, "tier_plan.ended", actor, now, plan=plan.number, reason=reason)
    return plan


def no_customer(message: str) -> NotThere:
    """The customer named is not there, or not for these eyes."""
    return NotThere([Fault("/customer", message)])


def _subject(uow: Session, family: TierFamily, plan: Agreed, actor: Actor) -> Customer | None:
    if (plan.customer is None) == (plan.segment is None):
        raise invalid("/customer", ONE_OF_TWO)
    customer = None
    if plan.customer is not None:
        try:
            customer = customer_by_number(uow, plan.customer, actor)
        except NotFound as error:
            raise no_customer(error.message) from None
    _require(uow, family, customer, actor)
    return customer


def _require(uow: Session, family: TierFamily, customer: Customer | None, actor: Actor) -> None:
    if customer is not None:
        require(actor, AGREE, facts_of(uow, customer))
    else:
        require(actor, KEEP, Facts(owner_department=product_by_code(uow, family.base_code).owner_department))


def _variant(uow: Session, family: TierFamily, product: str) -> TierVariant:
    try:
        return variant_of(uow, family.base_code, product)
    except NotFound:
        raise NotThere([Fault("/product", NO_VARIANT)]) from None


def _wrong_days(plan: Agreed, today: date) -> Iterator[Fault]:
    if plan.valid_from < today:
        yield Fault("/valid_from", PAST, code="past")
    if plan.valid_to <= plan.valid_from:
        yield Fault("/valid_to", BACKWARDS, code="backwards")
    if plan.valid_to.year > LAST_YEAR:
        yield Fault("/valid_to", TOO_LATE)


def _unfit(
    uow: Session, variant: TierVariant, customer: Customer | None, plan: Agreed, now: datetime
) -> Iterator[Fault]:
    """Whether the variant is there to be had, and for this customer or group."""
    version = version_in_force(uow, variant.product_code, at=now)
    if version is None:
        yield Fault("/product", NOT_SOLD, code="not_on_sale")
    elif customer is None:
        if plan.segment != variant.tier:
            yield Fault("/segment", OTHER_TIER, code="other_tier")
    else:
        found = points(variant.tier, version.content, person_of(uow, customer, accounting_date(now)))
        if not eligible(found):
            failed = next(point.key for point in found if point.met is False)
            yield Fault("/customer", NOT_ELIGIBLE, {"reason": POINTS[failed]}, "not_eligible")


def _overlaps(uow: Session, family: TierFamily, customer: Customer | None, plan: Agreed) -> Iterator[Fault]:
    same = TierPlan.customer_id == customer.id if customer else TierPlan.segment == plan.segment
    rows = select(TierPlan).where(TierPlan.family_code == family.base_code, same)
    for other in uow.scalars(rows.where(TierPlan.valid_from < plan.valid_to, TierPlan.valid_to > plan.valid_from)):
        yield Fault("/valid_from", OVERLAPS, {"plan": other.number}, "overlaps")


def _told(plan: TierPlan, customer: Customer | None) -> dict[str, Any]:
    return {
        "plan": plan.number,
        "product": plan.product_code,
        "customer": customer.number if customer else None,
        "segment": plan.segment,
        "services": plan.services,
        "deviations": plan.deviations,
        "valid_from": plan.valid_from.isoformat(),
        "valid_to": plan.valid_to.isoformat(),
    }
