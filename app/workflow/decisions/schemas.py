"""What the API of decision tables takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from app.kernel import cursors
from app.kernel.fields import text
from app.kernel.openapi import MEMBERS
from app.kernel.web import PageQuery
from app.workflow.schemas import XML
from app.workflow.second_person import STATES


class DecisionQuery(PageQuery):
    cursor = fields.String(metadata={"pattern": cursors.pattern(str)})


class TableXml(Schema):
    """A decision table as DMN XML."""

    xml = text(required=True, metadata=XML)


class Inputs(Schema):
    """Variables by name; exact numbers as text."""

    inputs = fields.Dict(required=True, metadata={"openapi": MEMBERS})


class DecisionOut(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    content_hash = fields.String(required=True)
    state = fields.String(required=True, validate=OneOf(STATES))
    deployed_by = fields.String(required=True)
    deployed_at = fields.String(required=True)
    approved_by = fields.String(required=True, allow_none=True)


class Decisions(Schema):
    items = fields.List(fields.Nested(DecisionOut), required=True)
    next = fields.String(required=True, allow_none=True)


class InputOut(Schema):
    label = fields.String(required=True)
    expression = fields.String(required=True)
    type = fields.String(required=True)
    allowed = fields.String(required=True, allow_none=True)


class OutputOut(Schema):
    label = fields.String(required=True)
    name = fields.String(required=True)
    type = fields.String(required=True)


class RuleOut(Schema):
    id = fields.String(required=True)
    conditions = fields.List(fields.String(), required=True)
    results = fields.List(fields.String(), required=True)
    annotation = fields.String(required=True)


class DecisionDetail(DecisionOut):
    description = fields.String(required=True)
    hit_policy = fields.String(required=True)
    aggregation = fields.String(required=True, allow_none=True)
    inputs = fields.List(fields.Nested(InputOut), required=True)
    outputs = fields.List(fields.Nested(OutputOut), required=True)
    rules = fields.List(fields.Nested(RuleOut), required=True)
    xml = fields.String(required=True)


class Evaluated(Schema):
    output = fields.Raw(required=True, allow_none=True)
    rules = fields.List(fields.String(), required=True)
    inputs = fields.Dict(required=True)
    table_hash = fields.String(required=True)
