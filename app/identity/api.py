"""Sign-in for programs."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from app.identity.services import issue_token
from app.identity.web import check_credentials
from app.kernel import clock
from app.kernel.database import unit_of_work
from app.kernel.fields import text
from app.kernel.input import Blueprint
from app.kernel.web import document_problems

blueprint = Blueprint("auth", __name__, description="Sign-in for programs")


class Credentials(Schema):
    username = text(1, 100, required=True)
    password = text(1, 200, required=True)


class TokenIssued(Schema):
    token = fields.String(required=True)


@blueprint.route("/auth/token")
class Token(MethodView):
    @document_problems(blueprint, 413, 415, 429)
    @blueprint.doc(security=[])
    @blueprint.arguments(Credentials)
    @blueprint.response(200, TokenIssued)
    def post(self, credentials: dict[str, Any]) -> dict[str, str]:
        """A bearer token for a name and a password."""
        actor = check_credentials(**credentials)
        with unit_of_work() as uow:
            return {"token": issue_token(uow, actor=actor, now=clock.real())}
