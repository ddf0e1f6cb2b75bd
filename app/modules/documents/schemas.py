"""What the API of templates takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.modules.catalogue.schemas.api import Keepable, Query, Strict, choice, code_text, text
from app.modules.catalogue.types import FAMILIES
from app.modules.documents.rules.merging import FIELDS
from app.modules.documents.rules.states import CHANGE_TYPES, HOLDERS, KINDS

KEY = r"^[a-z][a-z0-9]*(-[a-z0-9]+)+$(?!\n)"
LONGEST = 2_000
"""Characters of a template."""


def _merged() -> fields.String:
    """A text with merge fields; the service says where one is wrong, the pattern what is right."""
    names = "|".join(FIELDS)
    pattern = rf"^([^{{}}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\{{({names})\}})+$"
    checks = [validate.Length(1, LONGEST), Keepable()]
    return fields.String(required=True, validate=checks, metadata={"pattern": pattern})


def _some(choices: Any) -> fields.List[Any]:
    return fields.List(choice(choices), validate=validate.Length(max=len(choices)), metadata={"uniqueItems": True})


class TemplateTexts(Strict):
    """In both languages; ``{product}`` and the other merge fields stand for values."""

    zh = _merged()
    en = _merged()


class NewTemplateVersion(Strict):
    """``valid_from``: the first day of its use, today where it is left out."""

    texts = fields.Nested(TemplateTexts, required=True)
    valid_from = fields.Date()


class TemplateNames(Strict):
    zh = text(300, required=True)
    en = text(300, required=True)


class NewTemplate(NewTemplateVersion):
    """Without families or kinds of change: for all of them."""

    key = fields.String(required=True, validate=[validate.Length(3, 60), validate.Regexp(KEY)])
    kind = choice(KINDS, required=True)
    names = fields.Nested(TemplateNames, required=True)
    families = _some(FAMILIES)
    change_types = _some(CHANGE_TYPES)
    holder = choice(HOLDERS)


class TemplateVersionPatch(Strict):
    texts = fields.Nested(TemplateTexts)
    valid_from = fields.Date()


class TemplateApproval(Strict):
    """The hash of the texts that were read."""

    content_hash = code_text(64, required=True)


class TemplateWithdrawal(Strict):
    reason = text(2_000, required=True)


class TemplateQuery(Query):
    kind = choice(KINDS)
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(str)})


class PreviewQuery(Query):
    product = code_text(100, required=True)


class TemplateVersionOut(Schema):
    number = fields.Integer(required=True)
    state = fields.String(required=True)
    in_force = fields.Boolean(required=True)
    texts = fields.Dict(required=True)
    content_hash = fields.String(required=True)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True, allow_none=True)
    author = fields.String(required=True)
    written = fields.String(required=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved = fields.String(required=True, allow_none=True)
    withdrawn_by = fields.String(required=True, allow_none=True)
    withdrawn = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class TemplateOut(Schema):
    key = fields.String(required=True)
    kind = fields.String(required=True)
    names = fields.Dict(required=True)
    families = fields.List(fields.String(), required=True)
    change_types = fields.List(fields.String(), required=True)
    holder = fields.String(required=True)
    created_by = fields.String(required=True)
    created = fields.String(required=True)
    versions = fields.List(fields.Nested(TemplateVersionOut), required=True)


class TemplatePage(Schema):
    items = fields.List(fields.Nested(TemplateOut), required=True)
    next = fields.String(required=True, allow_none=True)


class TemplatePreview(Schema):
    """The texts as customers would read them, by language."""

    texts = fields.Dict(required=True)
