"""What the workflow API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.kernel.fields import Whole, text
from app.kernel.openapi import MEMBERS
from app.kernel.web import PageQuery
from app.workflow.tasks.queries import FILTERS, SORTS

BIGGEST_ID = 2**53 - 1
VARIABLE = r"^[A-Za-z][A-Za-z0-9_]{0,63}$(?!\n)"


XML: dict[str, Any] = {
    "openapi": {"contentMediaType": "application/xml", "pattern": r"^\ufeff?\s*<[^\x00]*definitions[^\x00]*>\s*$"}
}
"""The least that a drawing or a decision table is; all else is told by its findings."""


class ProcessXml(Schema):
    """A drawing as BPMN 2.0 XML."""

    xml = text(required=True, metadata=XML)


class FindingOut(Schema):
    severity = fields.String(required=True, validate=validate.OneOf(["error", "warning"]))
    element_id = fields.String(required=True, allow_none=True)
    line = fields.Integer(required=True, allow_none=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class Findings(Schema):
    findings = fields.List(fields.Nested(FindingOut), required=True)


class DefinitionOut(Schema):
    id = fields.Integer(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    content_hash = fields.String(required=True)
    deployed_by = fields.String(required=True)
    deployed_at = fields.String(required=True)


class Definitions(Schema):
    items = fields.List(fields.Nested(DefinitionOut), required=True)
    next = fields.String(required=True, allow_none=True)


class StartInstance(Schema):
    business_key = text(1, 200, load_default=None, allow_none=True)
    variables = fields.Dict(
        keys=fields.String(validate=validate.Regexp(VARIABLE)),
        load_default=dict,
        metadata={"openapi": {**MEMBERS, "propertyNames": {"pattern": VARIABLE}}},
    )


class InstanceOut(Schema):
    id = fields.Integer(required=True)
    process = fields.String(required=True)
    process_version = fields.Integer(required=True)
    business_key = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    started_by = fields.String(required=True)
    started = fields.String(required=True)
    ended = fields.String(required=True, allow_none=True)
    variables = fields.Dict(required=True)
    active_elements = fields.List(fields.String(), required=True)


class Instances(Schema):
    items = fields.List(fields.Nested(InstanceOut), required=True)
    next = fields.String(required=True, allow_none=True)


class HistoryEntry(Schema):
    number = fields.Integer(required=True)
    at = fields.String(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    payload = fields.Dict(required=True, allow_none=True)


class History(Schema):
    items = fields.List(fields.Nested(HistoryEntry), required=True)
    next = fields.String(required=True, allow_none=True)


class Reason(Schema):
    reason = text(0, 4_000, load_default="")


class TaskOut(Schema):
    id = fields.Integer(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    process = fields.String(required=True)
    instance_id = fields.Integer(required=True)
    business_key = fields.String(required=True, allow_none=True)
    element_id = fields.String(required=True)
    candidate_groups = fields.List(fields.String(), required=True)
    department = fields.String(required=True, allow_none=True)
    assignee = fields.String(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)
    created = fields.String(required=True)
    priority = fields.Integer(required=True)
    state = fields.String(required=True)
    allowed_actions = fields.List(fields.String(), required=True)


class FormOut(Schema):
    key = fields.String(required=True)
    components = fields.List(fields.Dict(), required=True)


class TaskDetail(TaskOut):
    form = fields.Nested(FormOut, required=True)
    values = fields.Dict(required=True)


class Tasks(Schema):
    items = fields.List(fields.Nested(TaskOut), required=True)
    next = fields.String(required=True, allow_none=True)


class CompleteTask(Schema):
    version = Whole(required=True, validate=validate.Range(1, BIGGEST_ID))
    data = fields.Dict(required=True, metadata={"openapi": MEMBERS})
    proof = fields.Dict(load_default=None, allow_none=True, metadata={"openapi": MEMBERS})


class Completed(Schema):
    task = fields.Nested(TaskOut, required=True)
    instance = fields.Nested(InstanceOut, required=True)
    opened = fields.List(fields.Nested(TaskOut), required=True)


class HandOver(Schema):
    to = text(1, 200, required=True)


class SendBack(Schema):
    element_id = text(1, 200, required=True)
    reason = text(1, 4_000, required=True)
    version = Whole(load_default=None, allow_none=True, validate=validate.Range(1, BIGGEST_ID))


class CommentIn(Schema):
    text = text(1, 4_000, required=True)


class CommentOut(Schema):
    id = fields.Integer(required=True)
    author = fields.String(required=True)
    at = fields.String(required=True)
    text = fields.String(required=True)


class AttachmentOut(Schema):
    id = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    filename = fields.String(required=True)
    size = fields.Integer(required=True)


class InstanceQuery(PageQuery):
    process = text()
    state = text()
    business_key = text()


class TaskQuery(PageQuery):
    filter = fields.String(validate=validate.OneOf(FILTERS), load_default="group")
    sort = fields.String(validate=validate.OneOf(SORTS), load_default="due")
    cursor = fields.String(metadata={"pattern": cursors.pattern(datetime, int)})
    process = text()
    product = text()
