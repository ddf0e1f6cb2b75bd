"""Change requests for programs: the way in to a product update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.permissions import Facts, require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.errors import Invalid
from app.kernel.input import Blueprint
from app.kernel.uploads import FILE_TYPE
from app.kernel.web import IF_MATCH, check_if_match, document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.changes import presenting as show
from app.modules.changes import queries, schemas, services
from app.modules.changes.exporting.bundle import bundle
from app.modules.changes.exporting.document import file_json
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.delivery import Delivered
from app.modules.changes.rules.file import WRITTEN
from app.modules.changes.services import launching, notices
from app.modules.changes.services.records import for_change
from app.modules.changes.services.standing import described
from app.workflow.models import ProcessInstance

blueprint = Blueprint("changes", __name__, description="Change requests: proposals, reviews, pilots")
ID = "<int:request_id>"


def tag(request: ChangeRequest) -> str:
    return etag("change", request.id, request.version)


def _answered(current: Any, request: ChangeRequest) -> Response:
    response = jsonify(show.request_json(current, request, g.now))
    response.headers["ETag"] = tag(request)
    return response


def _wanted(body: dict[str, Any]) -> list[services.Wanted]:
    return [services.Wanted(**item) for item in body.pop("versions", [])]


@blueprint.route("/change-requests")
class ChangeRequests(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.ChangeRequestQuery, location="query")
    @blueprint.response(200, schemas.ChangeRequestPage)
    def get(self, query: dict[str, Any]) -> Any:
        """Requests I may see, newest first; ``?mine=``, ``?state=``, ``?product=`` narrow."""
        limit, after = page_size(), decode_cursor(int)
        wanted = {name: query[name] for name in ("mine", "state", "product") if name in query}
        rows = queries.requests_of(session(), current_actor(), **wanted, after=after[0] if after else None, limit=limit)
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [show.summary_json(r) for r in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewChangeRequest)
    @blueprint.response(201, schemas.ChangeRequestDrafted)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Propose a change. It is submitted and its case starts at once, unless it is kept as a draft."""
        actor, wanted, draft = current_actor(), _wanted(body), body.pop("draft", False)

        def act(uow: Any) -> tuple[int, Any]:
            request = services.create_draft(uow, wanted=wanted, details=body, actor=actor, now=g.now)
            if not draft:
                request, _ = services.submit(uow, request_id=request.id, actor=actor, now=g.now)
            return 201, {**show.created_json(request), "waits_for": show.waits_for_json(uow, request, g.now)}

        return in_unit_of_work(act)


@blueprint.route(f"/change-requests/{ID}")
class OneRequest(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.ChangeRequestOut)
    def get(self, request_id: int) -> Any:
        """One request with the opinions, conditions and decisions on it, and its pilot."""
        return _answered(session(), queries.request_for(session(), request_id, current_actor()))

    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.ChangeRequestPatch, required=False)
    @blueprint.response(200, schemas.ChangeRequestOut)
    def patch(self, body: dict[str, Any], request_id: int) -> Any:
        """Change a draft or a request that is being designed; one in review is taken back by that."""
        actor, wanted = current_actor(), _wanted(body)
        with unit_of_work() as uow:
            seen, _ = for_change(uow, request_id, actor)
            require(actor, "change.edit", Facts(initiator=seen.initiator))
            check_if_match(tag(seen))
            request = services.save_step(
                uow, request_id=request_id, details=body, wanted=wanted, actor=actor, now=g.now
            )
            return _answered(uow, request)


@blueprint.route(f"/change-requests/{ID}/difference")
class Difference(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.DifferenceOut)
    def get(self, request_id: int) -> Any:
        """What the request changes, attribute by attribute, product by product."""
        request = queries.request_for(session(), request_id, current_actor())
        found = queries.difference_of(session(), request, g.now)
        return jsonify({"items": [show.difference_json(d) for d in found]})


@blueprint.route(f"/change-requests/{ID}/texts")
class Texts(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.OfferedTexts)
    def get(self, request_id: int) -> Any:
        """What the approved templates offer for the rollout: strategy, notices to customers, promotional material."""
        request = queries.request_for(session(), request_id, current_actor())
        return jsonify({"items": show.texts_json(launching.offered_texts(session(), request, g.now))})


@blueprint.route(f"/change-requests/{ID}/standing")
class RequestStanding(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.StandingOut)
    def get(self, request_id: int) -> Any:
        """The steps it is in, with whom it lies and for how long in business days, and what it needs from me."""
        actor = current_actor()
        found = queries.request_for(session(), request_id, actor)
        case = session().get(ProcessInstance, found.instance_id) if found.instance_id else None
        return jsonify(show.standing_json(described(session(), actor, [(found, case)])[0], g.now))


def _file(current: Any, request: ChangeRequest) -> Response:
    response = jsonify(file_json(current, request, g.now))
    response.headers["ETag"] = tag(request)
    return response


@blueprint.route(f"/change-requests/{ID}/file")
class ApproversFile(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.ApproversFileOut)
    def get(self, request_id: int) -> Any:
        """The parts of the approver's file: which of them are demanded, and which are there."""
        return _file(session(), queries.request_for(session(), request_id, current_actor()))


@blueprint.route(f"/change-requests/{ID}/file/bundle")
class FileBundle(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schema=FILE_TYPE, content_type="application/zip")
    def get(self, request_id: int) -> Any:
        """The approver's file as a zip with its evidence and audit chains; ``flask file verify`` checks it offline."""
        actor = current_actor()
        found = queries.request_for(session(), request_id, actor)
        case = session().get(ProcessInstance, found.instance_id) if found.instance_id else None
        content = bundle(session(), found, case, now=g.now, exported_by=actor.username)
        answer = Response(content, mimetype="application/zip")
        answer.headers["Content-Disposition"] = f"attachment; filename={found.number}.zip"
        return answer


@blueprint.route(f"/change-requests/{ID}/file/<any({','.join(WRITTEN)}):part>")
class FilePart(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.FilePartIn)
    @blueprint.response(200, schemas.ApproversFileOut)
    def put(self, body: dict[str, Any], request_id: int, part: str) -> Any:
        """Write a part of the approver's file, as the initiator; in review that takes the request back."""
        actor = current_actor()
        with unit_of_work() as uow:
            seen, _ = for_change(uow, request_id, actor)
            require(actor, "change.edit", Facts(initiator=seen.initiator))
            check_if_match(tag(seen))
            written = services.Written(body["text"] or "", body.get("attachment_id"))
            request = _pointing_into_body(
                lambda: services.write_parts(uow, request_id=request_id, parts={part: written}, actor=actor, now=g.now)
            )
            return _file(uow, request)


def _pointing_into_body(act: Callable[[], ChangeRequest]) -> ChangeRequest:
    """The part stands in the address, so faults point into the body without it."""
    try:
        return act()
    except Invalid as error:
        error.faults = tuple(replace(f, pointer="/" + f.pointer.rsplit("/", 1)[-1]) for f in error.faults)
        raise


def _verb(act: Callable[[Any], ChangeRequest]) -> Any:
    def run(uow: Any) -> tuple[int, Any]:
        return 200, show.request_json(uow, act(uow), g.now)

    return in_unit_of_work(run)


@blueprint.route(f"/change-requests/{ID}/submit")
class Submit(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, schemas.ChangeRequestOut)
    @idempotent(who)
    def post(self, request_id: int) -> Any:
        """Submit a draft: its case starts."""
        return _verb(lambda uow: services.submit(uow, request_id=request_id, actor=current_actor(), now=g.now)[0])


@blueprint.route(f"/change-requests/{ID}/withdraw")
class Withdraw(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.ClosingReason)
    @blueprint.response(200, schemas.ChangeRequestOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], request_id: int) -> Any:
        """Withdraw a request that is not yet decided."""
        return _verb(
            lambda uow: services.withdraw(uow, request_id=request_id, actor=current_actor(), now=g.now, **body)
        )


@blueprint.route(f"/change-requests/{ID}/observations")
class Observations(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.ObservationIn)
    @blueprint.response(201, schemas.ObservationOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], request_id: int) -> Any:
        """Add a dated row to what was observed in the pilot."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            row = services.add_observation(uow, request_id=request_id, actor=actor, now=g.now, **body)
            return 201, show.observation_json(row)

        return in_unit_of_work(act)


@blueprint.route(f"/change-requests/{ID}/stop-pilot")
class StopPilot(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.ClosingReason)
    @blueprint.response(200, schemas.ChangeRequestOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], request_id: int) -> Any:
        """As the risk department, stop the pilot at once: its sales are rolled back."""
        return _verb(
            lambda uow: services.stop_pilot(uow, request_id=request_id, actor=current_actor(), now=g.now, **body)
        )


@blueprint.route(f"/change-requests/{ID}/notices/<int:notice_id>/delivery")
class NoticeDelivery(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.DeliveryReport)
    @blueprint.response(200, schemas.CustomerNoticeOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], request_id: int, notice_id: int) -> Any:
        """What became of a notice, from the sending system. Counts are totals: the same twice changes nothing."""
        actor, source = current_actor(), body.pop("source")

        def act(uow: Any) -> tuple[int, Any]:
            counts = Delivered(**body)
            row = notices.report(
                uow, request_id=request_id, notice_id=notice_id, counts=counts, source=source, actor=actor, now=g.now
            )
            return 200, show.notice_json(row)

        return in_unit_of_work(act)


@blueprint.route(f"/change-requests/{ID}/conditions/<int:condition_id>/close")
class CloseCondition(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.ConditionGrounds)
    @blueprint.response(200, schemas.ConditionOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], request_id: int, condition_id: int) -> Any:
        """Close a condition, as the department that set it."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            found = services.close_condition(
                uow, request_id=request_id, condition_id=condition_id, actor=actor, now=g.now, **body
            )
            return 200, show.condition_json(found)

        return in_unit_of_work(act)
