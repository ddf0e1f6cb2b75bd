"""Process definitions for programs: list, check, deploy, start."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from sqlalchemy import select

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.i18n import gettext
from app.kernel.input import ANYTHING, Blueprint, sent_to_look_at
from app.kernel.web import PageQuery, demo_mode, document_problems, idempotent, in_unit_of_work, page_size
from app.workflow.deployments import services
from app.workflow.engine import Finding
from app.workflow.instances.services import start_instance
from app.workflow.models import ProcessDefinition
from app.workflow.presenting import definition_json, instance_json
from app.workflow.schemas import (
    DefinitionOut,
    Definitions,
    Findings,
    InstanceOut,
    ProcessXml,
    StartInstance,
)

blueprint = Blueprint("processes", __name__, description="Process definitions")


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "element_id": finding.element_id,
        "line": finding.line,
        "code": finding.code,
        "message": gettext(finding.message, finding.values),
    }


@blueprint.route("/processes")
class Processes(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, Definitions)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """All versions, newest first. ``?limit=`` and ``?cursor=`` page through them."""
        require(current_actor(), "process.see")
        limit, after = page_size(), decode_cursor(int)
        versions = select(ProcessDefinition).order_by(ProcessDefinition.id.desc()).limit(limit + 1)
        if after:
            versions = versions.where(ProcessDefinition.id < after[0])
        rows = list(session().scalars(versions))
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [definition_json(d) for d in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409, 413)
    @blueprint.arguments(ProcessXml)
    @blueprint.alt_response(202, schema=DefinitionOut, description="Waits for a second person")
    @blueprint.response(201, DefinitionOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Deploy a drawing: 201 effective, or 202 when it waits for a second person."""

        def act(uow: Any) -> tuple[int, Any]:
            definition = services.deploy(
                uow, xml=_bytes(body), actor=current_actor(), now=g.now, second_person=not demo_mode()
            )
            return (201 if definition.state == "effective" else 202), definition_json(definition)

        return in_unit_of_work(act)


@blueprint.route("/processes/check")
class Check(MethodView):
    @document_problems(blueprint, 413)
    @blueprint.doc(requestBody=ANYTHING)
    @blueprint.response(200, Findings)
    def post(self) -> dict[str, Any]:
        """The findings on a drawing. Answers 200 for anything sent."""
        current_actor()
        return {"findings": [finding_json(f) for f in services.check(session(), xml=sent_to_look_at())]}


@blueprint.route("/processes/<string:key>/versions/<int:version>/approve")
class Approve(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, DefinitionOut)
    @idempotent(who)
    def post(self, key: str, version: int) -> Any:
        """The second person's approval of a waiting version."""

        def act(uow: Any) -> tuple[int, Any]:
            definition = services.approve_deployment(uow, key=key, version=version, actor=current_actor(), now=g.now)
            return 200, definition_json(definition)

        return in_unit_of_work(act)


@blueprint.route("/processes/<string:key>/instances")
class Start(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(StartInstance, required=False)
    @blueprint.response(201, InstanceOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], key: str) -> Any:
        """Start a case of the latest version."""

        def act(uow: Any) -> tuple[int, Any]:
            step = start_instance(uow, key=key, actor=current_actor(), now=g.now, **body)
            active = [t.element_id for t in step.opened]
            return 201, instance_json(step.instance, step.bundle.version, active)

        return in_unit_of_work(act)


def definition_version(current: Any, definition_id: int) -> int:
    return int(current.get(ProcessDefinition, definition_id).version)


def _bytes(body: dict[str, Any]) -> bytes:
    return str(body["xml"]).encode("utf-8", "surrogatepass")
