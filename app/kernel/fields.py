"""Members that every API shares, told in the OpenAPI document as they are read."""

from __future__ import annotations

from typing import Any

from babel.numbers import list_currencies
from marshmallow import fields, validate

from app.kernel.i18n import N_

KEEPABLE = r"^[^\x00]*$"
"""U+0000 is what no database keeps; it is refused where the body is read (see `app.kernel.input`)."""


CURRENCIES = frozenset(list_currencies())
"""Codes of ISO 4217, those of the past too: old records bear them."""
ANY_CURRENCY = "|".join(sorted(CURRENCIES))
"""As a pattern: an enumeration would have every tester of the API try each of the three hundred."""
NOT_CURRENCY = N_("Must be a currency such as CNY.")


class Whole(fields.Integer):
    """A whole number as JSON knows it: 3 and 3.0 are one, text is none."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise self.make_error("invalid", input=value)
        return int(value)


def currency_code(**kwargs: Any) -> fields.String:
    """The code of a currency of ISO 4217."""
    return fields.String(validate=validate.Regexp(rf"^({ANY_CURRENCY})$(?!\n)", error=NOT_CURRENCY), **kwargs)


def text(least: int = 0, most: int | None = None, **kwargs: Any) -> fields.String:
    """Text of a length that a database can keep."""
    return fields.String(validate=[validate.Length(least, most), validate.Regexp(KEEPABLE)], **kwargs)
