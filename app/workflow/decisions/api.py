"""Decision tables for programs: list, read, check, deploy, try out."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from werkzeug.routing import UnicodeConverter

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.input import ANYTHING, Blueprint, sent_to_look_at
from app.kernel.web import demo_mode, document_problems, idempotent, in_unit_of_work, page_size
from app.workflow.decisions import services
from app.workflow.decisions.presenting import decision_json, detail_json, finding_json
from app.workflow.decisions.queries import latest, latest_page
from app.workflow.decisions.queries import version as one_version
from app.workflow.decisions.schemas import (
    DecisionDetail,
    DecisionOut,
    DecisionQuery,
    Decisions,
    Evaluated,
    Inputs,
    TableXml,
)
from app.workflow.schemas import Findings
from app.workflow.second_person import WAITING

blueprint = Blueprint("decisions", __name__, description="Decision tables")


class TableKey(UnicodeConverter):
    """``<table:key>``: no address of a table is an address of something else, so each names its own methods."""

    def __init__(self, map: Any):
        super().__init__(map)
        self.regex = rf"(?!(?:{'|'.join(services.RESERVED_KEYS)})\Z)[^/]{{1,}}"


@blueprint.route("/decisions")
class AllDecisions(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(DecisionQuery, location="query")
    @blueprint.response(200, Decisions)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """The version in effect of each table, by key. ``?limit=`` and ``?cursor=`` page through them."""
        require(current_actor(), "process.see")
        limit, after = page_size(), decode_cursor(str)
        rows, more = latest_page(session(), after=after[0] if after else "", limit=limit)
        return {"items": [decision_json(d) for d in rows], "next": encode_cursor(more) if more else None}

    @document_problems(blueprint, 403, 409, 413)
    @blueprint.arguments(TableXml)
    @blueprint.alt_response(202, schema=DecisionOut, description="Waits for a second person")
    @blueprint.response(201, DecisionOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Deploy a table: 201 in effect, or 202 when it waits for a second person.

        The content of the newest version again is that version.
        """

        def act(uow: Any) -> tuple[int, Any]:
            definition = services.deploy_table(
                uow, xml=_bytes(body), actor=current_actor(), now=g.now, second_person=not demo_mode()
            )
            return (202 if definition.state == WAITING else 201), decision_json(definition)

        return in_unit_of_work(act)


@blueprint.route("/decisions/check")
class Check(MethodView):
    @document_problems(blueprint, 413)
    @blueprint.doc(requestBody=ANYTHING)
    @blueprint.response(200, Findings)
    def post(self) -> dict[str, Any]:
        """The findings on a table. Answers 200 for anything sent."""
        current_actor()
        return {"findings": [finding_json(f) for f in services.check(sent_to_look_at())]}


@blueprint.route("/decisions/<table:key>")
class OneDecision(MethodView):
    @document_problems(blueprint, 404)
    @blueprint.response(200, DecisionDetail)
    def get(self, key: str) -> dict[str, Any]:
        """The version in effect of a table with its columns and rules."""
        require(current_actor(), "process.see")
        return detail_json(latest(session(), key))


@blueprint.route("/decisions/<table:key>/versions/<int:version>")
class OneVersion(MethodView):
    @document_problems(blueprint, 404)
    @blueprint.response(200, DecisionDetail)
    def get(self, key: str, version: int) -> dict[str, Any]:
        """One version of a table, in effect or not."""
        require(current_actor(), "process.see")
        return detail_json(one_version(session(), key, version))


@blueprint.route("/decisions/<table:key>/versions/<int:version>/<any(approve, refuse):word>")
class SecondWord(MethodView):
    @document_problems(blueprint, 403, 404)
    @blueprint.response(200, DecisionOut)
    @idempotent(who)
    def post(self, key: str, version: int, word: str) -> Any:
        """The second person's word on a waiting version: it takes effect, or never."""

        def act(uow: Any) -> tuple[int, Any]:
            verb = services.approve_table if word == "approve" else services.refuse_table
            return 200, decision_json(verb(uow, key=key, version=version, actor=current_actor(), now=g.now))

        return in_unit_of_work(act)


@blueprint.route("/decisions/<table:key>/evaluate")
class Evaluate(MethodView):
    @document_problems(blueprint, 409)
    @blueprint.arguments(Inputs)
    @blueprint.response(200, Evaluated)
    def post(self, body: dict[str, Any], key: str) -> Any:
        """What the version in effect would decide; 409 where it cannot decide on such inputs. Nothing is recorded."""
        require(current_actor(), "process.see")
        return services.try_out(session(), key=key, inputs=body["inputs"])


def _bytes(body: dict[str, Any]) -> bytes:
    return str(body["xml"]).encode("utf-8", "surrogatepass")
