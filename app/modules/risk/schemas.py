"""What is taken of each kind of record, and what the API gives."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.kernel import cursors
from app.kernel.i18n import N_
from app.kernel.web import MAX_PAGE
from app.modules.catalogue.schemas.api import Query, Strict, choice, code_text, text
from app.modules.risk.rules.factors import FACTORS

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
