"""Exact figures and currencies as they are typed or sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import canonical_decimal, parse_decimal
from app.modules.catalogue.schemas.kinds import NOT_BOOLEAN, NOT_DECIMAL

OUT_OF_RANGE = N_("Lies outside the range that makes sense here.")
NOT_NUMBER = N_("Must be a number, such as 1.25: only digits and a decimal point.")
TOO_FINE = N_("Has too many decimal places.")


class Figure(fields.String):
    """A decimal in a text, from ``low`` to ``high``, in its one way of writing."""

    def __init__(self, low: str, high: str, *, places: int, **kwargs: Any):
        shown = {"pattern": rf"^-?[0-9]{{1,18}}(\.[0-9]{{1,{places}}})?$", "description": f"From {low} to {high}."}
        super().__init__(metadata=shown, **kwargs)
        self._low, self._high, self._places = Decimal(low), Decimal(high), places

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            found = parse_decimal(value)
        except ValueError:
            raise ValidationError(NOT_NUMBER if isinstance(value, str) else NOT_DECIMAL) from None
        if not self._low <= found <= self._high:
            raise ValidationError(OUT_OF_RANGE)
        if found != round(found, self._places):
            raise ValidationError(TOO_FINE)
        return canonical_decimal(found)


def percent(low: str = "0", high: str = "100", **kwargs: Any) -> Figure:
    return Figure(low, high, places=6, **kwargs)


def money(low: str = "0", **kwargs: Any) -> Figure:
    """An amount to the hundredth, up to a thousand million millions."""
    return Figure(low, "1000000000000000", places=2, **kwargs)


class YesNo(fields.Boolean):
    """True or false, and nothing that may be taken for either."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(NOT_BOOLEAN)
        return value
