"""Product risk for programs: the books, and below them what is assessed."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.clock import accounting_date, end_of_day
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.risk import presenting as show
from app.modules.risk import queries, schemas
from app.modules.risk.books import BOOKS, Book
from app.modules.risk.rules.words import SCALE
from app.modules.risk.services import assessing, keeping, measuring

blueprint = Blueprint("risk", __name__, description="Risk of products: environment, limits, transfers, models")
RECORD = "<int:record_id>"
SEE = "risk.see"


def _listed(book: Book) -> type[MethodView]:
    class Records(MethodView):
        @document_problems(blueprint)
        @blueprint.arguments(schemas.RecordQuery, location="query")
        @blueprint.response(200, schemas.RiskRecordPage)
        def get(self, query: dict[str, Any]) -> Any:
            """All records of the book, the latest first; with ``?day=`` those in force on that day."""
            require(current_actor(), SEE)
            if "day" in query:
                known = end_of_day(query["known_at"]) if "known_at" in query else None
                found = queries.in_force(session(), book.key, query["day"], known_at=known)
                return {"items": [show.record_json(row) for row in found], "next": None}
            limit, after = page_size(), decode_cursor(int)
            rows = queries.records(session(), book.key, after=after[0] if after else None, limit=limit)
            more = cursor_beyond([row.id for row in rows], limit)
            return {"items": [show.record_json(row) for row in rows[:limit]], "next": more}

        @document_problems(blueprint, 403, 409)
        @blueprint.arguments(book.schema)
        @blueprint.response(201, schemas.RiskRecordOut)
        @idempotent(who)
        def post(self, body: dict[str, Any]) -> Any:
            """As risk management, enter a record; it holds once the head confirms it."""
            actor = current_actor()
            wanted = keeping.prepared(book=book.key, given=body, actor=actor)

            def act(uow: Any) -> tuple[int, Any]:
                return 201, show.record_json(keeping.enter(uow, wanted=wanted, actor=actor, now=g.now))

            return in_unit_of_work(act)

    return Records


def _one(book: Book) -> type[MethodView]:
    class OneRecord(MethodView):
        @document_problems(blueprint)
        @blueprint.response(200, schemas.RiskRecordOut)
        def get(self, record_id: int) -> Response:
            """One record."""
            require(current_actor(), SEE)
            row = queries.record(session(), book.key, record_id)
            response = jsonify(show.record_json(row))
            response.headers["ETag"] = etag("risk", row.id, row.content_hash, row.confirmed_at)
            return response

    return OneRecord


def _confirmed(book: Book) -> type[MethodView]:
    class RecordConfirmation(MethodView):
        @document_problems(blueprint, 403, 409)
        @blueprint.arguments(schemas.RecordConfirmation)
        @blueprint.response(200, schemas.RiskRecordOut)
        @idempotent(who)
        def post(self, body: dict[str, str], record_id: int) -> Any:
            """As the head of risk management who did not enter it, put the record that was read in force."""
            actor, shown = current_actor(), body["content_hash"]

            def act(uow: Any) -> tuple[int, Any]:
                row = keeping.confirm(uow, book=book.key, record_id=record_id, shown=shown, actor=actor, now=g.now)
                return 200, show.record_json(row)

            return in_unit_of_work(act)

    return RecordConfirmation


for _book in BOOKS.values():
    _path = f"/risk/{_book.key}"
    blueprint.route(_path, endpoint=f"{_book.key}_book")(_listed(_book))
    blueprint.route(f"{_path}/{RECORD}", endpoint=f"{_book.key}_record")(_one(_book))
    blueprint.route(f"{_path}/{RECORD}/confirm", endpoint=f"{_book.key}_confirmation")(_confirmed(_book))


ASSESSMENT = "/risk/assessments/<int:assessment_id>"


@blueprint.route("/risk/assessments")
class Assessments(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.AssessmentQuery, location="query")
    @blueprint.response(200, schemas.AssessmentPage)
    def get(self, query: dict[str, Any]) -> Any:
        """The assessments, the latest first; with ``?product=`` those of one product."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(int)
        before = after[0] if after else None
        rows = queries.assessments(session(), product=query.get("product"), after=before, limit=limit)
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [show.assessment_json(row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 404, 409)
    @blueprint.arguments(schemas.NewAssessment)
    @blueprint.response(201, schemas.AssessmentOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """As risk management, assess a version by what the records say today; experts may then score it."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            return 201, show.assessment_json(assessing.assess(uow, given=body, actor=actor, now=g.now))

        return in_unit_of_work(act)


@blueprint.route(ASSESSMENT)
class OneAssessment(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.AssessmentOut)
    def get(self, assessment_id: int) -> Response:
        """One assessment with the experts' scores."""
        require(current_actor(), SEE)
        row = queries.assessment(session(), assessment_id)
        response = jsonify(show.assessment_json(row))
        response.headers["ETag"] = etag("risk assessment", row.id, row.state, len(row.scores))
        return response


@blueprint.route(f"{ASSESSMENT}/scores")
class Scores(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewScore)
    @blueprint.response(201, schemas.AssessmentOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], assessment_id: int) -> Any:
        """As an expert, score one risk from 1 to 5, once."""
        actor, points = current_actor(), body.pop("score")

        def act(uow: Any) -> tuple[int, Any]:
            found = assessing.score(uow, assessment_id=assessment_id, points=points, **body, actor=actor, now=g.now)
            return 201, show.assessment_json(found)

        return in_unit_of_work(act)


@blueprint.route(f"{ASSESSMENT}/conclude")
class Conclusion(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, schemas.AssessmentOut)
    @idempotent(who)
    def post(self, assessment_id: int) -> Any:
        """As risk management, fix the residual risk and the text for the approver's file."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            found = assessing.conclude(uow, assessment_id=assessment_id, actor=actor, now=g.now)
            return 200, show.assessment_json(found)

        return in_unit_of_work(act)


@blueprint.route("/risk/concentration")
class Concentration(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.ConcentrationQuery, location="query")
    @blueprint.response(200, schemas.ConcentrationOut)
    def get(self, query: dict[str, str]) -> Any:
        """How what customers hold is spread over product types and families, in one currency."""
        require(current_actor(), SEE)
        rows = measuring.held(session(), query["currency"])
        types, families = (measuring.concentration(rows, by) for by in ("type", "family"))
        return {
            "currency": query["currency"],
            "total": str(types.total),
            "types": show.spread_json(types),
            "families": show.spread_json(families),
        }


@blueprint.route("/risk/utilisation")
class Utilisation(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.UtilisationOut)
    def get(self) -> Any:
        """Each limit in force today with what is used of it."""
        require(current_actor(), SEE)
        return {"items": measuring.limits_used(session(), accounting_date(g.now))}


@blueprint.route("/risk/scale")
class Scale(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.ScaleOut)
    def get(self) -> Any:
        """What the experts' scores mean."""
        require(current_actor(), SEE)
        return {"items": [{"score": score, "texts": dict(texts)} for score, texts in SCALE.items()]}
