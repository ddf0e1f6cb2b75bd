"""What the API of the catalogue takes and gives."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from app.kernel import cursors
from app.kernel.clock import start_of_day
from app.kernel.i18n import N_
from app.modules.catalogue.rules.states import PRODUCT_STATES
from app.modules.catalogue.rules.values import is_clean
from app.modules.catalogue.schemas.kinds import NOT_CHOICE, NOT_CLEAN, UNKNOWN
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS, FAMILIES, PRODUCT_TYPES

BLANK = N_("This is required.")
NOT_TIME = N_("Must be a day such as 2026-01-31 or a time such as 2026-01-31T08:00:00Z.")
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


class Strict(Schema):
    error_messages = {"unknown": UNKNOWN}

    class Meta:
        unknown = RAISE


class Query(Strict):
    """``limit`` and ``cursor`` are read by the list helpers of the kernel."""

    class Meta:
        unknown = EXCLUDE


_KEPT = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_SAYS = r"[^\x00-\x20\x7f\xa0\u3000]"
"""A character that is no blank."""


class Keepable(validate.Regexp):
    """Text that both databases can keep and that says something; its pattern stands in the OpenAPI document."""

    def __init__(self) -> None:
        super().__init__(rf"^{_KEPT}*{_SAYS}{_KEPT}*$", error=NOT_CLEAN)

    def __call__(self, value: Any) -> Any:
        if not is_clean(value):
            raise ValidationError(NOT_CLEAN)
        # Nothing at all is told by its length.
        if value and not re.search(_SAYS, value):
            raise ValidationError(BLANK)
        return value


def text(longest: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, longest), Keepable()], **kwargs)


def code_text(longest: int, **kwargs: Any) -> fields.String:
    """A code: printable ASCII without spaces."""
    return fields.String(validate=validate.Regexp(rf"^[!-~]{{1,{longest}}}$", error=NOT_CLEAN), **kwargs)


def choice(choices: Any, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(list(choices), error=NOT_CHOICE), **kwargs)


class Moment(fields.Field[datetime]):
    """A time with its offset, or a day: then the last instant of that accounting day (what held at its end)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return _moment(value)
        except (ValueError, TypeError):
            raise ValidationError(NOT_TIME) from None
        except OverflowError:
            return _FIRST if str(value).startswith("0") else _LAST


def _moment(value: str) -> datetime:
    if len(value) == 10:
        day = datetime.fromisoformat(value).date()
        return max(_FIRST, min(_LAST, start_of_day(day + timedelta(days=1)) - timedelta(microseconds=1)))
    # In a query an unescaped plus sign arrives as a space.
    found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value.upper() else value)
    if found.tzinfo is None:
        raise ValueError("a time needs its offset")
    return max(_FIRST, min(_LAST, found.astimezone(UTC)))


class Names(Strict):
    en = text(300)
    zh = text(300)


class ScopeQuery(Query):
    unit = code_text(60)
    channel = choice(CHANNELS)
    group = choice(CUSTOMER_GROUPS)


class ProductQuery(ScopeQuery):
    q = text(200)
    family = choice(FAMILIES)
    type = choice(PRODUCT_TYPES)
    status = choice(PRODUCT_STATES)
    owner = code_text(60)
    as_of = Moment(metadata={"type": "string", "format": "date-time"})
    known_at = Moment(metadata={"type": "string", "format": "date-time"})
    sort = choice(("code", "name", "name_zh", "changed"))
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(str)})


class PageQuery(Query):
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class LaunchQuery(Query):
    """The last twelve months where nothing is said."""

    since = Moment(metadata={"type": "string", "format": "date-time"})
    until = Moment(metadata={"type": "string", "format": "date-time"})


class SaleQuery(ScopeQuery):
    product = code_text(100, required=True)
    version = fields.Integer(validate=validate.Range(1, 2**31 - 1))
    at = Moment(metadata={"type": "string", "format": "date-time"})
    known_at = Moment(metadata={"type": "string", "format": "date-time"})


CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$(?!\n)"
CONTENT: dict[str, Any] = {"openapi": {"$ref": "#/components/schemas/ProductContent"}}
"""Described from the product types by ``schemas.described``."""


class NewProduct(Strict):
    code = fields.String(required=True, validate=validate.Regexp(CODE))
    content = fields.Dict(required=True, metadata=CONTENT)
    names = fields.Nested(Names)
    owner_department = code_text(60)
    note = text(2000)


class Description(Strict):
    """What may be changed without a change request, because no sale depends on it."""

    names = fields.Nested(Names)
    owner_department = code_text(60)
    note = text(2000, allow_none=True)


class VersionSummary(Schema):
    product = fields.String()
    number = fields.Integer()
    state = fields.String()
    valid_from = fields.AwareDateTime(default_timezone=UTC, allow_none=True)
    valid_to = fields.AwareDateTime(default_timezone=UTC, allow_none=True)
    recorded_at = fields.AwareDateTime(default_timezone=UTC)
    content_hash = fields.String()
    change_class = fields.String(allow_none=True)
    approval = fields.String(allow_none=True)
    based_on = fields.Integer(allow_none=True)
    created_by = fields.String()
    headline = fields.Dict()


class Version(VersionSummary):
    content = fields.Dict()


class ProductSummary(Schema):
    code = fields.String()
    family = fields.String()
    type = fields.String()
    status = fields.String()
    owner_department = fields.String(allow_none=True)
    names = fields.Dict()
    note = fields.String(allow_none=True)
    source = fields.String()
    created_at = fields.AwareDateTime(default_timezone=UTC)
    changed_at = fields.AwareDateTime(default_timezone=UTC)
    version = fields.Nested(VersionSummary, allow_none=True)


class AvailabilityCell(Schema):
    version = fields.Integer()
    pilot = fields.Boolean()
    unit = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    group = fields.String(allow_none=True)
    valid_from = fields.AwareDateTime(default_timezone=UTC)
    valid_to = fields.AwareDateTime(default_timezone=UTC, allow_none=True)


class SaleStopCell(Schema):
    """Where sales are suspended now; ``cause`` is the number of the suspension."""

    cause = fields.String()
    unit = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    group = fields.String(allow_none=True)
    valid_from = fields.AwareDateTime(default_timezone=UTC)


class ProductDetail(ProductSummary):
    """``launched_at``: when a product that was entered here first went on sale; ``created_at`` is its first entry."""

    version = fields.Nested(Version, allow_none=True)
    launched_at = fields.AwareDateTime(allow_none=True)
    availability = fields.List(fields.Nested(AvailabilityCell))
    stops = fields.List(fields.Nested(SaleStopCell))


class LaunchTimesOut(Schema):
    """From the first entry to the launch, in seconds; null where nothing was launched. ``typical`` is the median."""

    launched = fields.Integer(required=True)
    typical = fields.Integer(required=True, allow_none=True)
    shortest = fields.Integer(required=True, allow_none=True)
    longest = fields.Integer(required=True, allow_none=True)


class ProductPage(Schema):
    items = fields.List(fields.Nested(ProductSummary))
    next = fields.String(allow_none=True)


class VersionPage(Schema):
    items = fields.List(fields.Nested(VersionSummary))
    next = fields.String(allow_none=True)


class DifferenceAnswer(Schema):
    product = fields.String()
    old = fields.Integer()
    new = fields.Integer()
    changes = fields.List(fields.Dict())
    facts = fields.Dict()


class SaleReason(Schema):
    code = fields.String()
    message = fields.String()


class SaleAnswerOut(Schema):
    allowed = fields.Boolean()
    version = fields.Integer(allow_none=True)
    reasons = fields.List(fields.Nested(SaleReason))


class ImportItem(Schema):
    index = fields.Integer()
    product = fields.String(allow_none=True)
    outcome = fields.String()
    reason = fields.String()
    code = fields.String()
    errors = fields.List(fields.Dict())


class ImportAnswer(Schema):
    items = fields.List(fields.Nested(ImportItem))


class JobStarted(Schema):
    job = fields.Integer()


class JobAnswer(Schema):
    id = fields.Integer()
    kind = fields.String()
    state = fields.String()
    total = fields.Integer()
    done = fields.Integer()
    created_at = fields.AwareDateTime(default_timezone=UTC)
    finished_at = fields.AwareDateTime(default_timezone=UTC, allow_none=True)
    items = fields.List(fields.Nested(ImportItem))


class PublicContent(Schema):
    product = fields.String()
    version = fields.Integer()
    content = fields.Dict()


class TypeAnswer(Schema):
    key = fields.String()
    family = fields.String()
    labels = fields.Dict()
    groups = fields.List(fields.Dict())
    checks = fields.List(fields.Dict())
    templates = fields.List(fields.Dict())


class TypeList(Schema):
    items = fields.List(fields.Nested(TypeAnswer))
    next = fields.String(allow_none=True)
