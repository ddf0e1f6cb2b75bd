"""Exits for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.kernel.input import Blueprint
from app.kernel.web import IF_MATCH, check_if_match, document_problems, idempotent, in_unit_of_work, page_size
from app.modules.exits import csv_answers, presenting, queries, schemas, services
from app.modules.exits.models import Exit, ExitEvaluation, ExitPlan
from app.modules.exits.services import delivering
from app.modules.exits.services.planning import map_of
from app.modules.exits.services.records import seen
from app.modules.exits.services.winding_down import is_balanced, reconciliation, tail_of

blueprint = Blueprint("exits", __name__, description="Exits: a product leaves, its holdings are worked to zero")


def _seen(number: str) -> Exit:
    return seen(session(), number, current_actor())[0]


def _told(current: Any, found: Exit) -> Response:
    plan = current.get(ExitPlan, found.id)
    said = queries.opinions_of(current, found), queries.decisions_of(current, found)
    response = jsonify(presenting.exit_json(found, current.get(ExitEvaluation, found.id), plan, *said))
    response.headers["ETag"] = presenting.tag(found, plan)
    return response


@blueprint.route("/exits")
class Exits(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.ExitQuery, location="query")
    @blueprint.response(200, schemas.ExitPage)
    def get(self, query: dict[str, Any]) -> Any:
        """The exits you may see, latest first; ``?product=``, ``?limit=`` and ``?cursor=``."""
        limit, after = page_size(), decode_cursor(int)
        rows = queries.exits_of(
            session(), current_actor(), product=query.get("product"), after=after[0] if after else None, limit=limit
        )
        items = [presenting.summary_json(row) for row in rows[:limit]]
        return {"items": items, "next": cursor_beyond([row.id for row in rows], limit)}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewExit)
    @blueprint.response(201, schemas.ExitCreated)
    @idempotent(who)
    def post(self, body: dict[str, str]) -> Any:
        """Propose that a product leaves; its evaluation begins."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            given = {"product_code": body["product"], "reason": body["reason"]}
            found = services.propose(uow, actor=actor, now=g.now, **given)
            return 201, {"id": found.number, "instance_id": found.instance_id}

        return in_unit_of_work(act)


@blueprint.route("/exits/<number>")
class OneExit(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.ExitOut)
    def get(self, number: str) -> Any:
        """One exit with its evaluation and its plan."""
        return _told(session(), _seen(number))


@blueprint.route("/exits/<number>/plan")
class Plan(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.PlanIn)
    @blueprint.response(200, schemas.ExitOut)
    def put(self, body: dict[str, Any], number: str) -> Any:
        """Write the plan; the map is computed. All that is wrong with it is named, each fault at its place."""
        actor = current_actor()
        with unit_of_work() as uow:
            found, _ = seen(uow, number, actor, lock=True)
            check_if_match(presenting.tag(found, uow.get(ExitPlan, found.id)))
            services.write_plan(uow, number=number, planned=services.Planned(**body), actor=actor, now=g.now)
            return _told(uow, found)


@blueprint.route("/exits/<number>/map")
class Map(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.MapOut)
    def get(self, number: str) -> Any:
        """What differs for the holders of each version, and what the plan does about it."""
        return {"items": [presenting.map_json(row) for row in map_of(session(), _seen(number).id)]}


@blueprint.route("/exits/<number>/items")
class Items(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.ItemQuery, location="query")
    @blueprint.response(200, schemas.ItemPage)
    def get(self, query: dict[str, Any], number: str) -> Any:
        """The holdings in the exit; ``?state=``, ``?unreached=true``, ``?limit=`` and ``?cursor=``."""
        limit, after = page_size(), decode_cursor(int)
        rows = queries.items_of(
            session(),
            _seen(number),
            state=query.get("state"),
            unreached=query.get("unreached", False),
            after=after[0] if after else None,
            limit=limit,
        )
        items = [presenting.item_json(row) for row in rows[:limit]]
        return {"items": items, "next": cursor_beyond([row.id for row in rows], limit)}


@blueprint.route("/exits/<number>/progress")
class Progress(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.ProgressOut)
    def get(self, number: str) -> Any:
        """How many holdings are in each state, and what the batches do now."""
        return queries.progress_of(session(), _seen(number))


@blueprint.route("/exits/<number>/notices")
class Notices(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.PageQuery, location="query")
    @blueprint.response(200, schemas.NoticesOut)
    def get(self, _query: dict[str, Any], number: str) -> Any:
        """What became of the notices: added up by customer group and channel, and one by one."""
        found, limit, after = _seen(number), page_size(), decode_cursor(int)
        rows = delivering.notices_of(session(), found.id, after=after[0] if after else None, limit=limit)
        return {
            "totals": [presenting.tally_json(tally) for tally in delivering.tallies_of(session(), found.id)],
            "items": [presenting.notice_json(row) for row in rows[:limit]],
            "next": cursor_beyond([row.id for row in rows], limit),
        }


@blueprint.route("/exits/<number>/notices/<int:notice>/delivery")
class NoticeDelivery(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.DeliveryIn)
    @blueprint.response(200, schemas.ExitNoticeOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], number: str, notice: int) -> Any:
        """What became of a notice, from the sending system. Counts are totals: the same twice changes nothing."""
        actor, said = current_actor(), services.Report(**body)

        def act(uow: Any) -> tuple[int, Any]:
            row = services.report(uow, number=number, notice=notice, said=said, actor=actor, now=g.now)
            return 200, presenting.notice_json(row)

        return in_unit_of_work(act)


@blueprint.route("/exits/<number>/answers")
class Answers(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.AnswersIn)
    @blueprint.response(200, schemas.AnswersOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], number: str) -> Any:
        """What customers answer, one or many: all are taken, or none. The same answer again changes nothing."""
        actor = current_actor()
        if ("answers" in body) == ("csv" in body):
            raise invalid("/answers", N_("Send either answers or csv."), code="one_of")
        answers = csv_answers.read(body["csv"]) if "csv" in body else [services.Answer(**a) for a in body["answers"]]

        def act(uow: Any) -> tuple[int, Any]:
            given = {"number": number, "answers": answers, "source": body["source"]}
            return 200, {"changed": services.record_answers(uow, actor=actor, now=g.now, **given)}

        return in_unit_of_work(act)


@blueprint.route("/exits/<number>/items/<int:holding>/decision")
class ExceptionDecision(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.ExceptionIn)
    @blueprint.response(200, schemas.ItemOut)
    @idempotent(who)
    def post(self, body: dict[str, str], number: str, holding: int) -> Any:
        """As the person whom the plan names, decide on one exception."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            item = services.decide_exception(uow, number=number, holding=holding, actor=actor, now=g.now, **body)
            return 200, presenting.item_json(item)

        return in_unit_of_work(act)


@blueprint.route("/exits/<number>/withdraw")
class Withdrawal(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.ReasonIn)
    @blueprint.response(200, schemas.ExitSummary)
    def post(self, body: dict[str, str], number: str) -> Any:
        """Take the proposal back, until it is decided."""
        with unit_of_work() as uow:
            found = services.withdraw(uow, number=number, actor=current_actor(), now=g.now, **body)
            return jsonify(presenting.summary_json(found))


@blueprint.route("/exits/<number>/<any(hold,resume):verb>")
class Batches(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, schemas.ProgressOut)
    def post(self, number: str, verb: str) -> Any:
        """As an operator, stop the batches or let them go on."""
        act = services.hold if verb == "hold" else services.resume
        with unit_of_work() as uow:
            return jsonify(queries.progress_of(uow, act(uow, number=number, actor=current_actor(), now=g.now)))


@blueprint.route("/exits/<number>/tail")
class Tail(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.TailOut)
    def get(self, number: str) -> Any:
        """What remains to be settled before the product retires."""
        return {"items": [presenting.tail_json(item) for item in tail_of(session(), _seen(number))]}


@blueprint.route("/exits/<number>/reconciliation")
class OneReconciliation(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.ReconciliationOut)
    def get(self, number: str) -> Any:
        """Whether all adds up, count and cent by cent, out of the records as they are now."""
        found = _seen(number)
        rows = [presenting.reconciliation_json(row) for row in reconciliation(session(), found)]
        return {"balanced": is_balanced(session(), found), "items": rows}
