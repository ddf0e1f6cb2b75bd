"""All families, one family side by side, and the block on the page of a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, render_template, request

from app.identity.directory import names_of
from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.kernel.web import page_size
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.catalogue.views.base import unit_names
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.catalogue.views.comparing import units_named
from app.modules.changes.models import ChangeRequest
from app.modules.changes.queries import open_requests_on, proposed
from app.modules.changes.views.blocks import on_request
from app.modules.customers.models import Customer
from app.modules.customers.views.base import on_customer_page
from app.modules.families import queries
from app.modules.families.models import TierVariant
from app.modules.families.presenting import lines_of
from app.modules.families.queries import Member
from app.modules.families.rules.figures import figures
from app.modules.families.services.keeping import KEEP
from app.modules.families.services.planning import AGREE
from app.modules.families.views.base import ONE, ROOT, SEE, pages


@on_product_page
def on_product(code: str) -> str:
    """The family that the product belongs to, or the way to found one."""
    place, product = queries.membership_of(session(), code), product_by_code(session(), code)
    family = queries.family_of_base(session(), place.family_code) if place else None
    may = allowed(current_actor(), KEEP, Facts(owner_department=product.owner_department))
    told = {"family": family, "place": place, "groups": CUSTOMER_GROUPS, "product": product, "may_found": may}
    return render_template("families/_block.html", **told)


@on_customer_page
def on_customer(customer: Customer) -> str:
    """The plans that hold for the customer today."""
    plans = queries.plans_for(session(), customer, accounting_date(g.now))
    told = [(plan, session().get_one(TierVariant, plan.product_code), _product(plan.product_code)) for plan in plans]
    versions = queries.newest_versions(session(), [plan.product_code for plan in plans], g.now)
    known = {code: figures(version.content) for code, version in versions.items()}
    return render_template("families/_customer.html", told=told, figures=known, groups=CUSTOMER_GROUPS) if told else ""


@on_request
def on_base_request(request: ChangeRequest) -> str:
    """Variants that will be due to follow what the request changes in their base, and stand not in it themselves."""
    versions = {version.product_code: version for _, version in proposed(session(), request.id)}
    behind = queries.will_be_due(session(), list(versions.values()), g.now)
    told = [(member, terms) for member, terms in behind if member.code not in versions]
    return render_template("families/_request.html", told=told, groups=CUSTOMER_GROUPS) if told else ""


@pages.get(ROOT)
@signed_in
def all_families() -> Any:
    """Families by the code of their base, each with its variants."""
    actor = current_actor()
    require(actor, SEE)
    limit, after = page_size(), decode_cursor(str)
    rows = queries.families(session(), after=after[0] if after else "", limit=limit)
    return render_template(
        "families/families.html",
        rows=[(family, variants, _product(family.base_code)) for family, variants in rows[:limit]],
        next=encode_cursor(rows[limit - 1][0].base_code) if len(rows) > limit else None,
        groups=CUSTOMER_GROUPS,
        may_found="product_manager" in actor.roles,
    )


def _product(code: str) -> Product:
    return product_by_code(session(), code)


@pages.get(ONE)
@signed_in
def one_family(base: str) -> Any:
    return show(base)


def show(base: str, error: DomainError | None = None, about: str = "") -> Any:
    """The family side by side, what is due, and its plans; a refusal stands where it belongs."""
    actor = current_actor()
    require(actor, SEE)
    end_read()
    family = queries.family_of_base(session(), base)
    members = queries.members_of(session(), family.base_code, g.now)
    lines = lines_of(members)
    after = decode_cursor(int)
    limit = page_size()
    plans = queries.plans_of(session(), family.base_code, actor, after=after[0] if after else None, limit=limit)
    facts = Facts(owner_department=members[0].product.owner_department)
    keeps = allowed(actor, KEEP, facts)
    serves = allowed(actor, AGREE, Facts(units=frozenset({actor.unit or ""})))
    page = render_template(
        "families/family.html",
        family=family,
        members=members,
        apart=[line for line in lines if not line.shared],
        shared=[line for line in lines if line.shared],
        due=queries.due_to_follow(members),
        requests=_requests(members),
        figures={member.code: figures(member.content) for member in members},
        plans=plans[:limit],
        next=encode_cursor(plans[limit - 1][0].id) if len(plans) > limit else None,
        today=accounting_date(g.now),
        groups=CUSTOMER_GROUPS,
        units=unit_names(session(), {u for member in members for u in units_named(member.version.content)}),
        people=names_of(session(), [plan.agreed_by for plan, _ in plans]),
        may_keep=keeps,
        may_plan=keeps or serves,
        error=error,
        about=about,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200


def _requests(members: Sequence[Member]) -> dict[str, Any]:
    """The open or drafted requests over each product."""
    return {member.code: open_requests_on(session(), member.code) for member in members}
