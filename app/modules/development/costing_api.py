"""Finance's assumptions and cost sheets for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.input import Blueprint
from app.kernel.web import IF_MATCH, check_if_match, document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.catalogue.schemas.api import PageQuery
from app.modules.development.models import FinanceAssumptions
from app.modules.development.presenting import assumptions_json, sheet_json
from app.modules.development.queries import costing as queries
from app.modules.development.schemas import costing as schemas
from app.modules.development.services import assumptions, costing

blueprint = Blueprint("costing", __name__, description="Costing: finance's assumptions and cost sheets")
SEE = "costing.see"


def assumptions_tag(row: FinanceAssumptions) -> str:
    return etag("assumptions", row.id, row.state, row.content_hash)


def _seen(row: FinanceAssumptions) -> None:
    check_if_match(assumptions_tag(row))


@blueprint.route("/finance-assumptions")
class AllAssumptions(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, schemas.AssumptionsPage)
    def get(self, query: dict[str, Any]) -> Any:
        """What finance has assumed, the latest first."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(int)
        rows = queries.all_assumptions(session(), after=after[0] if after else None, limit=limit)
        return {
            "items": [assumptions_json(row) for row in rows[:limit]],
            "next": cursor_beyond([row.id for row in rows], limit),
        }

    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewAssumptions)
    @blueprint.response(201, schemas.AssumptionsOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """As finance, draft assumptions; sheets rest on them once a second person of finance has approved them."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            return 201, assumptions_json(assumptions.draft(uow, **body, actor=actor, now=g.now))

        return in_unit_of_work(act)


@blueprint.route("/finance-assumptions/<int:assumptions_id>")
class OneAssumptions(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, schemas.AssumptionsOut)
    def get(self, assumptions_id: int) -> Any:
        """One set of assumptions, with its ETag."""
        require(current_actor(), SEE)
        row = queries.assumptions_by_id(session(), assumptions_id)
        return _tagged(assumptions_json(row), assumptions_tag(row))

    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.NewAssumptions)
    @blueprint.response(200, schemas.AssumptionsOut)
    def put(self, body: dict[str, Any], assumptions_id: int) -> Any:
        """Change one's own draft."""
        actor = current_actor()
        with unit_of_work() as uow:
            row = assumptions.locked(uow, assumptions_id, _seen)
            assumptions.edit(uow, row, **body, actor=actor, now=g.now)
        return _tagged(assumptions_json(row), assumptions_tag(row))


@blueprint.route("/finance-assumptions/<int:assumptions_id>/approve")
class Approval(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.response(200, schemas.AssumptionsOut)
    @idempotent(who)
    def post(self, assumptions_id: int) -> Any:
        """As a second person of finance, approve exactly what was seen; it never changes again."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            row = assumptions.locked(uow, assumptions_id, _seen)
            return 200, assumptions_json(assumptions.approve(uow, row, actor=actor, now=g.now))

        return in_unit_of_work(act)


@blueprint.route("/cost-sheets")
class CostSheets(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.CostSheetQuery, location="query")
    @blueprint.response(200, schemas.CostSheetPage)
    def get(self, query: dict[str, Any]) -> Any:
        """Cost sheets, the latest first; with ``?product=`` those of a product."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(int)
        rows = queries.sheets_of(
            session(), product=query.get("product"), after=after[0] if after else None, limit=limit
        )
        return {
            "items": [sheet_json(row) for row in rows[:limit]],
            "next": cursor_beyond([row.id for row in rows], limit),
        }

    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewCostSheet)
    @blueprint.response(201, schemas.CostSheetOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Work out a sheet: margin, break-even and sensitivity, kept with its inputs and what finance assumed."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            return 201, sheet_json(costing.work_out(uow, **body, actor=actor, now=g.now))

        return in_unit_of_work(act)


@blueprint.route("/cost-sheets/<int:sheet_id>")
class OneCostSheet(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, schemas.CostSheetOut)
    def get(self, sheet_id: int) -> Any:
        """One sheet with inputs, result and hash."""
        require(current_actor(), SEE)
        return sheet_json(queries.sheet_by_id(session(), sheet_id))


def _tagged(body: dict[str, Any], tag: str) -> Response:
    response = jsonify(body)
    response.headers["ETag"] = tag
    return response
