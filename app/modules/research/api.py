"""Market research for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView
from marshmallow import Schema

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.input import Blueprint
from app.kernel.web import (
    IF_MATCH,
    PageQuery,
    check_if_match,
    document_problems,
    etag,
    idempotent,
    in_unit_of_work,
    page_size,
)
from app.modules.catalogue.queries import product_by_code
from app.modules.research import presenting as show
from app.modules.research import queries, schemas, services
from app.modules.research.models import Gathered, Questionnaire

blueprint = Blueprint("research", __name__, description="Market research for products")
SEE = "research.see"
OF_PRODUCT = "/products/<code>"
ONE = "/questionnaires/<int:number>"


def tag(found: Questionnaire) -> str:
    return etag("questionnaire", found.id, found.revision)


def _tagged(found: Questionnaire) -> Response:
    response = jsonify(show.questionnaire_json(found))
    response.headers["ETag"] = tag(found)
    return response


def _seen(uow: Any, number: int) -> Questionnaire:
    """The questionnaire under its lock, as whoever asks saw it."""
    found = services.locked(uow, number)
    check_if_match(tag(found))
    return found


def _product(code: str) -> str:
    require(current_actor(), SEE)
    return product_by_code(session(), code).code


def _asked() -> dict[str, Any]:
    """Which page of a list is asked for."""
    after = decode_cursor(int)
    return {"after": after[0] if after else None, "limit": page_size()}


@blueprint.route(f"{OF_PRODUCT}/questionnaires")
class Questionnaires(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, schemas.QuestionnairePage)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """Questionnaires of a product, the latest first."""
        rows = queries.questionnaires_of(session(), _product(code), **_asked())
        items = [{**show.questionnaire_json(row), "answers": count} for row, count in rows[: page_size()]]
        return {"items": items, "next": cursor_beyond([row.id for row, _ in rows], page_size())}

    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewQuestionnaire)
    @blueprint.response(201, schemas.QuestionnaireOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], code: str) -> Any:
        """Write a questionnaire, as the department that owns the product; it is a draft until it is opened."""
        told = {"product_code": code, "written": body, "actor": current_actor(), "now": g.now}
        return in_unit_of_work(lambda uow: (201, show.questionnaire_json(services.write(uow, **told))))


@blueprint.route(ONE)
class OneQuestionnaire(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.QuestionnaireOut)
    def get(self, number: int) -> Any:
        """One questionnaire with its questions, and its ETag."""
        require(current_actor(), SEE)
        return _tagged(queries.questionnaire(session(), number))

    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.NewQuestionnaire)
    @blueprint.response(200, schemas.QuestionnaireOut)
    def put(self, body: dict[str, Any], number: int) -> Any:
        """Change a draft."""
        actor = current_actor()
        with unit_of_work() as uow:
            return _tagged(services.edit(uow, _seen(uow, number), written=body, actor=actor, now=g.now))


@blueprint.route(f"{ONE}/<any(open, close):verb>")
class Step(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.response(200, schemas.QuestionnaireOut)
    @idempotent(who)
    def post(self, number: int, verb: str) -> Any:
        """``open``: its questions are fixed and it is answered. ``close``: no more answers."""
        actor, act = current_actor(), services.STEPS[verb]
        return in_unit_of_work(
            lambda uow: (200, show.questionnaire_json(act(uow, _seen(uow, number), actor=actor, now=g.now)))
        )


@blueprint.route(f"{ONE}/answers")
class Answers(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, schemas.AnswerPage)
    def get(self, query: dict[str, Any], number: int) -> Any:
        """What was answered, the latest first."""
        require(current_actor(), SEE)
        rows = queries.answers_to(session(), queries.questionnaire(session(), number), **_asked())
        items = [show.answer_json(row) for row in rows[: page_size()]]
        return {"items": items, "next": cursor_beyond([row.id for row in rows], page_size())}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewAnswers)
    @blueprint.response(201, schemas.TakenOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], number: int) -> Any:
        """Enter answers, all or none: one's own, or those of customers."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            taken = services.answer(uow, services.locked(uow, number), **body, actor=actor, now=g.now)
            return 201, {"taken": taken}

        return in_unit_of_work(act)


@blueprint.route(f"{ONE}/results")
class Results(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.ResultsOut)
    def get(self, number: int) -> Any:
        """Counts per choice, figures of numbers, quoted texts."""
        require(current_actor(), SEE)
        found = queries.questionnaire(session(), number)
        return show.results_json(queries.results(session(), found), queries.answered_by_group(session(), found))


class Finds(MethodView):
    """What is noted down for a product: the latest first, and one more."""

    kind: type[Gathered]

    def page(self, code: str) -> dict[str, Any]:
        rows = queries.gathered(session(), self.kind, _product(code), **_asked())
        items = [show.gathered_json(row) for row in rows[: page_size()]]
        return {"items": items, "next": cursor_beyond([row.id for row in rows], page_size())}

    def keep(self, code: str, given: dict[str, Any]) -> Response:
        told = {"product_code": code, "given": given, "actor": current_actor(), "now": g.now}
        return in_unit_of_work(lambda uow: (201, show.gathered_json(services.gather(uow, self.kind, **told))))


def _finds(kind: type[Gathered], schema: type[Schema], path: str) -> None:
    """The list of one kind of record, and the way to add to it."""

    class Kind(Finds):
        @document_problems(blueprint)
        @blueprint.arguments(PageQuery, location="query")
        @blueprint.response(200, schemas.GatheredPage)
        def get(self, query: dict[str, Any], code: str) -> Any:
            """What was noted down for a product, the latest first."""
            return self.page(code)

        @document_problems(blueprint, 403)
        @blueprint.arguments(schema)
        @blueprint.response(201, schemas.GatheredOut)
        @idempotent(who)
        def post(self, body: dict[str, Any], code: str) -> Any:
            """Note it down, as the department that owns the product."""
            return self.keep(code, body)

    Kind.kind = kind
    blueprint.route(f"{OF_PRODUCT}/{path}", endpoint=path)(Kind)


for _path, (_kind, _schema) in schemas.FINDS.items():
    _finds(_kind, _schema, _path)
