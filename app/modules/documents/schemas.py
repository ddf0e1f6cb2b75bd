"""What the API of templates takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.kernel.web import BIGGEST_ID
from app.modules.catalogue.schemas.api import Keepable, Query, Strict, choice, code_text, text
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES
from app.modules.documents.rules.fields import GENERAL
from app.modules.documents.rules.states import CHANGE_TYPES, HOLDERS, KINDS, LANGUAGES, LONGEST, OF_PRODUCTS

KEY = r"^[a-z][a-z0-9]*(-[a-z0-9]+)+$(?!\n)"


def _merged() -> fields.String:
    """A text with merge fields; the service says where one is wrong, the pattern what one looks like."""
    names = "|".join([*GENERAL, r"[a-z_]+\.[a-z_]+"])
    pattern = rf"^([^{{}}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\{{({names})\}})+$"
    checks = [validate.Length(1, max(LONGEST.values())), Keepable()]
    return fields.String(required=True, validate=checks, metadata={"pattern": pattern})


def _some(choices: Any) -> fields.List[Any]:
    return fields.List(choice(choices), validate=validate.Length(max=len(choices)), metadata={"uniqueItems": True})


class TemplateTexts(Strict):
    """In both languages; ``{product}`` and ``{terms.minimum}`` stand for values: see the types of products."""

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
    """Without families, types or kinds of change: for all of them."""

    key = fields.String(required=True, validate=[validate.Length(3, 60), validate.Regexp(KEY)])
    kind = choice(KINDS, required=True)
    names = fields.Nested(TemplateNames, required=True)
    families = _some(FAMILIES)
    types = _some(PRODUCT_TYPES)
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


class TypedOut(Schema):
    """A percentage, an amount or a term that was typed into a template, with its place there: from 1."""

    kind = fields.String(required=True)
    text = fields.String(required=True)
    line = fields.Integer(required=True)
    position = fields.Integer(required=True)


class TypedInTemplateOut(TypedOut):
    language = fields.String(required=True)


class TemplateVersionOut(Schema):
    """``typed``: figures outside merge fields, which nothing keeps true."""

    number = fields.Integer(required=True)
    state = fields.String(required=True)
    in_force = fields.Boolean(required=True)
    texts = fields.Dict(required=True)
    typed = fields.List(fields.Nested(TypedInTemplateOut), required=True)
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
    types = fields.List(fields.String(), required=True)
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


class NewDocument(Strict):
    """``template``: an approved contract or promotional material; ``version``: of the product, with approved terms.

    ``valid_from``: today where it is left out; ``languages``: both.
    """

    template = code_text(60, required=True)
    version = fields.Integer(required=True, validate=validate.Range(1, BIGGEST_ID))
    languages = fields.List(
        choice(LANGUAGES), validate=validate.Length(1, len(LANGUAGES)), metadata={"uniqueItems": True}
    )
    valid_from = fields.Date()


class DocumentDayQuery(Query):
    """``day``: beside the terms live on it; today where it is left out."""

    day = fields.Date()


class DocumentQuery(DocumentDayQuery):
    """``contradicting``: only what the terms live on ``day`` contradict; ``typed``: only what has typed figures."""

    product = code_text(100)
    kind = choice(OF_PRODUCTS)
    contradicting = fields.Boolean()
    typed = fields.Boolean()
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class ContradictionOut(Schema):
    """One figure: where it stands in the terms, what the document says, what the live terms say, in both languages."""

    path = fields.String(required=True)
    labels = fields.Dict(required=True)
    says = fields.Dict(required=True)
    live = fields.Dict(required=True)


class DocumentOut(Schema):
    """``contradictions`` are proved; ``typed`` are figures of its template that stand nowhere in the live terms."""

    id = fields.Integer(required=True)
    product = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    template = fields.String(required=True)
    template_version = fields.Integer(required=True)
    language = fields.String(required=True)
    text = fields.String(required=True)
    paths = fields.List(fields.String(), required=True)
    content_hash = fields.String(required=True)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True, allow_none=True)
    made_by = fields.String(required=True)
    made = fields.String(required=True)
    withdrawn_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    live_version = fields.Integer(required=True, allow_none=True)
    contradictions = fields.List(fields.Nested(ContradictionOut), required=True)
    typed = fields.List(fields.Nested(TypedOut), required=True)


class DocumentPage(Schema):
    items = fields.List(fields.Nested(DocumentOut), required=True)
    next = fields.String(required=True, allow_none=True)


class DocumentsMade(Schema):
    items = fields.List(fields.Nested(DocumentOut), required=True)
