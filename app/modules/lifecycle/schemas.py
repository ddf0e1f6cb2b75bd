"""What the API of a product's life takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.kernel.amounts import PLACES
from app.modules.catalogue.schemas.api import Moment, Strict, choice, text
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.development.schemas.figures import Figure
from app.modules.lifecycle.rules.measures import MEASURES, MOST


class LifeQuery(Schema):
    known_at = Moment(metadata={"type": "string", "format": "date-time"})
    """The life as it was known then; without it, as it is known now."""


class NewObjectives(Strict):
    """``objectives``: one in a line, a measure, a number and a day, such as ``balance_growth 12 2027-12-31``."""

    strategy = text(4000, required=True)
    target_groups = fields.List(choice(CUSTOMER_GROUPS), required=True, validate=validate.Length(1, 20))
    objectives = text(4000, required=True)


class NewMeasureReading(Strict):
    """A reading of a measure for a day; a later one for the same day takes its place."""

    measure = choice([key for key, measure in MEASURES.items() if measure.read], required=True)
    day = fields.Date(required=True)
    value = Figure("-100", str(MOST), places=PLACES, required=True)
    source = text(1000, required=True)


class StrategyOut(Schema):
    id = fields.Integer(required=True)
    strategy = fields.String(required=True)
    target_groups = fields.List(fields.String(), required=True)
    by = fields.String(required=True)
    at = fields.String(required=True)


class MeasureReadingOut(Schema):
    id = fields.Integer(required=True)
    product = fields.String(required=True)
    measure = fields.String(required=True)
    day = fields.String(required=True)
    value = fields.String(required=True)
    source = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.String(required=True)


class MeasureReadingListed(MeasureReadingOut):
    replaced = fields.Boolean(required=True)
    """Whether another one has been entered for its day since."""


class MeasureReadingPage(Schema):
    items = fields.List(fields.Nested(MeasureReadingListed), required=True)
    next = fields.String(required=True, allow_none=True)


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
    """``value``, ``day`` and ``reached`` are null where nobody knows: neither reached nor missed."""

    metric = fields.String(required=True)
    direction = fields.String(required=True)
    target = fields.String(required=True)
    due_on = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    day = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    reached = fields.Boolean(required=True, allow_none=True)
    due = fields.Boolean(required=True)
    """Whether the day by which it is to be reached has come."""


class EvaluationOut(Schema):
    measured = fields.String(required=True)
    results = fields.List(fields.Dict(), required=True)
    conclusion = fields.String(required=True, allow_none=True)
    summary = fields.String(required=True, allow_none=True)
    evaluated_by = fields.String(required=True, allow_none=True)
    noted_by = fields.String(required=True, allow_none=True)


class WaitingOut(Schema):
    id = fields.Integer(required=True)
    name = fields.Dict(required=True)
    candidates = fields.List(fields.String(), required=True)
    assignee = fields.String(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)


class LifeOut(Schema):
    product = fields.String(required=True)
    status = fields.String(required=True, allow_none=True)
    instance_id = fields.Integer(required=True, allow_none=True)
    followed = fields.Boolean(required=True)
    stages = fields.List(fields.Nested(StageOut), required=True)
    events = fields.List(fields.Nested(EventOut), required=True)
    strategy = fields.String(required=True, allow_none=True)
    objectives = fields.List(fields.Nested(ObjectiveOut), required=True)
    readings = fields.List(fields.Nested(MeasureReadingOut), required=True)
    evaluations = fields.List(fields.Nested(EvaluationOut), required=True)
    waiting = fields.List(fields.Nested(WaitingOut), required=True)
    drafts = fields.List(fields.String(), required=True)
    """Numbers of requests that wait to be submitted."""
    next_evaluation = fields.String(required=True, allow_none=True)
