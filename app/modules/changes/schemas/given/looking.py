"""What the API gives to whoever looks at a request: where it stands, its file, what it changes."""

from __future__ import annotations

from marshmallow import Schema, fields


class StandingStep(Schema):
    task_id = fields.Integer(required=True)
    instance_id = fields.Integer(required=True)
    element_id = fields.String(required=True)
    name = fields.String(required=True)
    lies_with = fields.List(fields.String(), required=True)
    since = fields.String(required=True)
    business_days = fields.Integer(required=True)
    due = fields.String(required=True, allow_none=True)
    waits_for = fields.String(required=True, allow_none=True)


class StandingOut(Schema):
    state = fields.String(required=True)
    expected_effective_at = fields.String(required=True, allow_none=True)
    waits_until = fields.String(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StandingStep), required=True)
    votes = fields.Dict(required=True, allow_none=True)
    needed_from_me = fields.Dict(required=True)


class FilePartOut(Schema):
    part = fields.String(required=True)
    names = fields.Dict(required=True)
    demanded = fields.Boolean(required=True)
    state = fields.String(required=True)
    written_by_initiator = fields.Boolean(required=True)
    told_by_versions = fields.Boolean(required=True)
    text = fields.String(required=True, allow_none=True)
    attachment_id = fields.Integer(required=True, allow_none=True)
    content_hash = fields.String(required=True, allow_none=True)
    entered_by = fields.String(required=True, allow_none=True)
    entered_at = fields.String(required=True, allow_none=True)


class ApproversFileOut(Schema):
    number = fields.String(required=True)
    materiality = fields.String(required=True, allow_none=True)
    complete = fields.Boolean(required=True)
    content_hash = fields.String(required=True, allow_none=True)
    parts = fields.List(fields.Nested(FilePartOut), required=True)


class VersionDifferenceOut(Schema):
    product = fields.String(required=True)
    old = fields.Integer(required=True, allow_none=True)
    new = fields.Integer(required=True)
    changes = fields.List(fields.Dict(), required=True)
    """Changed attributes only."""


class DifferenceOut(Schema):
    items = fields.List(fields.Nested(VersionDifferenceOut), required=True)
