"""Delegated authority for programs: granted, revoked, listed."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work, page_size
from app.modules.catalogue.schemas.api import choice
from app.modules.catalogue.types import FAMILIES
from app.modules.changes.models import DelegatedAuthority
from app.modules.changes.schemas import Strict
from app.modules.changes.services import authorities
from app.workflow.presenting import moment

blueprint = Blueprint("authorities", __name__, description="Delegated authority over minor changes")
ID = "<int:authority_id>"
MOST_BP = 10_000
TEXT = validate.Regexp(r"^[^\x00]*\S[^\x00]*$")


class AuthorityIn(Strict):
    """Days are accounting dates, the first and the last on which it holds."""

    holder = fields.String(required=True, validate=[validate.Length(1, 100), TEXT])
    """A group, such as ``card_centre:head``."""
    families = fields.List(choice(sorted(FAMILIES)), required=True, validate=validate.Length(1, 20))
    max_rate_change_bp = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_BP))
    document = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)


class AuthorityOut(Schema):
    id = fields.Integer(required=True)
    granted_by = fields.String(required=True)
    holder = fields.String(required=True)
    families = fields.List(fields.String(), required=True)
    max_rate_change_bp = fields.Integer(required=True)
    document = fields.String(required=True)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True)
    """The first instant at which it does not hold any more."""
    revoked = fields.String(required=True, allow_none=True)
    revoked_by = fields.String(required=True, allow_none=True)


class AuthorityPage(Schema):
    items = fields.List(fields.Nested(AuthorityOut), required=True)
    next = fields.String(required=True, allow_none=True)


def as_json(authority: DelegatedAuthority) -> dict[str, Any]:
    names = ("id", "granted_by", "holder", "families", "max_rate_change_bp", "document", "revoked_by")
    moments = {"valid_from": authority.valid_from, "valid_to": authority.valid_to, "revoked": authority.revoked_at}
    told = {name: getattr(authority, name) for name in names}
    return {**told, **{name: moment(at) for name, at in moments.items()}}


@blueprint.route("/authorities")
class Authorities(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, AuthorityPage)
    def get(self) -> Any:
        """Delegated authorities, the latest first; ended ones stay."""
        require(current_actor(), "authority.see")
        limit, after = page_size(), decode_cursor(int)
        rows = authorities.authorities(session(), after=after[0] if after else None, limit=limit)
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [as_json(row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403)
    @blueprint.arguments(AuthorityIn)
    @blueprint.response(201, AuthorityOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Hand authority over minor changes to a position."""

        def act(uow: Any) -> tuple[int, Any]:
            return 201, as_json(authorities.grant(uow, terms=body, actor=current_actor(), now=g.now))

        return in_unit_of_work(act)


@blueprint.route(f"/authorities/{ID}/revoke")
class Revocation(MethodView):
    @document_problems(blueprint, 403, 404, 409)
    @blueprint.response(200, AuthorityOut)
    @idempotent(who)
    def post(self, authority_id: int) -> Any:
        """End an authority at once; decisions taken under it stand."""

        def act(uow: Any) -> tuple[int, Any]:
            found = authorities.revoke(uow, authority_id=authority_id, actor=current_actor(), now=g.now)
            return 200, as_json(found)

        return in_unit_of_work(act)
