"""What the API of change requests gives."""

from __future__ import annotations

from marshmallow import Schema, fields


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
