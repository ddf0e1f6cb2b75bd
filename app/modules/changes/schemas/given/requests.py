"""What the API of change requests gives of a request itself."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.modules.changes.schemas.given.launch import PilotOut, PostLaunchReviewOut, RolloutOut
from app.modules.changes.schemas.given.opinions import (
    ConditionOut,
    ExecutiveDecisionOut,
    MeetingOut,
    RateCheckOut,
    ReceiptOut,
    ReviewOut,
)


class ChangeRequestCreated(Schema):
    id = fields.Integer(required=True)
    instance_id = fields.Integer(required=True, allow_none=True)
    number = fields.String(required=True)
    state = fields.String(required=True)


class WaitsFor(Schema):
    """Another open request on one of the products, and what the rule says of a second."""

    product = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True)


class ChangeRequestDrafted(ChangeRequestCreated):
    waits_for = fields.List(fields.Nested(WaitsFor), required=True)


class ProposedOut(Schema):
    product = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    content_hash = fields.String(required=True)


class ChangeRequestSummary(ChangeRequestCreated):
    initiator = fields.String(required=True)
    owner_department = fields.String(required=True)
    owners = fields.List(fields.String(), required=True)
    families = fields.List(fields.String(), required=True)
    materiality = fields.String(required=True, allow_none=True)
    raised_to = fields.String(required=True, allow_none=True)
    effective_at = fields.String(required=True, allow_none=True)
    created = fields.String(required=True)
    updated = fields.String(required=True)


class ChangeRequestOut(ChangeRequestSummary):
    waits_for = fields.List(fields.Nested(WaitsFor), required=True)
    driver = fields.Dict(required=True)
    function_plan = fields.String(required=True, allow_none=True)
    expected_benefit = fields.String(required=True, allow_none=True)
    pilot_wish = fields.Boolean(required=True)
    pilot_plan = fields.Dict(required=True, allow_none=True)
    round = fields.Integer(required=True)
    content_hash = fields.String(required=True, allow_none=True)
    closing_reason = fields.String(required=True, allow_none=True)
    versions = fields.List(fields.Nested(ProposedOut), required=True)
    reviews = fields.List(fields.Nested(ReviewOut), required=True)
    conditions = fields.List(fields.Nested(ConditionOut), required=True)
    decisions = fields.List(fields.Nested(ExecutiveDecisionOut), required=True)
    meetings = fields.List(fields.Nested(MeetingOut), required=True)
    receipts = fields.List(fields.Nested(ReceiptOut), required=True)
    rate_checks = fields.List(fields.Nested(RateCheckOut), required=True)
    pilot = fields.Nested(PilotOut, required=True, allow_none=True)
    post_launch_review = fields.Nested(PostLaunchReviewOut, required=True, allow_none=True)
    rollout = fields.Nested(RolloutOut, required=True, allow_none=True)


class ChangeRequestPage(Schema):
    items = fields.List(fields.Nested(ChangeRequestSummary), required=True)
    next = fields.String(required=True, allow_none=True)
