"""Bundles for programs: written, approved by a second person, sold, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView
from sqlalchemy.orm import Session

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.input import Blueprint
from app.kernel.web import IF_MATCH, check_if_match, document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.bundles import presenting as show
from app.modules.bundles import queries, schemas, services
from app.modules.bundles.models import BundleVersion
from app.modules.bundles.rules.states import SEE, newest
from app.modules.customers.queries import customer_by_number

blueprint = Blueprint("bundles", __name__, description="Bundles of products")
ONE = "/bundles/<code>"


def tag(version: BundleVersion) -> str:
    return etag("bundle", version.code, version.number, version.state, version.content_hash)


def _one(current: Session, version: BundleVersion) -> dict[str, Any]:
    """With what keeps it from being sold now; of a bundle that is not sold any more nothing is asked."""
    wrong = queries.wrong_today(current, version, g.now)
    return show.one_json(version, wrong)


def _tagged(current: Session, version: BundleVersion) -> Response:
    response = jsonify(_one(current, version))
    response.headers["ETag"] = tag(version)
    return response


def _written(body: dict[str, Any]) -> services.Written:
    return services.Written(body["names"], body["document"])


def _done(act: Callable[[Any], BundleVersion], status: int = 200) -> Response:
    def answered(uow: Any) -> tuple[int, Any]:
        return status, _one(uow, act(uow))

    return in_unit_of_work(answered)


@blueprint.route("/bundles")
class Bundles(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.BundleQuery, location="query")
    @blueprint.response(200, schemas.BundlePage)
    def get(self, query: dict[str, Any]) -> Any:
        """The bundles by code."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(str)
        rows = queries.bundles(session(), state=query.get("state"), after=after[0] if after else None, limit=limit)
        more = encode_cursor(rows[limit - 1].code) if len(rows) > limit else None
        return {"items": [show.version_json(row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewBundle)
    @blueprint.response(201, schemas.BundleOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """As a product manager, write a bundle; it is sold once a second person approves it."""
        actor, written = current_actor(), _written(body)
        given = {"code": body["code"], "written": written}
        return _done(lambda uow: services.create(uow, **given, actor=actor, now=g.now), 201)


@blueprint.route(ONE)
class OneBundle(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.BundleMoment, location="query")
    @blueprint.response(200, schemas.BundleOut)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """One bundle in the version on sale, or that was on sale at ``at``, with what keeps it from being sold now."""
        require(current_actor(), SEE)
        if "at" in query:
            return _tagged(session(), queries.bundle_at(session(), code, query["at"]))
        return _tagged(session(), queries.bundle(session(), code))

    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.BundlePatch)
    @blueprint.response(200, schemas.BundleOut)
    def patch(self, body: dict[str, Any], code: str) -> Any:
        """Change a draft of one's own: the version in work."""
        actor, written = current_actor(), _written(body)
        with unit_of_work() as uow:
            check_if_match(tag(newest(services.locked(uow, code))))
            return _tagged(uow, services.edit(uow, code=code, written=written, actor=actor, now=g.now))


@blueprint.route(f"{ONE}/versions")
class Versions(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.BundleVersions)
    def get(self, code: str) -> Any:
        """Every version of a bundle, the latest first."""
        require(current_actor(), SEE)
        return {"items": [show.version_json(row) for row in queries.versions_of(session(), code)], "next": None}

    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.BundlePatch)
    @blueprint.response(201, schemas.BundleOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], code: str) -> Any:
        """As a product manager of its department, write the next version; until it is approved nothing changes."""
        actor, written = current_actor(), _written(body)
        return _done(lambda uow: services.revise(uow, code=code, written=written, actor=actor, now=g.now), 201)


@blueprint.route(f"{ONE}/versions/<int:number>")
class OneVersion(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.BundleOut)
    def get(self, code: str, number: int) -> Any:
        """One version as it is or was, whatever is on sale."""
        require(current_actor(), SEE)
        return _tagged(session(), queries.version(session(), code, number))


@blueprint.route(f"{ONE}/versions/<int:old>/difference/<int:new>")
class Difference(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.BundleDifference)
    def get(self, code: str, old: int, new: int) -> Any:
        """Two versions attribute by attribute, member by member."""
        require(current_actor(), SEE)
        return show.difference_json(*(queries.version(session(), code, number) for number in (old, new)))


@blueprint.route(f"{ONE}/eligibility")
class Eligibility(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.EligibilityQuery, location="query")
    @blueprint.response(200, schemas.VerdictOut)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """As whoever serves the customer: whether one may take the bundle now, rule by rule and member by member."""
        actor = current_actor()
        require(actor, SEE)
        require(actor, "customer.find")
        found = queries.bundle(session(), code)
        customer = customer_by_number(session(), query["customer"], actor)
        verdict = queries.may_take(session(), found, customer, channel=query.get("channel"), at=g.now)
        return {"bundle": code, "customer": customer.number, **show.verdict_json(verdict)}


@blueprint.route(f"{ONE}/submit")
class Submission(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, schemas.BundleOut)
    @idempotent(who)
    def post(self, code: str) -> Any:
        """Ask for approval; refused, located, while a member is not on sale or a price contradicts."""
        actor = current_actor()
        return _done(lambda uow: services.submit(uow, code=code, actor=actor, now=g.now))


@blueprint.route(f"{ONE}/approve")
class Approval(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.BundleApproval)
    @blueprint.response(200, schemas.BundleOut)
    @idempotent(who)
    def post(self, body: dict[str, str], code: str) -> Any:
        """As a head or an executive who did not write it, put what was read on sale."""
        actor, shown = current_actor(), body["content_hash"]
        return _done(lambda uow: services.approve(uow, code=code, shown=shown, actor=actor, now=g.now))


@blueprint.route(f"{ONE}/send-back")
class SendingBack(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.BundleReason)
    @blueprint.response(200, schemas.BundleOut)
    @idempotent(who)
    def post(self, body: dict[str, str], code: str) -> Any:
        """Back to its author, with a reason."""
        actor = current_actor()
        return _done(lambda uow: services.send_back(uow, code=code, **body, actor=actor, now=g.now))


@blueprint.route(f"{ONE}/drop")
class Dropping(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.BundleReason)
    @blueprint.response(200, schemas.BundleOut)
    @idempotent(who)
    def post(self, body: dict[str, str], code: str) -> Any:
        """Give up the version in work; what is on sale stays."""
        actor = current_actor()
        return _done(lambda uow: services.drop(uow, code=code, **body, actor=actor, now=g.now))


@blueprint.route(f"{ONE}/withdraw")
class Withdrawal(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.BundleReason)
    @blueprint.response(200, schemas.BundleOut)
    @idempotent(who)
    def post(self, body: dict[str, str], code: str) -> Any:
        """End its sale, unless another bundle on sale requires it."""
        actor = current_actor()
        return _done(lambda uow: services.withdraw(uow, code=code, **body, actor=actor, now=g.now))
