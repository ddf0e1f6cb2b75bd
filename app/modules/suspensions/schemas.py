"""What the API of suspensions takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.kernel.fields import currency_code
from app.kernel.i18n import N_
from app.modules.catalogue.schemas.api import choice, code_text, text
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS
from app.modules.changes.schemas import Strict

MOST_SCOPES, MOST_UNITS = 20, 200
NOT_AMOUNT = N_('Must be an amount in a string, such as "1500000.00".')


class SuspendedScope(Strict):
    """Units, channels, customer groups; what is left out covers all."""

    units = fields.List(code_text(60), validate=validate.Length(0, MOST_UNITS))
    channels = fields.List(choice(CHANNELS))
    groups = fields.List(choice(CUSTOMER_GROUPS))


class NewSuspension(Strict):
    """Sales stop at once. Without scopes: all sales of the product."""

    reason = text(2000, required=True)
    scopes = fields.List(fields.Nested(SuspendedScope), validate=validate.Length(0, MOST_SCOPES))


def amount() -> fields.String:
    return fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{1,18}(\.[0-9]{1,12})?$(?!\n)", error=NOT_AMOUNT)
    )


class QuotaReport(Strict):
    """The use of a product's quota, as core banking reports it; amounts of one currency."""

    limit = amount()
    used = amount()
    currency = currency_code(required=True)
    source = text(200, required=True)


class SuspensionQuery(Schema):
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class Said(Schema):
    """One step that a person took."""

    what = fields.String(required=True, allow_none=True)
    by = fields.String(required=True)
    at = fields.String(required=True)
    reason = fields.String(required=True)


class SuspensionOut(Schema):
    number = fields.String(required=True)
    product = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    scopes = fields.List(fields.Dict(), required=True)
    reason = fields.String(required=True)
    quota = fields.Dict(required=True, allow_none=True)
    suspended_by = fields.String(required=True)
    suspended = fields.String(required=True)
    ratification = fields.Nested(Said, required=True, allow_none=True)
    remedy = fields.Nested(Said, required=True, allow_none=True)
    proposal = fields.Nested(Said, required=True, allow_none=True)
    confirmation = fields.Nested(Said, required=True, allow_none=True)
    exit = fields.String(required=True, allow_none=True)
    ended = fields.String(required=True, allow_none=True)
    instance_id = fields.Integer(required=True)


class SuspensionPage(Schema):
    items = fields.List(fields.Nested(SuspensionOut), required=True)
    next = fields.String(required=True, allow_none=True)


class QuotaAnswer(Schema):
    suspended = fields.Boolean(required=True)
    suspension = fields.Nested(SuspensionOut, required=True, allow_none=True)
