"""What the API of change requests takes."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from app.kernel import cursors
from app.kernel.fields import Whole
from app.kernel.i18n import N_
from app.kernel.openapi import MEMBERS
from app.modules.catalogue.schemas.api import choice, code_text, text
from app.modules.catalogue.schemas.kinds import UNKNOWN
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS
from app.modules.changes.rules.file import LONGEST
from app.modules.changes.rules.interim import SIDES
from app.modules.changes.rules.states import STATES

MOST_VERSIONS = 500
"""Products in one request: what the platform is measured with (`bench bulk_request`)."""
DRIVER_SOURCES = ("regulation", "technology", "market", "competitor")


class Strict(Schema):
    error_messages = {"unknown": UNKNOWN}

    class Meta:
        unknown = RAISE


class ChangeDriver(Strict):
    """What drives the change: an own department, or something outside the bank."""

    kind = choice(("internal", "external"), required=True)
    department = code_text(60)
    source = choice(DRIVER_SOURCES)
    reason = text(4000, required=True)

    openapi: ClassVar = {
        "anyOf": [
            {"properties": {"kind": {"const": "internal"}}, "required": ["department"]},
            {"properties": {"kind": {"const": "external"}}, "required": ["source"]},
        ],
        "required": ["kind", "reason"],
    }

    @validates_schema
    def says_who(self, data: dict[str, Any], **_: Any) -> None:
        needed = "department" if data["kind"] == "internal" else "source"
        if not data.get(needed):
            raise ValidationError(N_("This is required."), needed)


class PilotScope(Strict):
    """Units, channels, customer groups; what is left out covers all."""

    units = fields.List(code_text(60), validate=validate.Length(0, 200))
    channels = fields.List(choice(CHANNELS))
    groups = fields.List(choice(CUSTOMER_GROUPS))

    openapi: ClassVar = {
        "anyOf": [
            {"required": [name], "properties": {name: {"minItems": 1}}} for name in ("units", "channels", "groups")
        ]
    }


class PilotCriteria(Strict):
    min_sales = Whole(required=True, validate=validate.Range(0, 100_000_000))
    max_complaints = Whole(required=True, validate=validate.Range(0, 1_000_000))
    max_incidents = Whole(required=True, validate=validate.Range(0, 1_000_000))


class PilotPlan(Strict):
    """Scope, length and criteria, fixed before the pilot begins."""

    scopes = fields.List(fields.Nested(PilotScope), required=True, validate=validate.Length(1, 20))
    comparison = fields.List(fields.Nested(PilotScope), validate=validate.Length(0, 20))
    length_days = Whole(required=True, validate=validate.Range(7, 180))
    criteria = fields.Nested(PilotCriteria, required=True)

    @validates_schema
    def limits_something(self, data: dict[str, Any], **_: Any) -> None:
        if not all(any(scope.values()) for scope in data["scopes"]):
            raise ValidationError(N_("A pilot needs a scope: units, channels or customer groups."), "scopes")
        if not all(any(scope.values()) for scope in data.get("comparison") or ()):
            raise ValidationError(N_("A comparison needs a scope: units, channels or customer groups."), "comparison")


_CONTENT: dict[str, Any] = {
    **MEMBERS,
    "description": "A ProductContent of the product's type, as POST /products takes it",
    "required": ["type", "basics"],
}


class ProposedIn(Strict):
    """A product with its whole new ``content``, or ``changes`` merged into the live one (RFC 7396).

    ``version`` takes up a draft there is already.
    """

    product = code_text(100, required=True)
    content = fields.Dict(metadata={"openapi": _CONTENT})
    changes = fields.Dict(metadata={"openapi": MEMBERS})
    version = Whole(validate=validate.Range(1, 2**31 - 1))

    openapi: ClassVar = {"not": {"required": ["content", "changes"]}}

    @validates_schema
    def one_way(self, data: dict[str, Any], **_: Any) -> None:
        if "content" in data and "changes" in data:
            raise ValidationError(N_("Send either the whole content or the changes."), "changes")


class ChangeRequestDetails(Strict):
    driver = fields.Nested(ChangeDriver)
    function_plan = text(8000, allow_none=True)
    expected_benefit = text(4000, allow_none=True)
    effective_on = fields.Date(allow_none=True)
    pilot_wish = fields.Boolean(truthy={True}, falsy={False})
    pilot_plan = fields.Nested(PilotPlan, allow_none=True)


class NewChangeRequest(ChangeRequestDetails):
    """A change request. ``draft`` keeps it for later; otherwise it is submitted and its case starts at once."""

    driver = fields.Nested(ChangeDriver, required=True)
    versions = fields.List(fields.Nested(ProposedIn), required=True, validate=validate.Length(1, MOST_VERSIONS))
    draft = fields.Boolean(truthy={True}, falsy={False})


class ChangeRequestPatch(ChangeRequestDetails):
    """Only the members sent are changed."""

    versions = fields.List(fields.Nested(ProposedIn), validate=validate.Length(0, MOST_VERSIONS))


class ChangeRequestQuery(Schema):
    mine = fields.Boolean()
    state = choice(STATES)
    product = code_text(100)
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class FilePartIn(Strict):
    """What stands in a part of the approver's file; without a text the part is taken out of it."""

    text = text(LONGEST, required=True, allow_none=True)
    attachment_id = Whole(validate=validate.Range(1, 2**53 - 1), allow_none=True)


class ClosingReason(Strict):
    reason = text(2000, required=True)


class ConditionGrounds(Strict):
    grounds = text(2000, required=True)


class PilotReadings(Strict):
    sales = Whole(validate=validate.Range(0, 100_000_000))
    complaints = Whole(validate=validate.Range(0, 1_000_000))
    incidents = Whole(validate=validate.Range(0, 1_000_000))


class ObservationIn(Strict):
    """One dated row. ``readings``: counts since the row before. ``side``: where the version before is sold, or not."""

    scope = text(200, required=True)
    side = choice(SIDES)
    source = text(200, required=True)
    text = text(4000, required=True)
    readings = fields.Nested(PilotReadings)
    attachment_id = Whole(validate=validate.Range(1, 2**53 - 1))


class DeliveryReport(Strict):
    """What the sending system has counted of a notice up to now."""

    sent = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    delivered = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    failed = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    source = text(200, required=True)
