"""Partners for programs: read here, entered and admitted in the tasks of their case."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor
from app.kernel.clock import accounting_date
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, page_size
from app.modules.agency import presenting as show
from app.modules.agency import queries, schemas

blueprint = Blueprint("partners", __name__, description="Partners of agency products and their admissions")
SEE = "partner.see"


@blueprint.route("/partners")
class Partners(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.PartnerQuery, location="query")
    @blueprint.response(200, schemas.PartnerPage)
    def get(self, query: dict[str, Any]) -> Any:
        """Partners by their code."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(str)
        rows = queries.partners(session(), after=after[0] if after else "", limit=limit)
        more = encode_cursor(rows[limit - 1].key) if len(rows) > limit else None
        return {"items": [show.partner_json(row) for row in rows[:limit]], "next": more}


@blueprint.route("/partners/<key>")
class OnePartner(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, schemas.PartnerDetail)
    def get(self, key: str) -> Any:
        """One partner with its admissions, the latest first."""
        require(current_actor(), SEE)
        partner = queries.partner_by_key(session(), key)
        counts = queries.that_counts(session(), partner.key, accounting_date(g.now))
        return show.partner_detail(partner, queries.admissions_of(session(), partner.key), counts)
