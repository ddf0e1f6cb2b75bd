"""Tier families for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.clock import accounting_date
from app.kernel.cursors import cursor_beyond, decode_cursor, encode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.input import Blueprint
from app.kernel.web import IF_MATCH, check_if_match, document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.customers.queries import customer_by_number, person_of
from app.modules.families import presenting as show
from app.modules.families import queries, schemas
from app.modules.families.models import TierFamily
from app.modules.families.services import following, keeping, planning

blueprint = Blueprint("tier_families", __name__, description="Variants of a product for customer tiers")
SEE = "tier.see"
FAMILY = "/tier-families/<base>"


def tag(family: TierFamily) -> str:
    return etag("tier_family", family.base_code, family.revision)


def _seen(uow: Any, base: str) -> TierFamily:
    """The family under its lock, as whoever asks saw it."""
    family = keeping.locked(uow, base)
    check_if_match(tag(family))
    return family


def _told(uow: Any, family: TierFamily) -> dict[str, Any]:
    return show.family_json(family, queries.members_of(uow, family.base_code, g.now))


def _tagged(uow: Any, family: TierFamily) -> Response:
    response = jsonify(_told(uow, family))
    response.headers["ETag"] = tag(family)
    return response


@blueprint.route("/tier-families")
class Families(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.FamilyQuery, location="query")
    @blueprint.response(200, schemas.FamilyPage)
    def get(self, query: dict[str, Any]) -> Any:
        """Families by the code of their base."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(str)
        rows = queries.families(session(), after=after[0] if after else "", limit=limit)
        more = encode_cursor(rows[limit - 1][0].base_code) if len(rows) > limit else None
        return {"items": [show.summary_json(*row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewFamily)
    @blueprint.response(201, schemas.FamilyOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """As a product manager of its department, make a product the base of a family."""
        actor = current_actor()
        return in_unit_of_work(lambda uow: (201, _told(uow, keeping.found(uow, **body, actor=actor, now=g.now))))


@blueprint.route(FAMILY)
class OneFamily(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.FamilyOut)
    def get(self, base: str) -> Any:
        """One family: its variants, their terms side by side, and which are to follow."""
        require(current_actor(), SEE)
        return _tagged(session(), queries.family_of_base(session(), base))


@blueprint.route(f"{FAMILY}/variants")
class Variants(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewVariant)
    @blueprint.response(201, schemas.FamilyOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], base: str) -> Any:
        """Add a product for a further tier: a copy of the base, or one that is there."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            family = keeping.locked(uow, base)
            keeping.add_variant(uow, family, **body, actor=actor, now=g.now)
            return 201, _told(uow, family)

        return in_unit_of_work(act)


@blueprint.route(f"{FAMILY}/variants/<product>")
class OneVariant(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.VariantDescription)
    @blueprint.response(200, schemas.FamilyOut)
    def put(self, body: dict[str, Any], base: str, product: str) -> Any:
        """Say which terms are a variant's own, which services come with it, and how far plans may depart."""
        actor = current_actor()
        with unit_of_work() as uow:
            family = _seen(uow, base)
            keeping.describe_variant(uow, family, product=product, **body, actor=actor, now=g.now)
            return _tagged(uow, family)


@blueprint.route(f"{FAMILY}/variants/<product>/leave")
class Leave(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.Leaving)
    @blueprint.response(200, schemas.FamilyOut)
    @idempotent(who)
    def post(self, body: dict[str, str], base: str, product: str) -> Any:
        """Take a variant out of the family, so that its tier is free for another product."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            family = keeping.locked(uow, base)
            keeping.leave(uow, family, product=product, **body, actor=actor, now=g.now)
            return 200, _told(uow, family)

        return in_unit_of_work(act)


@blueprint.route(f"{FAMILY}/follow")
class Follow(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.Following)
    @blueprint.response(201, schemas.FollowedOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], base: str) -> Any:
        """Draft one change request over all variants that are to follow their base, effective together."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            done = following.follow(uow, keeping.locked(uow, base), **body, actor=actor, now=g.now)
            request = done.request
            named = {"request": request.id if request else None, "number": request.number if request else None}
            return 201, {**named, "drafts": done.drafts}

        return in_unit_of_work(act)


@blueprint.route(f"{FAMILY}/eligibility")
class Eligibility(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.EligibilityQuery, location="query")
    @blueprint.response(200, schemas.EligibilityOut)
    def get(self, query: dict[str, str], base: str) -> Any:
        """For which tiers a customer is eligible, point by point; null is what has to be shown."""
        actor = current_actor()
        require(actor, SEE)
        customer = customer_by_number(session(), query["customer"], actor)
        person = person_of(session(), customer, accounting_date(g.now))
        members = queries.members_of(session(), queries.family_of_base(session(), base).base_code, g.now)
        return {"customer": customer.number, "tiers": [show.tier_json(member, person) for member in members]}


@blueprint.route(f"{FAMILY}/plans")
class Plans(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.PlanQuery, location="query")
    @blueprint.response(200, schemas.PlanPage)
    def get(self, query: dict[str, Any], base: str) -> Any:
        """Plans for customer groups, and for the customers one may see, the latest first."""
        actor = current_actor()
        require(actor, SEE)
        family = queries.family_of_base(session(), base)
        limit, after = page_size(), decode_cursor(int)
        rows = queries.plans_of(session(), family.base_code, actor, after=after[0] if after else None, limit=limit)
        more = cursor_beyond([plan.id for plan, _ in rows], limit)
        return {"items": [show.plan_json(*row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewPlan)
    @blueprint.response(201, schemas.PlanOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], base: str) -> Any:
        """Agree a plan, as whoever serves the customer; for a customer group, as the base's department."""
        actor, agreed = current_actor(), planning.Agreed(**body)

        def act(uow: Any) -> tuple[int, Any]:
            plan = planning.agree(uow, keeping.locked(uow, base), plan=agreed, actor=actor, now=g.now)
            return 201, show.plan_json(plan, queries.customer_of(uow, plan))

        return in_unit_of_work(act)


@blueprint.route(f"{FAMILY}/plans/<int:plan_id>/end")
class PlanEnd(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.PlanEnd)
    @blueprint.response(200, schemas.PlanOut)
    @idempotent(who)
    def post(self, body: dict[str, str], base: str, plan_id: int) -> Any:
        """End a plan today, before its time."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            family = keeping.locked(uow, base)
            plan = planning.end(uow, family, plan_id=plan_id, **body, actor=actor, now=g.now)
            return 200, show.plan_json(plan, queries.customer_of(uow, plan))

        return in_unit_of_work(act)
