"""Ceilings of deposit rates for programs."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work, page_size
from app.modules.pricing import queries, schemas, services
from app.modules.pricing.models import RateCeiling
from app.workflow.presenting import moment

blueprint = Blueprint("pricing", __name__, description="Ceilings of the rate self-discipline mechanism")


def ceiling_json(row: RateCeiling) -> dict[str, Any]:
    return {
        **services.told(row),
        "id": row.id,
        "state": "confirmed" if row.confirmed_at else "entered",
        "entered": moment(row.entered_at),
        "confirmed": moment(row.confirmed_at) if row.confirmed_at else None,
    }


@blueprint.route("/rate-ceilings")
class Ceilings(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.CeilingQuery, location="query")
    @blueprint.response(200, schemas.CeilingPage)
    def get(self, query: dict[str, Any]) -> Any:
        """All ceilings that were entered, the latest first; with ``?day=`` those that hold on that day."""
        require(current_actor(), "ceiling.see")
        if "day" in query:
            return {"items": [ceiling_json(row) for row in queries.in_force(session(), query["day"])], "next": None}
        limit, after = page_size(), decode_cursor(int)
        rows = queries.ceilings(session(), after=after[0] if after else None, limit=limit)
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [ceiling_json(row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewCeiling)
    @blueprint.response(201, schemas.CeilingOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """As an officer of asset and liability management, enter a ceiling; it holds once the head confirms it."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            return 201, ceiling_json(services.enter(uow, **body, actor=actor, now=g.now))

        return in_unit_of_work(act)


@blueprint.route("/rate-ceilings/<int:ceiling_id>/confirm")
class Confirmation(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, schemas.CeilingOut)
    @idempotent(who)
    def post(self, ceiling_id: int) -> Any:
        """As the head of asset and liability management, put a ceiling in force."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            return 200, ceiling_json(services.confirm(uow, ceiling_id=ceiling_id, actor=actor, now=g.now))

        return in_unit_of_work(act)
