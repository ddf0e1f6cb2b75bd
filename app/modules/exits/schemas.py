"""What the API of exits takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.kernel.fields import Whole
from app.modules.catalogue.schemas.api import choice, code_text, text
from app.modules.changes.schemas import CustomerNoticeOut, Strict
from app.modules.exits.rules.items import REPLACEMENT, RUN_OFF
from app.modules.exits.rules.states import ITEM_STATES
from app.modules.exits.rules.worsening import CHOICES
from app.modules.exits.services.answering import ANSWERS, DECISIONS
from app.modules.exits.services.batches import SIZE

MOST_ANSWERS, MOST_CHOICES, MOST_CSV = 5_000, 500, 200_000
MOST_DAYS = 730
MOST_ID = 2**53 - 1


class NewExit(Strict):
    product = code_text(60, required=True)
    reason = text(2000, required=True)


class PlanIn(Strict):
    """The plan; ``choices``: path → keep, take or ask. What is left out stands as the map proposes."""

    way = choice((REPLACEMENT, RUN_OFF), required=True)
    target = code_text(60)
    stop_on = fields.Date(allow_none=True)
    answer_days = Whole(required=True, validate=validate.Range(0, MOST_DAYS))
    notice_text = text(2000, required=True)
    exception_owner = code_text(60, required=True)
    choices = fields.Dict(
        keys=text(400), values=choice(CHOICES), validate=validate.Length(0, MOST_CHOICES), load_default=dict
    )


class AnswerIn(Strict):
    holding = Whole(required=True, validate=validate.Range(1, MOST_ID))
    answer = choice(ANSWERS, required=True)


class AnswersIn(Strict):
    """Answers as a list, or as ``csv`` with the columns holding and answer. All are taken, or none."""

    source = text(200, required=True)
    answers = fields.List(fields.Nested(AnswerIn), validate=validate.Length(1, MOST_ANSWERS))
    csv = text(MOST_CSV)


class ExceptionIn(Strict):
    decision = choice(DECISIONS, required=True)
    reason = text(2000, required=True)


class DeliveryIn(Strict):
    """What the sending system has counted of a notice; ``undelivered``: the customers who were not reached."""

    sent = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    delivered = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    undelivered = fields.List(code_text(60), load_default=list, validate=validate.Length(0, SIZE))
    source = text(200, required=True)


class ReasonIn(Strict):
    reason = text(2000, required=True)


class ExitQuery(Schema):
    product = code_text(60)
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class PageQuery(Schema):
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class ItemQuery(Schema):
    state = choice(ITEM_STATES)
    unreached = fields.Boolean()
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class ExitCreated(Schema):
    id = fields.String(required=True)
    instance_id = fields.Integer(required=True)


class ExitOpinionOut(Schema):
    """A department's word in a round, bound to the content that was shown; it counts once it is signed."""

    round = fields.Integer(required=True)
    department = fields.String(required=True)
    verdict = fields.String(required=True)
    opinion = fields.String(required=True, allow_none=True)
    reviewer = fields.String(required=True)
    content_hash = fields.String(required=True)
    at = fields.String(required=True)
    signed_by = fields.String(required=True, allow_none=True)
    signed = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)
    returned = fields.String(required=True, allow_none=True)


class ExitDecisionOut(Schema):
    round = fields.Integer(required=True)
    decision = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    by = fields.String(required=True)
    content_hash = fields.String(required=True)
    at = fields.String(required=True)


class ExitOut(Schema):
    id = fields.String(required=True)
    instance_id = fields.Integer(required=True)
    product = fields.String(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True)
    round = fields.Integer(required=True)
    initiator = fields.String(required=True)
    owner_department = fields.String(required=True)
    closing_reason = fields.String(required=True, allow_none=True)
    answers_until = fields.String(required=True, allow_none=True)
    created = fields.String(required=True)
    ended = fields.String(required=True, allow_none=True)
    evaluation = fields.Dict(required=True, allow_none=True)
    plan = fields.Dict(required=True, allow_none=True)
    opinions = fields.List(fields.Nested(ExitOpinionOut), required=True)
    decisions = fields.List(fields.Nested(ExitDecisionOut), required=True)


class ExitSummary(Schema):
    id = fields.String(required=True)
    instance_id = fields.Integer(required=True)
    product = fields.String(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True)
    created = fields.String(required=True)
    ended = fields.String(required=True, allow_none=True)


class ExitPage(Schema):
    items = fields.List(fields.Nested(ExitSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class MapRow(Schema):
    version = fields.Integer(required=True)
    path = fields.String(required=True)
    labels = fields.Dict(required=True)
    source = fields.Raw(required=True, allow_none=True)
    target = fields.Raw(required=True, allow_none=True)
    worse = fields.Boolean(required=True)
    guaranteed = fields.Boolean(required=True)
    choice = fields.String(required=True)


class MapOut(Schema):
    items = fields.List(fields.Nested(MapRow), required=True)


class ItemOut(Schema):
    holding = fields.Integer(required=True)
    version = fields.Integer(required=True)
    principal = fields.String(required=True)
    currency = fields.String(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    due_on = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    unreached = fields.Boolean(required=True)
    answered = fields.String(required=True, allow_none=True)
    answered_by = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    batches = fields.Dict(required=True)


class ItemPage(Schema):
    items = fields.List(fields.Nested(ItemOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ProgressOut(Schema):
    total = fields.Integer(required=True)
    states = fields.Dict(required=True)
    unreached = fields.Integer(required=True)
    phase = fields.String(required=True, allow_none=True)
    held_by = fields.String(required=True, allow_none=True)


class TallyOut(Schema):
    """The notices to one customer group (none: in none or several) through one channel, added up over the batches."""

    customer_group = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    customers = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    reported = fields.String(required=True, allow_none=True)


class ExitNoticeOut(CustomerNoticeOut):
    """A notice to customers of one batch; ``customers``: how many were to be told."""

    batch = fields.Integer(required=True)
    customers = fields.Integer(required=True)


class NoticesOut(Schema):
    totals = fields.List(fields.Nested(TallyOut), required=True)
    items = fields.List(fields.Nested(ExitNoticeOut), required=True)
    next = fields.String(required=True, allow_none=True)


class AnswersOut(Schema):
    changed = fields.Integer(required=True)


class TailItemOut(Schema):
    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    owner = fields.String(required=True)
    due_on = fields.String(required=True)
    state = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    settled_by = fields.String(required=True, allow_none=True)
    settled = fields.String(required=True, allow_none=True)


class TailOut(Schema):
    items = fields.List(fields.Nested(TailItemOut), required=True)


class ReconciliationOut(Schema):
    """Per currency: sums ``{count, amount}`` of what was identified, what became of it, what arrived, what is open."""

    balanced = fields.Boolean(required=True)
    items = fields.List(fields.Dict(), required=True)
