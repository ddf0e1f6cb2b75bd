"""What the API of change requests takes and gives."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from app.kernel import cursors
from app.kernel.fields import Whole
from app.kernel.i18n import N_
from app.kernel.openapi import MEMBERS
from app.modules.catalogue.schemas.api import choice, code_text, text
from app.modules.catalogue.schemas.content import UNKNOWN
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


class PostLaunchReviewOut(Schema):
    instance_id = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    begins = fields.String(required=True)
    review_days = fields.Integer(required=True)
    due = fields.String(required=True)
    noter = fields.String(required=True)
    objective = fields.String(required=True, allow_none=True)
    sales = fields.Integer(required=True, allow_none=True)
    complaints = fields.Integer(required=True, allow_none=True)
    incidents = fields.Integer(required=True, allow_none=True)
    deviations = fields.String(required=True, allow_none=True)
    conclusion = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    evidence = fields.List(fields.Integer(), required=True)
    reviewed_by = fields.String(required=True, allow_none=True)
    reviewed = fields.String(required=True, allow_none=True)
    noted_by = fields.String(required=True, allow_none=True)
    noted = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)


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


class ObservationOut(Schema):
    id = fields.Integer(required=True)
    at = fields.String(required=True)
    scope = fields.String(required=True)
    side = fields.String(required=True)
    source = fields.String(required=True)
    text = fields.String(required=True)
    readings = fields.Dict(required=True)
    attachment_id = fields.Integer(required=True, allow_none=True)
    by = fields.String(required=True)


class InterimOut(Schema):
    """Sums up to the end of an accounting date."""

    day = fields.String(required=True)
    pilot = fields.Dict(required=True)
    comparison = fields.Dict(required=True, allow_none=True)
    kept = fields.Dict(required=True)
    """Criterion → whether it is kept so far."""


class BesideOut(Schema):
    """A measure on both sides, as exact texts in one unit: counts, or per thousand contracts."""

    measure = fields.String(required=True)
    pilot = fields.String(required=True, allow_none=True)
    comparison = fields.String(required=True, allow_none=True)
    difference = fields.String(required=True, allow_none=True)


class PilotOut(Schema):
    state = fields.String(required=True)
    scopes = fields.List(fields.Dict(), required=True)
    comparison = fields.List(fields.Dict(), required=True)
    interim = fields.List(fields.Nested(InterimOut), required=True)
    compared = fields.List(fields.Nested(BesideOut), required=True)
    criteria = fields.Dict(required=True)
    begins = fields.String(required=True)
    until = fields.String(required=True)
    extended = fields.Boolean(required=True)
    results = fields.Dict(required=True, allow_none=True)
    stopped_by = fields.String(required=True, allow_none=True)
    observations = fields.List(fields.Nested(ObservationOut), required=True)


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


class WaveOut(Schema):
    scope = fields.Dict(required=True)
    effective_at = fields.String(required=True)


class CustomerNoticeOut(Schema):
    """A notice to one customer group (none: everybody) through one channel, as last reported."""

    id = fields.Integer(required=True)
    customer_group = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    """``planned`` until something is reported; then ``sent``, or ``failed`` where some did not arrive."""
    planned = fields.String(required=True)
    sent = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    reported = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)


class DeliveryReport(Strict):
    """What the sending system has counted of a notice up to now."""

    sent = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    delivered = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    failed = Whole(required=True, validate=validate.Range(0, 2**31 - 1))
    source = text(200, required=True)


class RolloutOut(Schema):
    """The rollout as it is planned. ``effective_at``: everywhere; ``waves``: scopes that come before."""

    strategy = fields.String(required=True)
    effective_at = fields.String(required=True)
    waves = fields.List(fields.Nested(WaveOut), required=True)
    notice_channels = fields.List(fields.String(), required=True)
    notice_text = fields.String(required=True)
    notice_days = fields.Integer(required=True)
    notified = fields.String(required=True, allow_none=True)
    policy = fields.List(fields.Dict(), required=True)
    """What the notice policy asked for each kind of change, family and kind of customer, with its rule."""
    notices = fields.List(fields.Nested(CustomerNoticeOut), required=True)


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


class ChangeRequestPage(Schema):
    items = fields.List(fields.Nested(ChangeRequestSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class VersionDifferenceOut(Schema):
    product = fields.String(required=True)
    old = fields.Integer(required=True, allow_none=True)
    new = fields.Integer(required=True)
    changes = fields.List(fields.Dict(), required=True)
    """Changed attributes only."""


class DifferenceOut(Schema):
    items = fields.List(fields.Nested(VersionDifferenceOut), required=True)
