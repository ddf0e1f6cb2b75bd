"""What the API of market research takes and gives."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from app.kernel.amounts import PLACES
from app.modules.catalogue.schemas.api import Strict, choice, code_text, text
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.development.schemas.figures import Figure
from app.modules.research.models import Competitor, Gathered, Interview, Trend
from app.modules.research.rules.questions import KINDS
from app.modules.research.rules.states import DIRECTIONS

MOST_QUESTIONS, MOST_CHOICES, MOST_AT_ONCE = 40, 20, 500


class Both(Strict):
    """A text in both languages."""

    en = text(300, required=True)
    zh = text(300, required=True)


class NewQuestion(Strict):
    kind = choice(KINDS, required=True)
    text = fields.Nested(Both, required=True)
    choices = fields.List(fields.Nested(Both), load_default=list, validate=validate.Length(max=MOST_CHOICES))
    required = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class NewQuestionnaire(Strict):
    """Whom it asks: customers of ``groups``, colleagues of ``departments``; ``closes_on`` is the day after the last."""

    title = fields.Nested(Both, required=True)
    groups = fields.List(choice(CUSTOMER_GROUPS), load_default=list, validate=validate.Length(max=50))
    departments = fields.List(code_text(60), load_default=list, validate=validate.Length(max=50))
    questions = fields.List(fields.Nested(NewQuestion), required=True, validate=validate.Length(1, MOST_QUESTIONS))
    opens_on = fields.Date(required=True)
    closes_on = fields.Date(required=True)


class NewAnswer(Strict):
    """Of a customer of a ``group``, or without it of whoever asks; ``given``: key of the question → its value."""

    group = choice(CUSTOMER_GROUPS)
    day = fields.Date()
    given = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


class NewAnswers(Strict):
    answers = fields.List(fields.Nested(NewAnswer), required=True, validate=validate.Length(1, MOST_AT_ONCE))


class NewInterview(Strict):
    day = fields.Date(required=True)
    role = text(200, required=True)
    group = choice(CUSTOMER_GROUPS)
    interviewer = code_text(60)
    notes = text(8000, required=True)
    findings = text(4000, required=True)


class NewCompetitor(Strict):
    day = fields.Date(required=True)
    bank = text(200, required=True)
    name = text(200, required=True)
    terms = text(4000, required=True)
    rate = Figure("0", "100", places=PLACES)
    source = text(1000, required=True)


class NewTrend(Strict):
    day = fields.Date(required=True)
    topic = text(200, required=True)
    direction = choice(DIRECTIONS, required=True)
    note = text(4000)
    source = text(1000, required=True)


FINDS: Mapping[str, tuple[type[Gathered], type[Strict]]] = {
    "interviews": (Interview, NewInterview),
    "competitors": (Competitor, NewCompetitor),
    "trends": (Trend, NewTrend),
}
"""What is noted down besides questionnaires, by the last part of its address."""


class QuestionnaireOut(Schema):
    id = fields.Integer(required=True)
    number = fields.String(required=True)
    product = fields.String(required=True)
    title = fields.Dict(required=True)
    groups = fields.List(fields.String(), required=True)
    departments = fields.List(fields.String(), required=True)
    questions = fields.List(fields.Dict(), required=True)
    opens_on = fields.String(required=True)
    closes_on = fields.String(required=True)
    state = fields.String(required=True)
    written_by = fields.String(required=True)
    written = fields.String(required=True)
    answers = fields.Integer()


class AnswerOut(Schema):
    id = fields.Integer(required=True)
    group = fields.String(required=True, allow_none=True)
    day = fields.String(required=True)
    given = fields.Dict(required=True)
    by = fields.String(required=True)
    at = fields.String(required=True)


class ResultOut(Schema):
    key = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.Dict(required=True)
    answered = fields.Integer(required=True)
    counts = fields.Dict(required=True)
    mean = fields.String(required=True, allow_none=True)
    lowest = fields.String(required=True, allow_none=True)
    highest = fields.String(required=True, allow_none=True)
    quotes = fields.List(fields.String(), required=True)


class ResultsOut(Schema):
    answers = fields.Integer(required=True)
    by_group = fields.Dict(required=True)
    colleagues = fields.Integer(required=True)
    questions = fields.List(fields.Nested(ResultOut), required=True)


class TakenOut(Schema):
    taken = fields.Integer(required=True)


class GatheredOut(Schema):
    """An interview, a competitor's product or a trend: what was sent, and who kept it when."""

    id = fields.Integer(required=True)
    product = fields.String(required=True)
    day = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.String(required=True)
    interviewer = fields.String()
    role = fields.String()
    group = fields.String(allow_none=True)
    notes = fields.String()
    findings = fields.String()
    bank = fields.String()
    name = fields.String()
    terms = fields.String()
    rate = fields.String(allow_none=True)
    topic = fields.String()
    direction = fields.String()
    note = fields.String(allow_none=True)
    source = fields.String()


class QuestionnairePage(Schema):
    items = fields.List(fields.Nested(QuestionnaireOut), required=True)
    next = fields.String(required=True, allow_none=True)


class AnswerPage(Schema):
    items = fields.List(fields.Nested(AnswerOut), required=True)
    next = fields.String(required=True, allow_none=True)


class GatheredPage(Schema):
    items = fields.List(fields.Nested(GatheredOut), required=True)
    next = fields.String(required=True, allow_none=True)
