"""What the API of customers takes and gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.kernel import cursors
from app.kernel.fields import currency_code
from app.kernel.web import BIGGEST_ID, MAX_PAGE
from app.modules.catalogue.rules.values import canonical_duration
from app.modules.catalogue.schemas.api import Query, Strict, choice, code_text, text
from app.modules.catalogue.schemas.kinds import NOT_DECIMAL, NOT_DURATION
from app.modules.catalogue.types import CHANNELS
from app.modules.customers.rules.identifiers import DOCUMENTS
from app.modules.customers.rules.states import HOLDING_STATES

AMOUNT = r"^[0-9]{1,15}(\.[0-9]{1,4})?$(?!\n)"
DURATION = r"^P(?=[0-9])([0-9]{1,3}Y)?([0-9]{1,4}M)?([0-9]{1,5}D)?$(?!\n)"


class Paged(Query):
    limit = fields.Integer(metadata={"minimum": 1, "maximum": MAX_PAGE})


class CustomerQuery(Paged):
    """By number, or by how the name begins; an identification number is never part of an address."""

    number = text(60)
    name = text(100)
    cursor = fields.String(metadata={"pattern": cursors.pattern(int, str)})


class IdentityQuery(Strict):
    """An identification, to be found exactly."""

    id_kind = choice(DOCUMENTS, required=True)
    id_number = fields.String(required=True, validate=validate.Length(1, 40))


class IdentityReason(Strict):
    """Why somebody needs to see what identifies a customer."""

    reason = text(400, required=True)


class HoldingQuery(Paged):
    status = choice(HOLDING_STATES)
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class NewHolding(Strict):
    """What is sold to a customer; without ``version`` the one that may be sold there and now.

    ``account``: the reference; ``term``: one that the product offers, as ``P1Y``.
    """

    account = code_text(60, required=True)
    product = code_text(100, required=True)
    channel = choice(CHANNELS, required=True)
    principal = fields.String(required=True, validate=validate.Regexp(AMOUNT, error=NOT_DECIMAL))
    currency = currency_code(required=True)
    term = fields.String(validate=validate.Regexp(DURATION, error=NOT_DURATION))
    version = fields.Integer(validate=validate.Range(1, BIGGEST_ID))

    @post_load
    def exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Amount and term as the rules take them."""
        term = data.get("term")
        return {**data, "principal": Decimal(data["principal"]), "term": canonical_duration(term) if term else None}


class CustomerOut(Schema):
    number = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    id_kind = fields.String(required=True)
    id_number = fields.String(required=True)
    """Masked, as are telephone and mail."""
    phone = fields.String(required=True, allow_none=True)
    mail = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True)
    birth_year = fields.Integer(required=True, allow_none=True)
    status = fields.String(required=True)
    unit = fields.String(required=True)
    segments = fields.List(fields.String(), required=True)
    since = fields.String(required=True)


class CustomerPage(Schema):
    items = fields.List(fields.Nested(CustomerOut), required=True)
    next = fields.String(required=True, allow_none=True)


class AccountOut(Schema):
    reference = fields.String(required=True)
    number = fields.String(required=True)
    currency = fields.String(required=True)
    unit = fields.String(required=True)
    status = fields.String(required=True)
    opened_on = fields.String(required=True)


class HoldingOut(Schema):
    id = fields.Integer(required=True)
    product = fields.String(required=True)
    version = fields.Integer(required=True)
    principal = fields.String(required=True)
    currency = fields.String(required=True)
    term = fields.String(required=True, allow_none=True)
    negotiated = fields.Dict(required=True, allow_none=True)
    opened_on = fields.String(required=True)
    matures_on = fields.String(required=True, allow_none=True)
    last_activity_on = fields.String(required=True)
    status = fields.String(required=True)


class PointOut(Schema):
    """One thing that terms ask of a customer: ``bound`` as they say it; ``met`` is null where it has to be shown."""

    key = fields.String(required=True)
    bound = fields.Raw(required=True, allow_none=True)
    met = fields.Boolean(required=True, allow_none=True)


class CustomerDetail(CustomerOut):
    accounts = fields.List(fields.Nested(AccountOut), required=True)
    holdings = fields.List(fields.Nested(HoldingOut), required=True)


class IdentityOut(Schema):
    id_number = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    mail = fields.String(required=True, allow_none=True)
    accounts = fields.Dict(required=True)


class HeldBy(HoldingOut):
    customer = fields.String(required=True)


class HoldingPage(Schema):
    items = fields.List(fields.Nested(HeldBy), required=True)
    next = fields.String(required=True, allow_none=True)


class SumOut(Schema):
    version = fields.Integer(required=True)
    status = fields.String(required=True)
    currency = fields.String(required=True)
    count = fields.Integer(required=True)
    balance = fields.String(required=True)


class SumList(Schema):
    items = fields.List(fields.Nested(SumOut), required=True)
    next = fields.String(required=True, allow_none=True)
