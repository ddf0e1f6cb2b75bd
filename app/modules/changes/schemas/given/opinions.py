"""What the API gives of what others said and decided: opinions, conditions, votes, receipts, rate checks."""

from __future__ import annotations

from marshmallow import Schema, fields


class ReviewOut(Schema):
    round = fields.Integer(required=True)
    department = fields.String(required=True)
    reviewer = fields.String(required=True)
    verdict = fields.String(required=True)
    opinion = fields.String(required=True, allow_none=True)
    points = fields.List(fields.Dict(), required=True)
    raises_to = fields.String(required=True, allow_none=True)
    content_hash = fields.String(required=True)
    at = fields.String(required=True)
    signed_by = fields.String(required=True, allow_none=True)
    signed = fields.String(required=True, allow_none=True)
    returned = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)
    voided = fields.String(required=True, allow_none=True)


class ConditionOut(Schema):
    id = fields.Integer(required=True)
    department = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True)
    closed_by = fields.String(required=True, allow_none=True)
    grounds = fields.String(required=True, allow_none=True)
    due_days = fields.Integer(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)
    owner_department = fields.String(required=True, allow_none=True)
    fulfilled_by = fields.String(required=True, allow_none=True)
    fulfilled = fields.String(required=True, allow_none=True)
    report = fields.String(required=True, allow_none=True)
    instance_id = fields.Integer(required=True, allow_none=True)


class ExecutiveDecisionOut(Schema):
    round = fields.Integer(required=True)
    decision = fields.String(required=True)
    level = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    by = fields.String(required=True)
    resolution = fields.String(required=True, allow_none=True)
    authority_id = fields.Integer(required=True, allow_none=True)
    meeting_id = fields.Integer(required=True, allow_none=True)
    content_hash = fields.String(required=True)
    at = fields.String(required=True)


class VoteOut(Schema):
    member = fields.String(required=True)
    vote = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    at = fields.String(required=True)


class MeetingOut(Schema):
    id = fields.Integer(required=True)
    round = fields.Integer(required=True)
    members = fields.List(fields.String(), required=True)
    excused = fields.List(fields.String(), required=True)
    quorum = fields.Integer(required=True)
    voting_until = fields.String(required=True)
    result = fields.String(required=True, allow_none=True)
    minutes = fields.String(required=True, allow_none=True)
    minutes_by = fields.String(required=True, allow_none=True)
    content_hash = fields.String(required=True)
    votes = fields.List(fields.Nested(VoteOut), required=True)


class ReceiptOut(Schema):
    kind = fields.String(required=True)
    number = fields.String(required=True)
    products = fields.List(fields.String(), required=True)
    received_on = fields.String(required=True)
    entered_by = fields.String(required=True)


class RateCheckOut(Schema):
    """How deposit rates stood to the ceilings of a day."""

    stage = fields.String(required=True)
    day = fields.String(required=True)
    outcome = fields.String(required=True)
    excess_bp = fields.String(required=True)
    measured = fields.Integer(required=True)
    ceilings = fields.List(fields.Integer(), required=True)
    lines = fields.List(fields.Dict(), required=True)
    by = fields.String(required=True)
    at = fields.String(required=True)
