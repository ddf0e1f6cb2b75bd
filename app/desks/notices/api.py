"""Notices for programs."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields

from app.identity.web import current_actor, who
from app.kernel import cursors
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import PageQuery, document_problems, idempotent, in_unit_of_work, page_size
from app.workflow.notices import queries, services
from app.workflow.notices.models import Notice
from app.workflow.notices.wording import sentence
from app.workflow.presenting import moment

blueprint = Blueprint("notices", __name__, description="What I was told")
ID = "<int:notice_id>"


class NoticeQuery(PageQuery):
    unread = fields.Boolean(load_default=False)
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class NoticeOut(Schema):
    id = fields.Integer(required=True)
    what = fields.String(required=True)
    text = fields.String(required=True)
    """The sentence in the language of whoever asks."""
    payload = fields.Dict(required=True)
    path = fields.String(required=True, allow_none=True)
    at = fields.String(required=True)
    read = fields.String(required=True, allow_none=True)


class Notices(Schema):
    items = fields.List(fields.Nested(NoticeOut), required=True)
    next = fields.String(required=True, allow_none=True)


def notice_json(notice: Notice) -> dict[str, Any]:
    names = ("id", "what", "payload", "path")
    said = {"text": sentence(notice.what, notice.payload), "at": moment(notice.at), "read": moment(notice.read_at)}
    return {**{name: getattr(notice, name) for name in names}, **said}


@blueprint.route("/notices")
class NoticeList(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(NoticeQuery, location="query")
    @blueprint.response(200, Notices)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """My notices, newest first; ``?unread=true`` narrows."""
        limit, after = page_size(), decode_cursor(int)
        rows = queries.notices_of(
            session(), current_actor(), unread=query["unread"], after=after[0] if after else None, limit=limit
        )
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [notice_json(row) for row in rows[:limit]], "next": more}


@blueprint.route(f"/notices/{ID}/read")
class ReadNotice(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, NoticeOut)
    @idempotent(who)
    def post(self, notice_id: int) -> Any:
        """Mark one of my notices as read."""
        actor = current_actor()
        return in_unit_of_work(
            lambda uow: (200, notice_json(services.mark_read(uow, notice_id=notice_id, actor=actor, now=g.now)))
        )
