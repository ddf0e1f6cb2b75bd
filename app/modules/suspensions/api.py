"""Suspensions for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work, page_size
from app.modules.catalogue.queries import product_by_code
from app.modules.suspensions import queries, schemas, services
from app.modules.suspensions.presenting import suspension_json

blueprint = Blueprint("suspensions", __name__, description="Emergency suspension of sales")


@blueprint.route("/products/<code>/suspensions")
class Suspensions(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.SuspensionQuery, location="query")
    @blueprint.response(200, schemas.SuspensionPage)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """The suspensions of a product, latest first; ``?limit=`` and ``?cursor=`` page through them."""
        actor, limit, after = current_actor(), page_size(), decode_cursor(int)
        product = product_by_code(session(), code)
        before = after[0] if after else None
        rows = queries.suspensions_of(session(), actor, product=product.code, after=before, limit=limit)
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [suspension_json(row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewSuspension)
    @blueprint.response(201, schemas.SuspensionOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], code: str) -> Any:
        """As the risk department, stop sales at once; the ratification starts by itself."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            found = services.suspend(uow, product_code=code, actor=actor, now=g.now, **body)
            return 201, suspension_json(found)

        return in_unit_of_work(act)


@blueprint.route("/suspensions/<number>")
class OneSuspension(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.SuspensionOut)
    def get(self, number: str) -> Any:
        """One suspension with who ordered, ratified, remedied and lifted it."""
        return suspension_json(queries.suspension_for(session(), number, current_actor()))


@blueprint.route("/products/<code>/quota-used")
class QuotaUsed(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.QuotaReport)
    @blueprint.response(200, schemas.QuotaAnswer)
    @idempotent(who)
    def post(self, body: dict[str, Any], code: str) -> Any:
        """How much of a product's quota is used, from core banking. Used up, its sales are suspended by themselves."""
        actor = current_actor()
        body |= {name: Decimal(body[name]) for name in ("limit", "used")}

        def act(uow: Any) -> tuple[int, Any]:
            found = services.quota_used(uow, product_code=code, actor=actor, now=g.now, **body)
            return 200, {"suspended": found is not None, "suspension": suspension_json(found) if found else None}

        return in_unit_of_work(act)
