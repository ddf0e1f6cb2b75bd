"""What the API gives of a pilot, of the rollout with its notices, and of the review after launch."""

from __future__ import annotations

from marshmallow import Schema, fields


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


class MaterialOut(Schema):
    """A promotional material as it was filled, in one language, with the version of its template."""

    template = fields.String(required=True)
    names = fields.Dict(required=True)
    number = fields.Integer(required=True)
    content_hash = fields.String(required=True)
    language = fields.String(required=True)
    text = fields.String(required=True)


class OfferedText(Schema):
    """A template that fits a request, filled with its products, in every language."""

    kind = fields.String(required=True)
    template = fields.String(required=True)
    names = fields.Dict(required=True)
    number = fields.Integer(required=True)
    content_hash = fields.String(required=True)
    texts = fields.Dict(required=True)


class OfferedTexts(Schema):
    items = fields.List(fields.Nested(OfferedText), required=True)


class RolloutOut(Schema):
    """The rollout as it is planned. ``effective_at``: everywhere; ``waves``: scopes that come before."""

    strategy = fields.String(required=True)
    effective_at = fields.String(required=True)
    waves = fields.List(fields.Nested(WaveOut), required=True)
    notice_channels = fields.List(fields.String(), required=True)
    notice_text = fields.String(required=True)
    notice_text_en = fields.String(required=True, allow_none=True)
    written_from = fields.Dict(required=True)
    """Of each text the template versions that offered it, and whether another text was kept."""
    materials = fields.List(fields.Nested(MaterialOut), required=True)
    notice_days = fields.Integer(required=True)
    notified = fields.String(required=True, allow_none=True)
    policy = fields.List(fields.Dict(), required=True)
    """What the notice policy asked for each kind of change, family and kind of customer, with its rule."""
    notices = fields.List(fields.Nested(CustomerNoticeOut), required=True)


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
