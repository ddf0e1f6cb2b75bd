"""The life of a product for programs."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import PageQuery, document_problems, idempotent, in_unit_of_work, page_size
from app.modules.catalogue.queries import product_by_code
from app.modules.lifecycle import queries, schemas, services
from app.modules.lifecycle.presenting import life_json, reading_json, strategy_json

blueprint = Blueprint("lifecycle", __name__, description="The life of a product, from concept to exit")


@blueprint.route("/products/<code>/life")
class ProductLife(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.LifeQuery, location="query")
    @blueprint.response(200, schemas.LifeOut)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """Stages, what happened, objectives and evaluations; ``?known_at=`` asks what was known then."""
        actor = current_actor()
        require(actor, "product.see")
        product = product_by_code(session(), code)
        known_at = min(query.get("known_at") or g.now, g.now)
        return life_json(queries.life_of(session(), product, known_at=known_at, now=g.now, actor=actor))

    @document_problems(blueprint, 403, 409)
    @blueprint.response(201, schemas.Begun)
    @idempotent(who)
    def post(self, code: str) -> Any:
        """Follow the product from now on, from whatever stage it is in."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            found = services.begin(uow, product_code=code, actor=actor, now=g.now)
            return 201, {"id": found.id, "instance_id": found.instance_id}

        return in_unit_of_work(act)


@blueprint.route("/products/<code>/objectives")
class Objectives(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewObjectives)
    @blueprint.response(201, schemas.StrategyOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], code: str) -> Any:
        """Set strategy and objectives of a product that is followed, as the department that owns it."""
        told = {"product_code": code, "given": body, "actor": current_actor(), "now": g.now}
        return in_unit_of_work(lambda uow: (201, strategy_json(services.set_objectives(uow, **told))))


@blueprint.route("/products/<code>/readings")
class Readings(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, schemas.MeasureReadingPage)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """Readings of measures of the product, the latest entry first."""
        actor = current_actor()
        require(actor, "product.see")
        product, after, limit = product_by_code(session(), code), decode_cursor(int), page_size()
        seen, last = queries.measures_seen(actor), after[0] if after else None
        rows = queries.readings_of(session(), product.code, seen=seen, after=last, limit=limit)
        items = [{**reading_json(one.row), "replaced": one.replaced} for one in rows[:limit]]
        return {"items": items, "next": cursor_beyond([one.row.id for one in rows], limit)}

    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewMeasureReading)
    @blueprint.response(201, schemas.MeasureReadingOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], code: str) -> Any:
        """Enter a reading, as the department that owns the product or as a system; a wrong one by another."""
        told = {"product_code": code, "given": body, "actor": current_actor(), "now": g.now}
        return in_unit_of_work(lambda uow: (201, reading_json(services.enter(uow, **told))))
