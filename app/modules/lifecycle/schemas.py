"""What the API of a product's life takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.modules.catalogue.schemas.api import Moment


class LifeQuery(Schema):
    known_at = Moment(metadata={"type": "string", "format": "date-time"})
    """The life as it was known then; without it, as it is known now."""


class Begun(Schema):
    id = fields.Integer(required=True)
    instance_id = fields.Integer(required=True)


class StageOut(Schema):
    key = fields.String(required=True)
    standing = fields.String(required=True)
    instances = fields.List(fields.Integer(), required=True)


class EventOut(Schema):
    stream = fields.String(required=True)
    number = fields.Integer(required=True)
    at = fields.String(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)


class ObjectiveOut(Schema):
    metric = fields.String(required=True)
    target = fields.String(required=True)
    due_on = fields.String(required=True)
    value = fields.String(required=True)


class EvaluationOut(Schema):
    measured = fields.String(required=True)
    results = fields.List(fields.Dict(), required=True)
    conclusion = fields.String(required=True, allow_none=True)
    summary = fields.String(required=True, allow_none=True)
    noted_by = fields.String(required=True, allow_none=True)


class LifeOut(Schema):
    product = fields.String(required=True)
    status = fields.String(required=True, allow_none=True)
    instance_id = fields.Integer(required=True, allow_none=True)
    stages = fields.List(fields.Nested(StageOut), required=True)
    events = fields.List(fields.Nested(EventOut), required=True)
    strategy = fields.String(required=True, allow_none=True)
    objectives = fields.List(fields.Nested(ObjectiveOut), required=True)
    evaluations = fields.List(fields.Nested(EvaluationOut), required=True)
    next_evaluation = fields.String(required=True, allow_none=True)
