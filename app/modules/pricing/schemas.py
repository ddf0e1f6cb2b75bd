"""What the API of ceilings takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.kernel import cursors
from app.kernel.fields import currency_code
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import canonical_duration, duration_days, is_duration
from app.modules.catalogue.schemas.api import Query, Strict, choice, text
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES
from app.modules.catalogue.types.description import DAY_COUNTS, RATE_UNITS

NOT_RATE = N_('Must be a decimal in a string, such as "1.55".')
NOT_DURATION = N_("Must be an ISO 8601 duration such as P1Y or P3M.")


class Term(fields.Field[str]):
    """A term in its one way of writing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not is_duration(value) or duration_days(value) <= 0:
            raise ValidationError(NOT_DURATION)
        return canonical_duration(value)


class CeilingRate(Strict):
    """An exact rate with its unit, its period and its day count."""

    value = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{1,3}(\.[0-9]{1,12})?$(?!\n)", error=NOT_RATE)
    )
    unit = choice(RATE_UNITS, required=True)
    period = fields.String(required=True, validate=validate.Equal("P1Y"))
    day_count = choice(DAY_COUNTS, required=True)


class NewCeiling(Strict):
    """Without a type: for the whole family. Without a term: for any term that has no ceiling of its own."""

    family = choice(FAMILIES, required=True)
    product_type = choice(PRODUCT_TYPES, allow_none=True)
    currency = currency_code(required=True)
    term = Term(allow_none=True, metadata={"$ref": "#/components/schemas/Duration"})
    rate = fields.Nested(CeilingRate, required=True)
    valid_from = fields.Date(required=True)
    document = text(400, required=True)


class CeilingQuery(Query):
    day = fields.Date()
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class CeilingOut(Schema):
    id = fields.Integer(required=True)
    family = fields.String(required=True)
    product_type = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    term = fields.String(required=True, allow_none=True)
    rate = fields.Dict(required=True)
    valid_from = fields.String(required=True)
    document = fields.String(required=True)
    state = fields.String(required=True)
    """``entered`` or ``confirmed``."""
    entered_by = fields.String(required=True)
    entered = fields.String(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed = fields.String(required=True, allow_none=True)


class CeilingPage(Schema):
    items = fields.List(fields.Nested(CeilingOut), required=True)
    next = fields.String(required=True, allow_none=True)
