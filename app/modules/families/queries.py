"""Families as they stand: their variants with the terms they have or will have, and the plans agreed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules.states import OFF_THE_MARKET
from app.modules.catalogue.rules.values import is_clean
from app.modules.catalogue.services.drafts import versions_to_base_on
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.customers.models import Customer
from app.modules.customers.queries import units_of
from app.modules.families.models import TierFamily, TierPlan, TierVariant
from app.modules.families.rules.sharing import departures

NO_FAMILY = N_("There is no tier family of this product.")
NO_VARIANT = N_("This product is no variant of the family.")
NO_PLAN = N_("There is no such plan.")


@dataclass(frozen=True)
class Member:
    """A variant with its product and the version that it is compared by."""

    variant: TierVariant
    product: Product
    version: ProductVersion
    """The newest published, even if it takes effect later; before a launch the latest draft."""

    @property
    def code(self) -> str:
        return self.product.code

    @property
    def is_base(self) -> bool:
        return self.variant.product_code == self.variant.family_code

    @property
    def content(self) -> Mapping[str, object]:
        return self.version.content


def family_of_base(session: Session, code: str) -> TierFamily:
    """404 if the product is the base of none."""
    found = session.get(TierFamily, code) if is_clean(code) else None
    if found is None:
        raise NotFound(NO_FAMILY)
    return found


def variant_of(session: Session, family: str, code: str) -> TierVariant:
    """404 if the product does not belong to the family."""
    found = session.get(TierVariant, code) if is_clean(code) else None
    if found is None or found.family_code != family or found.left_at is not None:
        raise NotFound(NO_VARIANT)
    return found


def membership_of(session: Session, code: str) -> TierVariant | None:
    """The place of a product in a family, if it has one."""
    found = session.get(TierVariant, code)
    return found if found is not None and found.left_at is None else None


def families(session: Session, *, after: str = "", limit: int) -> list[tuple[TierFamily, list[TierVariant]]]:
    """At most ``limit`` + 1 families by the code of their base, each with its variants in the order of the tiers."""
    wanted = select(TierFamily).where(TierFamily.base_code > after).order_by(TierFamily.base_code).limit(limit + 1)
    found = session.scalars(wanted).all()
    rows = _variants(session, [family.base_code for family in found])
    return [(family, [row for row in rows if row.family_code == family.base_code]) for family in found]


def _variants(session: Session, codes: Collection[str]) -> list[TierVariant]:
    places = {tier: place for place, tier in enumerate(CUSTOMER_GROUPS)}
    rows = session.scalars(select(TierVariant).where(TierVariant.family_code.in_(codes), TierVariant.left_at.is_(None)))
    return sorted(rows, key=lambda row: (row.product_code != row.family_code, places[row.tier]))


def members_of(session: Session, family: str, now: datetime) -> list[Member]:
    """The base, then the variants in the order of their tiers."""
    rows = _variants(session, [family])
    codes = [row.product_code for row in rows]
    products = {p.code: p for p in session.scalars(select(Product).where(Product.code.in_(codes)))}
    newest = newest_versions(session, codes, now)
    return [Member(row, products[row.product_code], newest[row.product_code]) for row in rows]


def newest_versions(session: Session, codes: Sequence[str], now: datetime) -> dict[str, ProductVersion]:
    """The version of each product that nothing published follows; of one not yet launched its latest draft."""
    live = select(ProductVersion).where(ProductVersion.product_code.in_(codes), ProductVersion.state == "live")
    found = {version.product_code: version for version in session.scalars(live)}
    return {**versions_to_base_on(session, codes, now), **found}


def due_to_follow(members: Sequence[Member]) -> dict[str, list[Mapping[str, str]]]:
    """Code of each variant in which shared terms differ from the base → the names of those terms."""
    base, *variants = members
    found = {
        member.code: [labels for _, labels in departures(base.content, member.content, member.variant.own)]
        for member in variants
        if member.product.status not in OFF_THE_MARKET
    }
    return {code: terms for code, terms in found.items() if terms}


Due = tuple[Member, list[Mapping[str, str]]]
"""A variant, and the names of the shared terms in which it is behind its base."""


def will_be_due(session: Session, proposed: Sequence[ProductVersion], now: datetime) -> list[Due]:
    """Each variant with the shared terms that the proposed version of its base changes."""
    codes = [version.product_code for version in proposed]
    bases = set(session.scalars(select(TierFamily.base_code).where(TierFamily.base_code.in_(codes))))
    return [due for version in proposed if version.product_code in bases for due in _behind(session, version, now)]


def _behind(session: Session, proposed: ProductVersion, now: datetime) -> list[Due]:
    base, *variants = members_of(session, proposed.product_code, now)
    moved = {path for path, _ in departures(base.content, proposed.content, ())}
    found = [
        (
            member,
            [
                labels
                for path, labels in departures(proposed.content, member.content, member.variant.own)
                if path in moved
            ],
        )
        for member in variants
        if member.product.status not in OFF_THE_MARKET
    ]
    return [(member, terms) for member, terms in found if terms]


def plans_of(
    session: Session, family: str, actor: Actor, *, after: int | None = None, limit: int
) -> list[tuple[TierPlan, Customer | None]]:
    """At most ``limit`` + 1 plans, the latest first: those for customer groups, and for customers ``actor`` may see."""
    rows = select(TierPlan, Customer).outerjoin(Customer, Customer.id == TierPlan.customer_id)
    rows = rows.where(TierPlan.family_code == family).order_by(TierPlan.id.desc()).limit(limit + 1)
    units = units_of(session, actor)
    if units is not None:
        rows = rows.where(or_(TierPlan.customer_id.is_(None), Customer.unit_code.in_(sorted(units))))
    if after is not None:
        rows = rows.where(TierPlan.id < after)
    return [(plan, customer) for plan, customer in session.execute(rows)]


def plans_for(session: Session, customer: Customer, day: date) -> list[TierPlan]:
    """The plans that hold on a day for a customer and for their groups, the customer's own last."""
    groups = [segment.key for segment in customer.segments]
    theirs = or_(TierPlan.customer_id == customer.id, TierPlan.segment.in_(groups))
    rows = select(TierPlan).where(theirs, TierPlan.valid_from <= day, TierPlan.valid_to > day).order_by(TierPlan.id)
    return sorted(session.scalars(rows), key=lambda plan: plan.customer_id is not None)


def customer_of(session: Session, plan: TierPlan) -> Customer | None:
    """For whom a plan is, where it is for no customer group."""
    return session.get(Customer, plan.customer_id) if plan.customer_id is not None else None
