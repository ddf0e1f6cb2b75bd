"""What the API of bundles takes and gives; the document is read as its description says."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.modules.bundles.rules.description import BUNDLE
from app.modules.bundles.rules.states import STATES
from app.modules.catalogue.schemas.api import CODE, Query, Strict, choice, code_text, text
from app.modules.catalogue.schemas.content import group_check
from app.modules.catalogue.schemas.kinds import Checked, object_of

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
    """Without a state: all but those that were withdrawn."""

    state = choice(STATES)
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(str)})


class BundleSummary(Schema):
    code = fields.String(required=True)
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
    withdrawn = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class BundleOut(BundleSummary):
    """``contradictions``: what keeps it from being sold as products, bundles and ceilings are now."""

    contradictions = fields.List(fields.Dict(), required=True)


class BundlePage(Schema):
    items = fields.List(fields.Nested(BundleSummary), required=True)
    next = fields.String(required=True, allow_none=True)
