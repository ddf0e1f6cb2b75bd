"""The life of a product for programs."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work
from app.modules.catalogue.queries import product_by_code
from app.modules.lifecycle import queries, schemas, services
from app.modules.lifecycle.presenting import life_json

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
        return life_json(queries.life_of(session(), product, known_at=known_at, actor=actor))

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
