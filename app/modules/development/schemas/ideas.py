"""Ideas as the API takes and gives them."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.kernel import cursors
from app.modules.catalogue.schemas.api import Query, Strict, choice, text
from app.modules.development.rules.ideas import KINDS, STATES


class NewIdea(Strict):
    kind = choice(KINDS, required=True)
    title = text(200, required=True)
    text = text(8000, required=True)


class NewComment(Strict):
    text = text(4000, required=True)


class Judgement(Strict):
    verdict = choice(("consider", "decline"), required=True)
    reason = text(2000, required=True)


class IdeaQuery(Query):
    kind = choice(KINDS)
    state = choice(STATES)
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class IdeaOut(Schema):
    id = fields.Integer(required=True)
    number = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    submitted_by = fields.String(required=True)
    submitted = fields.String(required=True)
    judged_by = fields.String(required=True, allow_none=True)
    judged = fields.String(required=True, allow_none=True)


class IdeaCommentOut(Schema):
    id = fields.Integer(required=True)
    text = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.String(required=True)


class IdeaDetail(IdeaOut):
    comments = fields.List(fields.Nested(IdeaCommentOut), required=True)


class IdeaPage(Schema):
    items = fields.List(fields.Nested(IdeaOut), required=True)
    next = fields.String(required=True, allow_none=True)
