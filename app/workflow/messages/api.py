"""Messages for programs: another system tells a case what it waits for."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from app.identity.web import current_actor, who
from app.kernel.fields import text
from app.kernel.input import Blueprint
from app.kernel.openapi import MEMBERS
from app.kernel.web import document_problems, idempotent, in_unit_of_work
from app.workflow.messages import services
from app.workflow.schemas import VARIABLE

blueprint = Blueprint("messages", __name__, description="Messages to cases")


class MessageIn(Schema):
    name = text(1, 200, required=True)
    correlation = text(1, 200, required=True)
    """Which case is meant, such as the code of a product."""
    payload = fields.Dict(
        keys=fields.String(validate=validate.Regexp(VARIABLE)),
        load_default=dict,
        metadata={"openapi": {**MEMBERS, "propertyNames": {"pattern": VARIABLE}}},
    )


class Heard(Schema):
    woken = fields.List(fields.Integer(), required=True)
    begun = fields.List(fields.Integer(), required=True)


@blueprint.route("/messages")
class Messages(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(MessageIn)
    @blueprint.response(200, Heard)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Deliver a message to the cases that wait for it, or begin the process that it begins."""

        def run(uow: Any) -> tuple[int, Any]:
            heard = services.send(uow, message=services.Message(**body), actor=current_actor(), now=g.now)
            return 200, {"woken": list(heard.woken), "begun": list(heard.begun)}

        return in_unit_of_work(run)
