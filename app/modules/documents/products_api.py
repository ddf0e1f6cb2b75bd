"""Documents of products for programs: made from templates, and which of them the live terms contradict."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.clock import accounting_date
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work, page_size
from app.modules.documents import presenting as show
from app.modules.documents import schemas
from app.modules.documents.queries import products as queries
from app.modules.documents.rules.states import LANGUAGES
from app.modules.documents.services import making

blueprint = Blueprint("product_documents", __name__, description="Contracts and promotional material of products")
ONE = "/documents/<int:document_id>"
SEE = "document.see"


@blueprint.route("/documents")
class Documents(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.DocumentQuery, location="query")
    @blueprint.response(200, schemas.DocumentPage)
    def get(self, query: dict[str, Any]) -> Any:
        """Documents in force on a day, the latest first, each beside the terms live on that day."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(int)
        filters = {name: query[name] for name in ("product", "kind", "contradicting", "typed") if name in query}
        asked = queries.Asked(query.get("day", accounting_date(g.now)), **filters)
        rows = queries.documents(session(), asked, after=after[0] if after else None, limit=limit)
        more = cursor_beyond([kept.document.id for kept in rows], limit)
        return {"items": [show.document_json(kept) for kept in rows[:limit]], "next": more}


@blueprint.route("/products/<code>/documents")
class OfProduct(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewDocument)
    @blueprint.response(201, schemas.DocumentsMade)
    @idempotent(who)
    def post(self, body: dict[str, Any], code: str) -> Any:
        """As a product manager of the owning department, fill a template from a version of the product."""
        actor, today = current_actor(), accounting_date(g.now)
        wanted = making.Wanted(**{"languages": LANGUAGES, "valid_from": today, **body})

        def act(uow: Any) -> tuple[int, Any]:
            made = making.make(uow, product_code=code, wanted=wanted, actor=actor, now=g.now)
            kept = [queries.document(uow, document.id, day=today) for document in made]
            return 201, {"items": [show.document_json(each) for each in kept]}

        return in_unit_of_work(act)


@blueprint.route(ONE)
class OneDocument(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.DocumentDayQuery, location="query")
    @blueprint.response(200, schemas.DocumentOut)
    def get(self, query: dict[str, Any], document_id: int) -> Any:
        """One document beside the terms live on a day: today, or its first day where that is still to come."""
        require(current_actor(), SEE)
        day = query.get("day") or queries.day_of_use(session(), document_id, accounting_date(g.now))
        return show.document_json(queries.document(session(), document_id, day=day))


@blueprint.route(f"{ONE}/withdraw")
class Withdrawal(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.TemplateWithdrawal)
    @blueprint.response(200, schemas.DocumentOut)
    @idempotent(who)
    def post(self, body: dict[str, str], document_id: int) -> Any:
        """Take a document out of use from today on."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            making.withdraw(uow, document_id=document_id, **body, actor=actor, now=g.now)
            return 200, show.document_json(queries.document(uow, document_id, day=accounting_date(g.now)))

        return in_unit_of_work(act)
