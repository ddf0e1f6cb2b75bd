"""Tier families as the API takes and gives them."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.kernel.web import MAX_PAGE
from app.modules.catalogue.schemas.api import CODE, Names, Query, Strict, choice, code_text, text
from app.modules.catalogue.schemas.kinds import NO_LANGUAGE, NOT_CLEAN
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.customers.schemas import PointOut
from app.modules.development.schemas.figures import Figure

MOST = 200
KEY = r"^[a-z][a-z0-9_]{0,39}$(?!\n)"


class Named(Names):
    """A name in one language at least."""

    openapi: ClassVar = {"minProperties": 1}


def names(**kwargs: Any) -> fields.Nested:
    return fields.Nested(Named, validate=validate.Length(min=1, error=NO_LANGUAGE), **kwargs)


def figure() -> Figure:
    """A figure of the terms: per cent for rates and ratios, the amount for money."""
    return Figure("-1000000000000000000", "1000000000000000000", places=8, required=True)


class FamilyQuery(Query):
    limit = fields.Integer(metadata={"minimum": 1, "maximum": MAX_PAGE})
    cursor = fields.String(metadata={"pattern": cursors.pattern(str)})


class PlanQuery(Query):
    limit = fields.Integer(metadata={"minimum": 1, "maximum": MAX_PAGE})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class EligibilityQuery(Query):
    customer = text(60, required=True)


class NewFamily(Strict):
    """A family of one product, its base, which serves a tier."""

    base = code_text(60, required=True)
    tier = choice(CUSTOMER_GROUPS, required=True)
    names = names(required=True)


class NewVariant(Strict):
    """A product for a further tier. With a ``name`` it is made anew as a copy of the base; without it is there already.

    ``own``: paths of the terms that it sets itself, such as ``terms.minimum``; all others follow the base.
    """

    product = fields.String(required=True, validate=validate.Regexp(CODE, error=NOT_CLEAN))
    tier = choice(CUSTOMER_GROUPS, required=True)
    own = fields.List(text(100), load_default=list, validate=validate.Length(max=MOST))
    name = names()


class Service(Strict):
    """A value-added service."""

    key = fields.String(required=True, validate=validate.Regexp(KEY, error=NOT_CLEAN))
    names = names(required=True)


class Corridor(Strict):
    """How far a plan may depart from a figure of the terms, both ends included."""

    path = text(400, required=True)
    low = figure()
    high = figure()


class VariantDescription(Strict):
    own = fields.List(text(100), required=True, validate=validate.Length(max=MOST))
    services = fields.List(fields.Nested(Service), required=True, validate=validate.Length(max=50))
    corridors = fields.List(fields.Nested(Corridor), required=True, validate=validate.Length(max=MOST))


class Leaving(Strict):
    reason = text(2000, required=True)


class Following(Strict):
    reason = text(4000, required=True)


class Deviation(Strict):
    path = text(400, required=True)
    value = figure()


class NewPlan(Strict):
    """For one ``customer`` or for a ``segment``. ``valid_to`` is the first day on which it holds no more."""

    product = code_text(60, required=True)
    customer = text(60)
    segment = choice(CUSTOMER_GROUPS)
    services = fields.List(text(40), load_default=list, validate=validate.Length(max=50))
    deviations = fields.List(fields.Nested(Deviation), load_default=list, validate=validate.Length(max=MOST))
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)


class PlanEnd(Strict):
    reason = text(2000, required=True)


class VariantOut(Schema):
    product = fields.String(required=True)
    tier = fields.String(required=True)
    base = fields.Boolean(required=True)
    own = fields.List(fields.String(), required=True)
    services = fields.List(fields.Nested(Service), required=True)
    corridors = fields.List(fields.Nested(Corridor), required=True)


class FamilySummary(Schema):
    base = fields.String(required=True)
    names = fields.Nested(Names, required=True)
    founded_by = fields.String(required=True)
    founded = fields.String(required=True)
    variants = fields.List(fields.Nested(VariantOut), required=True)


class FamilyPage(Schema):
    items = fields.List(fields.Nested(FamilySummary), required=True)
    next = fields.String(required=True, allow_none=True)


class CellOut(Schema):
    product = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    own = fields.Boolean(required=True)
    differs = fields.Boolean(required=True)
    due = fields.Boolean(required=True)


class TermOut(Schema):
    path = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    variants = fields.List(fields.Nested(CellOut), required=True)


class FamilyOut(FamilySummary):
    """With its terms side by side: the base's value, and each variant's, shared or own."""

    terms = fields.List(fields.Nested(TermOut), required=True)
    due = fields.List(fields.String(), required=True)
    """Codes of the variants that are to follow the base."""


class FollowedOut(Schema):
    request = fields.Integer(required=True, allow_none=True)
    number = fields.String(required=True, allow_none=True)
    drafts = fields.List(fields.String(), required=True)


class TierEligibility(Schema):
    product = fields.String(required=True)
    tier = fields.String(required=True)
    eligible = fields.Boolean(required=True)
    points = fields.List(fields.Nested(PointOut), required=True)


class EligibilityOut(Schema):
    customer = fields.String(required=True)
    tiers = fields.List(fields.Nested(TierEligibility), required=True)


class PlanOut(Schema):
    id = fields.Integer(required=True)
    number = fields.String(required=True)
    product = fields.String(required=True)
    customer = fields.String(required=True, allow_none=True)
    segment = fields.String(required=True, allow_none=True)
    services = fields.List(fields.String(), required=True)
    deviations = fields.List(fields.Nested(Deviation), required=True)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True)
    agreed_by = fields.String(required=True)
    agreed = fields.String(required=True)
    ended_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class PlanPage(Schema):
    items = fields.List(fields.Nested(PlanOut), required=True)
    next = fields.String(required=True, allow_none=True)
