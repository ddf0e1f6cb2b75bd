"""A family and its variants: founded by the department that owns the base, each product in one family at most."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict, Fault, Invalid, NotFound, NotThere
from app.kernel.i18n import N_
from app.kernel.loading import NOT_RIGHT
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.services.creating import create_product
from app.modules.catalogue.services.records import NO_PRODUCT, locked_product
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.families.models import TierFamily, TierPlan, TierVariant
from app.modules.families.queries import NO_FAMILY, membership_of, newest_versions, variant_of
from app.modules.families.rules.figures import corridor_faults, figures
from app.modules.families.rules.sharing import departure_faults, unknown_terms

KEEP = "tier.keep"
TAKEN = N_("The family has a variant for this tier already: %(product)s.")
STANDS = N_("%(product)s stands in the tier family of %(base)s already; a product stands in one family only.")
IS_BASE = N_("%(product)s is the base of a tier family itself.")
OTHER_TYPE = N_("A variant is of the same product type as its base.")
SAME_SERVICE = N_("This service is named twice.")
BASE_STAYS = N_("The base does not leave its family.")
PLANS_HOLD = N_("A plan with this variant still holds: end it first.")


def found(uow: Session, *, base: str, tier: str, names: Mapping[str, str], actor: Actor, now: datetime) -> TierFamily:
    """A family of ``base`` alone, which serves ``tier``. 422 if it stands in a family already."""
    product = _product(uow, base, "/base")
    require(actor, KEEP, Facts(owner_department=product.owner_department))
    raise_if(_elsewhere(uow, base, "/base"))
    family = TierFamily(base_code=base, names=dict(names), revision=0, founded_by=actor.username, founded_at=now)
    uow.add(family)
    uow.flush()
    _add(uow, family, base, tier, ())
    note(uow, family, "tier_family.founded", actor, now, names=family.names, tier=tier)
    return family


def add_variant(
    uow: Session,
    family: TierFamily,
    *,
    product: str,
    tier: str,
    actor: Actor,
    now: datetime,
    own: Sequence[str] = (),
    name: Mapping[str, str] | None = None,
) -> TierVariant:
    """A product as the variant of a ``locked`` family for a tier. With a ``name`` it is made anew, a copy of the base.

    422 where the tier is taken, the product stands in a family, is of another type, or differs
    in a term that it shares.
    """
    base = product_by_code(uow, family.base_code)
    require(actor, KEEP, Facts(owner_department=base.owner_department))
    raise_if([*_tier_taken(uow, family, tier), *unknown_terms(base.type, own, "/own")])
    if name is None:
        raise_if(_unfit(uow, base, _product(uow, product, "/product"), own, now))
    else:
        _copy(uow, base, product, tier, name, actor, now)
    variant = _add(uow, family, product, tier, own)
    note(uow, family, "tier_family.variant_added", actor, now, product=product, tier=tier, own=variant.own)
    return variant


def describe_variant(
    uow: Session,
    family: TierFamily,
    *,
    product: str,
    own: Sequence[str],
    services: Sequence[Mapping[str, Any]],
    corridors: Sequence[Mapping[str, str]],
    actor: Actor,
    now: datetime,
) -> TierVariant:
    """Which terms are its own, which services come with it, how far plans may depart. Replaces what was there."""
    base = product_by_code(uow, family.base_code)
    require(actor, KEEP, Facts(owner_department=base.owner_department))
    variant = variant_of(uow, family.base_code, product)
    versions = newest_versions(uow, [base.code, product], now)
    content = versions[product].content
    keys = [service["key"] for service in services]
    raise_if(
        [
            *unknown_terms(base.type, own, "/own"),
            *_shared_again(versions[base.code].content, content, own, set(variant.own) - set(own)),
            *(Fault(f"/services/{n}/key", SAME_SERVICE) for n, key in enumerate(keys) if key in keys[:n]),
            *corridor_faults(figures(content), corridors),
        ]
    )
    old = _told(variant)
    variant.own, variant.services, variant.corridors = (
        sorted(set(own)),
        [dict(s) for s in services],
        [dict(c) for c in corridors],
    )
    note(uow, family, "tier_family.variant_described", actor, now, product=product, old=old, new=_told(variant))
    return variant


def leave(uow: Session, family: TierFamily, *, product: str, reason: str, actor: Actor, now: datetime) -> TierVariant:
    """Take a variant out of a ``locked`` family: its tier is free again. 409 for the base, or while a plan holds."""
    base = product_by_code(uow, family.base_code)
    require(actor, KEEP, Facts(owner_department=base.owner_department))
    variant = variant_of(uow, family.base_code, product)
    if product == base.code:
        raise Conflict(BASE_STAYS, code="is_the_base")
    plans = select(TierPlan.id).where(TierPlan.product_code == product, TierPlan.valid_to > accounting_date(now))
    if uow.scalar(plans.limit(1)) is not None:
        raise Conflict(PLANS_HOLD, code="plans_hold")
    variant.left_at = now
    note(uow, family, "tier_family.variant_left", actor, now, product=product, tier=variant.tier, reason=reason)
    return variant


def locked(uow: Session, code: str) -> TierFamily:
    """The family under its lock: all that is done to it queues here."""
    wanted = select(TierFamily).where(TierFamily.base_code == code).with_for_update()
    family = uow.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if family is None:
        raise NotFound(NO_FAMILY)
    return family


def _product(uow: Session, code: str, pointer: str) -> Product:
    """The product under its lock, so that two families never take it at once."""
    try:
        return locked_product(uow, code)
    except NotFound:
        raise NotThere([Fault(pointer, NO_PRODUCT)]) from None


def _elsewhere(uow: Session, code: str, pointer: str) -> Iterator[Fault]:
    place = membership_of(uow, code)
    if place is not None:
        message = IS_BASE if place.family_code == code else STANDS
        yield Fault(pointer, message, {"product": code, "base": place.family_code}, "in_a_family")


def _tier_taken(uow: Session, family: TierFamily, tier: str) -> Iterator[Fault]:
    taken = select(TierVariant).where(TierVariant.family_code == family.base_code, TierVariant.tier == tier)
    for other in uow.scalars(taken.where(TierVariant.left_at.is_(None))):
        yield Fault("/tier", TAKEN, {"product": other.product_code}, "tier_taken")


def _unfit(uow: Session, base: Product, product: Product, own: Sequence[str], now: datetime) -> Iterator[Fault]:
    """What keeps a product that is there from becoming a variant."""
    yield from _elsewhere(uow, product.code, "/product")
    if product.type != base.type:
        yield Fault("/product", OTHER_TYPE, code="other_type")
        return
    versions = newest_versions(uow, [base.code, product.code], now)
    yield from departure_faults(versions[base.code].content, versions[product.code].content, own, "/own")


def _copy(
    uow: Session, base: Product, code: str, tier: str, name: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    """A new product with the terms of the base, made and sold for the tier."""
    content = newest_versions(uow, [base.code], now)[base.code].content
    sold = content.get("availability") or {}
    scopes = [{**scope, "groups": [tier]} for scope in sold.get("scopes") or [{}]]
    document = {
        **content,
        "basics": {**content["basics"], "name": dict(name)},
        "target_market": {**content.get("target_market", {}), "groups": [tier]},
        "availability": {**sold, "scopes": scopes},
    }
    create_product(uow, code=code, content=document, owner_department=base.owner_department, actor=actor, now=now)


def _add(uow: Session, family: TierFamily, code: str, tier: str, own: Sequence[str]) -> TierVariant:
    assert tier in CUSTOMER_GROUPS
    variant = uow.get(TierVariant, code) or TierVariant(product_code=code)
    variant.family_code, variant.tier, variant.own = family.base_code, tier, sorted(set(own))
    variant.services, variant.corridors, variant.left_at = [], [], None
    uow.add(variant)
    uow.flush()
    return variant


def _shared_again(base: Content, content: Content, own: Sequence[str], again: Collection[str]) -> Iterator[Fault]:
    """Terms that become shared must not differ; those that were may lag behind the base until the variant follows."""
    return (fault for fault in departure_faults(base, content, own, "/own") if fault.values["path"] in again)


def _told(variant: TierVariant) -> dict[str, Any]:
    return {name: getattr(variant, name) for name in ("own", "services", "corridors")}


def raise_if(faults: Iterable[Fault]) -> None:
    """``Invalid`` with all of them; nothing where there is none."""
    found = list(faults)
    if found:
        raise Invalid(NOT_RIGHT, faults=found)


def note(uow: Session, family: TierFamily, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    family.revision += 1
    uow.flush()
    audit.record(uow, f"tier_family:{family.base_code}", [audit.Entry(action, actor.username, now, payload)])
