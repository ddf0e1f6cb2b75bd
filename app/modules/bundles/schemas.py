"""What the API of bundles takes and gives; the document is read as its description says."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.modules.bundles.rules.description import BUNDLE, ROLES
from app.modules.bundles.rules.states import STATES
from app.modules.catalogue.schemas.api import CODE, Moment, Query, Strict, choice, code_text, text
from app.modules.catalogue.schemas.content import group_check
from app.modules.catalogue.schemas.kinds import Checked, object_of
from app.modules.catalogue.types import CHANNELS
from app.modules.customers.schemas import PointOut

_NEEDED = frozenset({"terms", "members"})
_Document = Strict.from_dict(
    {group.key: Checked(group_check(group), required=group.key in _NEEDED) for group in BUNDLE.groups}, name="bundle"
)
DOCUMENT: dict[str, Any] = {"openapi": {"$ref": "#/components/schemas/BundleDocument"}}


def _document(raw: Any) -> dict[str, Any]:
    """The document in its canonical form: groups in their order, empty ones left out."""
    found = _Document().load(object_of(raw))
    return {group.key: found[group.key] for group in BUNDLE.groups if found.get(group.key)}


class BundleNames(Strict):
    zh = text(300, required=True)
    en = text(300, required=True)


class BundlePatch(Strict):
    names = fields.Nested(BundleNames, required=True)
    document = Checked(_document, required=True, metadata=DOCUMENT)


class NewBundle(BundlePatch):
    code = fields.String(required=True, validate=validate.Regexp(CODE))


class BundleApproval(Strict):
    """The hash of what was read."""

    content_hash = code_text(64, required=True)


class BundleReason(Strict):
    reason = text(2_000, required=True)


class BundleQuery(Query):
    """Without a state: all but those that are off sale; a draft or one in approval may be of a bundle on sale."""

    state = choice([state for state in STATES if state != "superseded"])
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(str)})


class BundleMoment(Query):
    """``at``: what was sold then; without it what the bundle is now."""

    at = Moment(metadata={"type": "string", "format": "date-time"})


class BundleSummary(Schema):
    code = fields.String(required=True)
    number = fields.Integer(required=True)
    names = fields.Dict(required=True)
    owner_department = fields.String(required=True)
    state = fields.String(required=True)
    document = fields.Dict(required=True)
    content_hash = fields.String(required=True)
    author = fields.String(required=True)
    written = fields.String(required=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved = fields.String(required=True, allow_none=True)
    withdrawn_by = fields.String(required=True, allow_none=True)
    ended = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class BundleOut(BundleSummary):
    """``contradictions``: what keeps it from being sold as products, bundles and ceilings are now."""

    contradictions = fields.List(fields.Dict(), required=True)


class BundleVersions(Schema):
    items = fields.List(fields.Nested(BundleSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class BundleDifference(Schema):
    old = fields.Integer(required=True)
    new = fields.Integer(required=True)
    names = fields.Dict(required=True)
    changes = fields.List(fields.Dict(), required=True)


class EligibilityQuery(Query):
    """``channel``: where it would be sold; without one only what is sold on every channel may be taken."""

    customer = text(60, required=True)
    channel = choice(CHANNELS)


class ReasonOut(Schema):
    code = fields.String(required=True)
    message = fields.String(required=True)


class VerdictSchema(Schema):
    """``met`` is null where something has to be shown first."""

    met = fields.Boolean(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonOut), required=True)
    points = fields.List(fields.Nested(PointOut), required=True)
    members = fields.List(fields.Nested(lambda: GateOut()), required=True)


class VerdictOut(VerdictSchema):
    bundle = fields.String(required=True)
    customer = fields.String(required=True)


class GateOut(Schema):
    """Of a product its gate of sale and its own terms; of a bundle within the bundle ``inner``."""

    member = fields.String(required=True)
    role = choice(ROLES, required=True)
    met = fields.Boolean(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonOut), required=True)
    points = fields.List(fields.Nested(PointOut), required=True)
    inner = fields.Nested(VerdictSchema, required=True, allow_none=True)


class BundlePage(Schema):
    items = fields.List(fields.Nested(BundleSummary), required=True)
    next = fields.String(required=True, allow_none=True)
