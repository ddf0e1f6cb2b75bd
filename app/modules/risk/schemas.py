"""What is taken of each kind of record, and what the API gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.kernel import cursors
from app.kernel.fields import Whole, currency_code
from app.kernel.i18n import N_
from app.kernel.web import MAX_PAGE
from app.modules.catalogue.schemas.api import Keepable, Query, Strict, choice, code_text, text
from app.modules.risk.rules.factors import FACTORS
from app.modules.risk.rules.words import MEASURES, METHODS, RISKS, SCOPES, TRANSFERS

KEY = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$(?!\n)"
LONGEST_TABLE = 2_000_000
"""Characters of a table."""
ENDS_EARLIER = N_("It ends before it begins.")
MISSING = N_("This method needs it.")
NOT_ABOVE_ZERO = N_("Must be above zero.")
NOT_DECIMAL = N_('Must be a decimal in a string, such as "3.45".')
NO_NOTE = N_("Say what the note on regulation is.")
NO_VALUE = N_("This factor is a figure: say which.")
NO_FIGURE = N_("A note on regulation has no figure.")


def decimal_text(pattern: str = r"-?[0-9]{1,12}(\.[0-9]{1,8})?", **kwargs: Any) -> fields.String:
    """An exact number as text, within what ``pattern`` allows."""
    return fields.String(validate=validate.Regexp(rf"^{pattern}$(?!\n)", error=NOT_DECIMAL), **kwargs)


class Dated(Strict):
    """What every record says of itself."""

    valid_from = fields.Date(required=True)
    source = text(400, required=True)


class NewFactor(Dated):
    """``value`` in the factor's own unit; a note on regulation has words instead."""

    factor = choice(FACTORS, required=True)
    value = decimal_text()
    note = text(2_000)

    @validates_schema
    def _figure_or_words(self, data: dict[str, Any], **kwargs: Any) -> None:
        words = FACTORS[data["factor"]].unit == "text"
        if words and "note" not in data:
            raise ValidationError(NO_NOTE, "note")
        if words == ("value" in data):
            raise ValidationError(NO_FIGURE if words else NO_VALUE, "value")


class NewLimit(Dated):
    """The most of something: a balance in a currency, a share of all balances in it, or what is read elsewhere.

    Shares and readings are in per cent.
    """

    key = fields.String(required=True, validate=[validate.Length(3, 60), validate.Regexp(KEY)])
    name = text(200, required=True)
    scope = choice(SCOPES, required=True)
    of = code_text(100, required=True)
    measure = choice(MEASURES, required=True)
    value = decimal_text(r"[0-9]{1,14}(\.[0-9]{1,4})?", required=True)
    currency = currency_code(load_default="CNY")


class NewReading(Dated):
    """How much of a limit was used on a day, where the platform has no figures of its own."""

    limit = text(60, required=True)
    value = decimal_text(r"[0-9]{1,14}(\.[0-9]{1,4})?", required=True)


class NewTransfer(Dated):
    """Who bears which part of a product's exposure, until when, at what premium; amounts in one currency."""

    policy = code_text(60, required=True)
    product = code_text(100, required=True)
    kind = choice(TRANSFERS, required=True)
    insurer = text(200, required=True)
    cover_percent = decimal_text(r"(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)", required=True)
    cover_amount = decimal_text(r"[0-9]{1,14}(\.[0-9]{1,4})?", required=True)
    premium = decimal_text(r"[0-9]{1,14}(\.[0-9]{1,4})?", required=True)
    currency = currency_code(load_default="CNY")
    valid_until = fields.Date(required=True)

    @validates_schema
    def _ends_later(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["valid_until"] < data["valid_from"]:
            raise ValidationError(ENDS_EARLIER, "valid_until")


class NewModel(Dated):
    """A scorecard (bands and points), or a table of past cases to fit a logistic model on; both as CSV."""

    key = fields.String(required=True, validate=[validate.Length(3, 60), validate.Regexp(KEY)])
    name = text(200, required=True)
    method = choice(METHODS, required=True)
    table = fields.String(required=True, validate=[validate.Length(1, LONGEST_TABLE), Keepable()])
    target = text(60)
    base_score = decimal_text(r"-?[0-9]{1,6}(\.[0-9]{1,4})?")
    base_odds = decimal_text(r"[0-9]{1,6}(\.[0-9]{1,4})?", metadata={"description": "Good for each bad"})
    points_to_double_odds = decimal_text(r"[0-9]{1,6}(\.[0-9]{1,4})?")

    @validates_schema
    def _complete(self, data: dict[str, Any], **kwargs: Any) -> None:
        scale = ("base_score", "base_odds", "points_to_double_odds")
        asked = scale if data["method"] == "scorecard" else ("target",)
        missing = {name: [MISSING] for name in asked if name not in data}
        naught = {name: [NOT_ABOVE_ZERO] for name in scale[1:] if name in data and not Decimal(data[name])}
        if missing or naught:
            raise ValidationError(missing | naught)


class NewAssessment(Strict):
    """Of a product's version, the latest where none is named; ``inputs`` are what the model asks for, as texts.

    ``exposure`` where nothing is held yet: what is expected to be, in ``currency``.
    """

    product = code_text(100, required=True)
    version = Whole(validate=validate.Range(1, 2**31 - 1))
    model = text(60)
    inputs = fields.Dict(keys=text(60), values=decimal_text(), load_default=dict)
    exposure = decimal_text(r"[0-9]{1,14}(\.[0-9]{1,4})?")
    currency = currency_code(load_default="CNY")


class NewScore(Strict):
    """1 is negligible, 5 threatens the bank; see ``GET /risk/scale``."""

    risk = choice(RISKS, required=True)
    score = Whole(required=True, validate=validate.Range(1, 5))
    reason = text(2_000, required=True)


class AssessmentQuery(Query):
    product = code_text(100)
    limit = fields.Integer(metadata={"minimum": 1, "maximum": MAX_PAGE})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class ConcentrationQuery(Query):
    currency = currency_code(load_default="CNY")


class RecordConfirmation(Strict):
    """The hash of the content that was read."""

    content_hash = code_text(64, required=True)


class RecordQuery(Query):
    """With ``day``: those in force on it; with ``known_at`` too: as far as confirmed by the end of that day."""

    day = fields.Date()
    known_at = fields.Date()
    limit = fields.Integer(metadata={"minimum": 1, "maximum": MAX_PAGE})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class RiskRecordOut(Schema):
    id = fields.Integer(required=True)
    book = fields.String(required=True)
    subject = fields.String(required=True)
    content = fields.Dict(required=True)
    content_hash = fields.String(required=True)
    valid_from = fields.String(required=True)
    source = fields.String(required=True)
    state = fields.String(required=True)
    """``entered`` or ``confirmed``."""
    entered_by = fields.String(required=True)
    entered = fields.String(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed = fields.String(required=True, allow_none=True)


class RiskRecordPage(Schema):
    items = fields.List(fields.Nested(RiskRecordOut), required=True)
    next = fields.String(required=True, allow_none=True)


class AssessmentOut(Schema):
    id = fields.Integer(required=True)
    product = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    """``open`` or ``concluded``."""
    day = fields.String(required=True)
    identified = fields.List(fields.Dict(), required=True)
    quantitative = fields.Dict(required=True, allow_none=True)
    exposure = fields.Dict(required=True)
    limits = fields.List(fields.Dict(), required=True)
    transfers = fields.List(fields.Dict(), required=True)
    scores = fields.List(fields.Dict(), required=True)
    qualitative = fields.Dict(required=True, allow_none=True)
    inherent = fields.String(required=True, allow_none=True)
    residual = fields.String(required=True, allow_none=True)
    texts = fields.Dict(required=True, allow_none=True)
    content_hash = fields.String(required=True, allow_none=True)
    made_by = fields.String(required=True)
    made = fields.String(required=True)
    concluded_by = fields.String(required=True, allow_none=True)
    concluded = fields.String(required=True, allow_none=True)


class AssessmentPage(Schema):
    items = fields.List(fields.Nested(AssessmentOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ConcentrationOut(Schema):
    currency = fields.String(required=True)
    total = fields.String(required=True)
    types = fields.Dict(required=True)
    """HHI (0 to 10,000), the largest shares in per cent, and how many equal parts would be as diverse."""
    families = fields.Dict(required=True)


class UtilisationOut(Schema):
    items = fields.List(fields.Dict(), required=True)


class ScaleOut(Schema):
    items = fields.List(fields.Dict(), required=True)
