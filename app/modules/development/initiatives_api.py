"""Initiatives for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel import clock
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.input import Blueprint
from app.kernel.uploads import FILE_TYPE, UNTYPED, file_answer, file_body, sent_file
from app.kernel.web import (
    IF_MATCH,
    check_if_match,
    document_problems,
    etag,
    idempotent,
    in_unit_of_work,
    page_size,
)
from app.modules.catalogue.schemas.api import PageQuery
from app.modules.development.models import Initiative
from app.modules.development.presenting import evidence_json, initiative_detail, initiative_json
from app.modules.development.queries import initiatives as queries
from app.modules.development.rules.burning import burn_over_time
from app.modules.development.rules.initiatives import GATES
from app.modules.development.schemas import initiatives as schemas
from app.modules.development.services import evidence, initiatives, tasks

blueprint = Blueprint("initiatives", __name__, description="R&D initiatives: plan, gates, evidence, budget")


def initiative_tag(row: Initiative) -> str:
    return etag("initiative", row.id, row.revision)


def _seen(uow: Any, initiative_id: int) -> Initiative:
    """The initiative under its lock, as whoever asks saw it."""
    row = initiatives.locked(uow, initiative_id)
    check_if_match(initiative_tag(row))
    return row


def _told(uow: Any, row: Initiative) -> dict[str, Any]:
    marks = burn_over_time(row.plan, queries.spent_over_time(uow, row, clock.accounting_date(g.now)))
    return initiative_detail(row, queries.verdicts_on(uow, row.id), queries.evidence_of(uow, row.id), marks)


def _tagged(body: dict[str, Any], row: Initiative) -> Response:
    response = jsonify(body)
    response.headers["ETag"] = initiative_tag(row)
    return response


@blueprint.route("/initiatives")
class Initiatives(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, schemas.InitiativePage)
    def get(self, query: dict[str, Any]) -> Any:
        """Initiatives, the latest first."""
        require(current_actor(), initiatives.SEE)
        limit, after = page_size(), decode_cursor(int)
        rows = queries.initiatives(session(), after=after[0] if after else None, limit=limit)
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [initiative_json(row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewInitiative)
    @blueprint.response(201, schemas.InitiativeDetail)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Found an initiative of one's own, of an idea that is being considered or of none."""
        actor = current_actor()
        return in_unit_of_work(lambda uow: (201, _told(uow, initiatives.found(uow, **body, actor=actor, now=g.now))))


@blueprint.route("/initiatives/<int:initiative_id>")
class OneInitiative(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, schemas.InitiativeDetail)
    def get(self, initiative_id: int) -> Any:
        """One initiative with its gates, and its ETag."""
        row = queries.initiative_by_id(session(), initiative_id)
        require(current_actor(), initiatives.SEE, initiatives.facts_of(session(), row))
        return _tagged(_told(session(), row), row)


@blueprint.route("/initiatives/<int:initiative_id>/plan")
class Plan(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.InitiativePlan)
    @blueprint.response(200, schemas.InitiativeDetail)
    def put(self, body: dict[str, Any], initiative_id: int) -> Any:
        """As the owner, put another plan in place: days of the gates, tasks, budget."""
        actor = current_actor()
        with unit_of_work() as uow:
            row = initiatives.replan(uow, _seen(uow, initiative_id), plan=body, actor=actor, now=g.now)
            return _tagged(_told(uow, row), row)


@blueprint.route("/initiatives/<int:initiative_id>/tasks/<int:place>")
class Task(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.TaskMark)
    @blueprint.response(200, schemas.InitiativeDetail)
    def patch(self, body: dict[str, Any], initiative_id: int, place: int) -> Any:
        """As its owner or the leader, say whether a task is done; ``place``: where it stands in the plan, from 0 on."""
        actor = current_actor()
        with unit_of_work() as uow:
            row = tasks.mark(uow, _seen(uow, initiative_id), place=place, **body, actor=actor, now=g.now)
            return _tagged(_told(uow, row), row)


@blueprint.route("/initiatives/<int:initiative_id>/gates")
class Gates(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.NewGateVerdict)
    @blueprint.response(201, schemas.InitiativeDetail)
    @idempotent(who)
    def post(self, body: dict[str, Any], initiative_id: int) -> Any:
        """As a head or an executive who does not own it, judge the gate at which the initiative stands."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            row = _seen(uow, initiative_id)
            initiatives.judge_gate(uow, row, **body, actor=actor, now=g.now)
            return 201, _told(uow, row)

        return in_unit_of_work(act)


@blueprint.route(f"/initiatives/<int:initiative_id>/gates/<any({','.join(GATES)}):gate>/evidence")
class GateEvidence(MethodView):
    @document_problems(blueprint, 403, 409, 413)
    @blueprint.doc(requestBody=file_body())
    @blueprint.response(201, schemas.EvidenceOut)
    @idempotent(who)
    def post(self, initiative_id: int, gate: str) -> Any:
        """As somebody who works on it, add evidence for a gate that is not passed, as the multipart member ``file``."""
        actor, file = current_actor(), sent_file()

        def act(uow: Any) -> tuple[int, Any]:
            row = initiatives.locked(uow, initiative_id)
            given = evidence.give(uow, row, gate=gate, **file._asdict(), actor=actor, now=g.now)
            return 201, evidence_json(given)

        return in_unit_of_work(act)


@blueprint.route("/initiatives/<int:initiative_id>/evidence/<int:file_id>")
class OneFile(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, schema=FILE_TYPE, content_type=UNTYPED)
    def get(self, initiative_id: int, file_id: int) -> Any:
        """A file of evidence, to be saved."""
        row = queries.initiative_by_id(session(), initiative_id)
        require(current_actor(), initiatives.SEE, initiatives.facts_of(session(), row))
        return file_answer(queries.evidence_by_id(session(), row.id, file_id))


@blueprint.route("/initiatives/<int:initiative_id>/state")
class State(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.InitiativeMove)
    @blueprint.response(200, schemas.InitiativeDetail)
    @idempotent(who)
    def post(self, body: dict[str, Any], initiative_id: int) -> Any:
        """As the owner, pause, resume, complete or stop it."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            row = initiatives.lead(uow, _seen(uow, initiative_id), **body, actor=actor, now=g.now)
            return 200, _told(uow, row)

        return in_unit_of_work(act)
