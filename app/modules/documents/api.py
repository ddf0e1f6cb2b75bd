"""Templates for programs: written, approved by a second person, previewed with a real product."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.clock import accounting_date
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.input import Blueprint
from app.kernel.web import IF_MATCH, check_if_match, document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.documents import presenting as show
from app.modules.documents import queries, schemas, services
from app.modules.documents.models import TemplateVersion
from app.modules.documents.services import filling
from app.modules.documents.services.versions import locked_version

blueprint = Blueprint("documents", __name__, description="Templates of notices, materials and strategies")
VERSION = "/templates/<key>/versions/<int:number>"
SEE = "template.see"


def tag(key: str, version: TemplateVersion) -> str:
    return etag("template", key, version.number, version.state, version.content_hash, version.valid_from)


def _today() -> date:
    return accounting_date(g.now)


def _written(body: dict[str, Any]) -> services.Texts:
    return services.Texts(body.pop("texts"), body.pop("valid_from", _today()))


def _template(current: Any, key: str) -> dict[str, Any]:
    found = queries.template(current, key)
    return show.template_json(found, queries.versions_of(current, found.id), _today())


def _tagged(key: str, version: TemplateVersion) -> Response:
    response = jsonify(show.version_json(version, _today()))
    response.headers["ETag"] = tag(key, version)
    return response


@blueprint.route("/templates")
class Templates(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.TemplateQuery, location="query")
    @blueprint.response(200, schemas.TemplatePage)
    def get(self, query: dict[str, Any]) -> Any:
        """The templates by key, each with all its versions."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(str)
        rows = queries.templates(session(), kind=query.get("kind"), after=after[0] if after else None, limit=limit)
        more = encode_cursor(rows[limit - 1][0].key) if len(rows) > limit else None
        return {"items": [show.template_json(*row, _today()) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewTemplate)
    @blueprint.response(201, schemas.TemplateOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """As a product manager, write a new template; it is used once a second person approves it."""
        actor, written = current_actor(), _written(body)
        purpose = services.Purpose(**body)

        def act(uow: Any) -> tuple[int, Any]:
            services.create(uow, purpose=purpose, written=written, actor=actor, now=g.now)
            return 201, _template(uow, purpose.key)

        return in_unit_of_work(act)


@blueprint.route("/templates/<key>")
class OneTemplate(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.TemplateOut)
    def get(self, key: str) -> Any:
        """One template with all its versions, the latest first."""
        require(current_actor(), SEE)
        return _template(session(), key)


@blueprint.route("/templates/<key>/versions")
class Versions(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewTemplateVersion)
    @blueprint.response(201, schemas.TemplateVersionOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], key: str) -> Any:
        """Draft a further version of the texts."""
        actor, written = current_actor(), _written(body)

        def act(uow: Any) -> tuple[int, Any]:
            version = services.draft(uow, key=key, written=written, actor=actor, now=g.now)
            return 201, show.version_json(version, _today())

        return in_unit_of_work(act)


@blueprint.route(VERSION)
class OneVersion(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.TemplateVersionOut)
    def get(self, key: str, number: int) -> Any:
        """One version with its texts."""
        require(current_actor(), SEE)
        return _tagged(key, queries.version(session(), key, number))

    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.TemplateVersionPatch, required=False)
    @blueprint.response(200, schemas.TemplateVersionOut)
    def patch(self, body: dict[str, Any], key: str, number: int) -> Any:
        """Change a draft of one's own."""
        actor = current_actor()
        with unit_of_work() as uow:
            _, seen = locked_version(uow, key, number)
            check_if_match(tag(key, seen))
            written = services.Texts(body.get("texts", seen.texts), body.get("valid_from", seen.valid_from))
            return _tagged(key, services.edit(uow, key=key, number=number, written=written, actor=actor, now=g.now))


@blueprint.route(f"{VERSION}/approve")
class Approval(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.TemplateApproval)
    @blueprint.response(200, schemas.TemplateVersionOut)
    @idempotent(who)
    def post(self, body: dict[str, str], key: str, number: int) -> Any:
        """As a head of consumer protection or compliance (of a contract: of legal), put what was read into use."""
        actor, shown = current_actor(), body["content_hash"]

        def act(uow: Any) -> tuple[int, Any]:
            version = services.approve(uow, key=key, number=number, shown=shown, actor=actor, now=g.now)
            return 200, show.version_json(version, _today())

        return in_unit_of_work(act)


@blueprint.route(f"{VERSION}/withdraw")
class Withdrawal(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.TemplateWithdrawal)
    @blueprint.response(200, schemas.TemplateVersionOut)
    @idempotent(who)
    def post(self, body: dict[str, str], key: str, number: int) -> Any:
        """Drop a draft, or take an approved text out of use from today on."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            version = services.withdraw(uow, key=key, number=number, **body, actor=actor, now=g.now)
            return 200, show.version_json(version, _today())

        return in_unit_of_work(act)


@blueprint.route(f"{VERSION}/preview")
class Preview(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.PreviewQuery, location="query")
    @blueprint.response(200, schemas.TemplatePreview)
    def get(self, query: dict[str, str], key: str, number: int) -> Any:
        """The texts filled from a product: its latest version beside the one before it."""
        require(current_actor(), SEE)
        version = queries.version(session(), key, number)
        return {"texts": filling.texts_of(version.texts, *filling.of_product(session(), query["product"]))}
