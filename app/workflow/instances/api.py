"""Cases for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import PageQuery, document_problems, idempotent, in_unit_of_work, page_size
from app.workflow.deployments.api import definition_version
from app.workflow.instances import queries, services
from app.workflow.instances.migration import migrate
from app.workflow.models import ProcessInstance
from app.workflow.presenting import instance_json, moment
from app.workflow.schemas import History, InstanceOut, InstanceQuery, Instances, Reason, SendBack

blueprint = Blueprint("instances", __name__, description="Running and finished cases")
ID = "<int:instance_id>"


def presented(current: Any, instance: ProcessInstance) -> dict[str, Any]:
    active = queries.active_elements(current, [instance.id])[instance.id]
    return instance_json(instance, definition_version(current, instance.definition_id), active)


@blueprint.route("/instances")
class InstanceList(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(InstanceQuery, location="query")
    @blueprint.response(200, Instances)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Cases I may see, newest first; ``?process=``, ``?state=``, ``?business_key=`` narrow."""
        limit, after = page_size(), decode_cursor(int)
        filters = {
            "process_key": query.get("process"),
            "state": query.get("state"),
            "business_key": query.get("business_key"),
        }
        rows = queries.instances(
            session(), current_actor(), after=after[0] if after else None, limit=limit, filters=filters
        )
        active = queries.active_elements(session(), [i.id for i, _ in rows[:limit]])
        more = cursor_beyond([i.id for i, _ in rows], limit)
        return {"items": [instance_json(i, v, active[i.id]) for i, v in rows[:limit]], "next": more}


@blueprint.route(f"/instances/{ID}")
class Instance(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, InstanceOut)
    def get(self, instance_id: int) -> dict[str, Any]:
        """Where a case stands."""
        return presented(session(), queries.instance_for(session(), instance_id, current_actor()))


@blueprint.route(f"/instances/{ID}/history")
class InstanceHistory(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, History)
    def get(self, query: dict[str, Any], instance_id: int) -> dict[str, Any]:
        """What happened, oldest first: the audit chain of the case."""
        limit, after = page_size(100), decode_cursor(int)
        instance = queries.instance_for(session(), instance_id, current_actor())
        rows = queries.history(session(), instance, after=after[0] if after else 0, limit=limit + 1)
        items = [
            {"number": e.number, "at": moment(e.at), "actor": e.actor, "action": e.action, "payload": e.payload}
            for e in rows[:limit]
        ]
        return {"items": items, "next": cursor_beyond([e.number for e in rows], limit)}


def _verb(act: Callable[[Any], ProcessInstance]) -> Any:
    def run(uow: Any) -> tuple[int, Any]:
        instance = act(uow)
        uow.flush()
        return 200, presented(uow, instance)

    return in_unit_of_work(run)


@blueprint.route(f"/instances/{ID}/cancel")
class Cancel(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(Reason, required=False)
    @blueprint.response(200, InstanceOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], instance_id: int) -> Any:
        """Withdraw a case I started, or cancel one as an operator."""
        return _verb(
            lambda uow: services.cancel(uow, instance_id=instance_id, actor=current_actor(), now=g.now, **body)
        )


@blueprint.route(f"/instances/{ID}/suspend")
class Suspend(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, InstanceOut)
    @idempotent(who)
    def post(self, instance_id: int) -> Any:
        """Hold a case."""
        return _verb(lambda uow: services.suspend(uow, instance_id=instance_id, actor=current_actor(), now=g.now))


@blueprint.route(f"/instances/{ID}/resume")
class Resume(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, InstanceOut)
    @idempotent(who)
    def post(self, instance_id: int) -> Any:
        """Let a held case go on."""
        return _verb(
            lambda uow: services.resume_instance(uow, instance_id=instance_id, actor=current_actor(), now=g.now)
        )


@blueprint.route(f"/instances/{ID}/move")
class Move(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(SendBack)
    @blueprint.response(200, InstanceOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], instance_id: int) -> Any:
        """As an operator, put the case on another step of its drawing."""
        return _verb(
            lambda uow: services.move(
                uow,
                instance_id=instance_id,
                element_id=body["element_id"],
                reason=body["reason"],
                actor=current_actor(),
                now=g.now,
            )
        )


@blueprint.route(f"/instances/{ID}/migrate")
class Migrate(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, InstanceOut)
    @idempotent(who)
    def post(self, instance_id: int) -> Any:
        """Take a case to the latest version of its drawing, if a trial on a copy reaches its end."""
        return _verb(lambda uow: migrate(uow, instance_id=instance_id, actor=current_actor(), now=g.now))
