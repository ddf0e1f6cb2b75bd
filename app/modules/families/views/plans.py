"""Personalised plans on the page: agree one, end one, and see first for which tiers a customer is eligible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import N_, gettext, pick
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, beside, typed
from app.modules.catalogue.types import CUSTOMER_GROUPS, ELIGIBILITY
from app.modules.customers.models import Customer
from app.modules.customers.queries import person_of
from app.modules.customers.views.base import typed_customer
from app.modules.families import queries
from app.modules.families.presenting import tier_json
from app.modules.families.queries import Member
from app.modules.families.rules.eligibility import POINTS
from app.modules.families.rules.figures import figures
from app.modules.families.schemas import NewPlan, PlanEnd
from app.modules.families.services import planning
from app.modules.families.services.keeping import KEEP, locked
from app.modules.families.views.base import ONE, ROOT, SEE, pages, tiers
from app.modules.families.views.reading import show

PLAIN = ("product", "customer", "segment", "valid_from", "valid_to")


@pages.get(f"{ONE}/plans/new")
@signed_in
def new_plan(base: str) -> Any:
    """First for whom and with which variant, then what is agreed."""
    return _form(base, request.args)


@pages.post(f"{ONE}/plans/new")
@signed_in
def agree_plan(base: str) -> Any:
    """Agree what was typed."""
    try:
        plan = planning.Agreed(**loaded(NewPlan(), _plan()))
        with unit_of_work() as uow:
            row = planning.agree(uow, locked(uow, base), plan=plan, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _form(base, request.form, _placed(error))
    flash(gettext(N_("Plan %(plan)s is agreed."), {"plan": row.number}), "success")
    return redirect(f"{ROOT}/{base}", 303)


@pages.post(f"{ONE}/plans/<int:plan_id>/end")
@signed_in
def end_plan(base: str, plan_id: int) -> Any:
    """End it today."""
    try:
        given = loaded(PlanEnd(), {"reason": typed().get("reason", "")})
        with unit_of_work() as uow:
            planning.end(uow, locked(uow, base), plan_id=plan_id, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return show(base, error, f"plan-{plan_id}")
    return redirect(f"{ROOT}/{base}", 303)


def _deviating() -> list[str]:
    """The numbers of the corridors in which something was agreed."""
    sent = typed()
    return [name.split("/")[1] for name in sent if name.startswith("deviations/")]


def _plan() -> dict[str, Any]:
    sent, form = typed(), request.form
    deviations = [{"path": form.get(f"paths/{n}", ""), "value": sent[f"deviations/{n}"]} for n in _deviating()]
    plain = {name: sent[name] for name in PLAIN if name in sent}
    return {**plain, "services": form.getlist("services"), "deviations": deviations}


def _placed(error: DomainError) -> DomainError:
    if not isinstance(error, Invalid):
        return error
    places = {
        f"/deviations/{place}/{name}": f"/deviations/{n}"
        for place, n in enumerate(_deviating())
        for name in ("path", "value")
    }
    return beside(error, "", places)


def _form(base: str, sent: Mapping[str, str], error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, SEE)
    end_read()
    family = queries.family_of_base(session(), base)
    members = queries.members_of(session(), family.base_code, g.now)
    customer, unknown = typed_customer(sent.get("customer", "").strip())
    chosen = next((member for member in members if member.code == sent.get("product")), None)
    facts = Facts(owner_department=members[0].product.owner_department)
    page = render_template(
        "families/new_plan.html",
        family=family,
        members=members,
        chosen=chosen,
        customer=customer,
        eligibility=_eligibility(members, customer),
        points=POINTS,
        group=ELIGIBILITY,
        figures=figures(chosen.content) if chosen else {},
        picked=request.form.getlist("services"),
        variants=[(member.code, pick(CUSTOMER_GROUPS[member.variant.tier])) for member in members],
        tiers=tiers(),
        tier_names=dict(tiers()),
        keeps=allowed(actor, KEEP, facts),
        sent=sent,
        error=error or unknown,
    )
    shown = error or unknown
    return page, shown.status if shown else 200


def _eligibility(members: list[Member], customer: Customer | None) -> dict[str, Any]:
    if customer is None:
        return {}
    person = person_of(session(), customer, accounting_date(g.now))
    return {member.code: tier_json(member, person) for member in members}
