"""The values that may stand in a content document, kind by kind, each read strictly into its canonical form.

Strings only for money and rates: a number there is refused, because a float has
already lost what was meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from app.kernel.fields import CURRENCIES, NOT_CURRENCY
from app.kernel.i18n import N_
from app.modules.catalogue.rules import values
from app.modules.catalogue.types import Attribute
from app.modules.catalogue.types.description import DAY_COUNTS, RATE_UNITS

MOST_ROWS = 1000
REQUIRED = N_("This is required.")
UNKNOWN = N_("There is no such member.")
NOT_OBJECT = N_("Must be an object.")
NOT_LIST = N_("Must be a list.")
NOT_TEXT = N_("Must be text.")
NOT_CLEAN = N_("Holds characters that cannot be kept.")
TOO_LONG = N_("Is too long.")
NOT_DECIMAL = N_('Must be a decimal in a string, such as "0.0155".')
NOT_DURATION = N_("Must be a duration such as P3M or P1Y.")
NOT_INSTANT = N_("Must be a time such as 2026-01-31T00:00:00Z.")
NOT_INTEGER = N_("Must be a whole number within its range.")
NOT_BOOLEAN = N_("Must be true or false.")
NOT_CHOICE = N_("Not one of the choices.")
NEGATIVE = N_("Must not be negative.")
TOO_MANY = N_("Has too many entries.")
NO_LANGUAGE = N_("Needs a text in English or Chinese.")
ABSURD_RATE = N_("A rate lies between -100 % and 1000 %.")


class Strict(Schema):
    """Unknown members are refused."""

    error_messages = {"unknown": UNKNOWN, "type": NOT_OBJECT}

    class Meta:
        unknown = RAISE


class Checked(fields.Field[Any]):
    """A field whose check is one function from raw to canonical value, raising ``ValidationError``."""

    default_error_messages = {"required": REQUIRED, "null": REQUIRED, "validator_failed": NOT_TEXT}

    def __init__(self, check: Callable[[Any], Any], **kwargs: Any):
        super().__init__(**kwargs)
        self._check = check

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return self._check(value)


def text_of(longest: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError(NOT_TEXT)
        if len(value) > longest:
            raise ValidationError(TOO_LONG)
        if not values.is_clean(value):
            raise ValidationError(NOT_CLEAN)
        return value.strip()

    return check


def _decimal(value: Any) -> str:
    try:
        return values.canonical_decimal(values.parse_decimal(value))
    except ValueError:
        raise ValidationError(NOT_DECIMAL) from None


def _not_negative(value: Any) -> str:
    found = _decimal(value)
    if found.startswith("-"):
        raise ValidationError(NEGATIVE)
    return found


def _duration(value: Any) -> str:
    if not values.is_duration(value):
        raise ValidationError(NOT_DURATION)
    return values.canonical_duration(value)


def instant(value: Any) -> str:
    try:
        return values.canonical_instant(values.parse_instant(value))
    except (ValueError, OverflowError):
        raise ValidationError(NOT_INSTANT) from None


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(NOT_BOOLEAN)
    return value


def _integer(attribute: Attribute) -> Callable[[Any], int]:
    low = attribute.minimum if attribute.minimum is not None else -(2**31)
    high = attribute.maximum if attribute.maximum is not None else 2**31 - 1

    def check(value: Any) -> int:
        # To JSON, 3.0 is the whole number 3.
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high or value % 1:
            raise ValidationError(NOT_INTEGER)
        return int(value)

    return check


def one_of(choices: Any) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValidationError(NOT_CHOICE)
        return value

    return check


def _currency(value: Any) -> str:
    if not isinstance(value, str) or value not in CURRENCIES:
        raise ValidationError(NOT_CURRENCY)
    return value


def _many(check: Callable[[Any], str]) -> Callable[[Any], list[str]]:
    def each(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise ValidationError(NOT_LIST)
        if len(value) > MOST_ROWS:
            raise ValidationError(TOO_MANY)
        return sorted({check(item) for item in value})

    return each


def _phrase(attribute: Attribute) -> Callable[[Any], dict[str, str]]:
    check_text = text_of(attribute.longest)

    def check(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise ValidationError(NOT_OBJECT)
        unknown = {key: [UNKNOWN] for key in value if key not in {"en", "zh"}}
        if unknown:
            raise ValidationError(unknown)
        given = {key: check_text(text) for key, text in sorted(value.items()) if text not in (None, "")}
        if not given:
            raise ValidationError(NO_LANGUAGE)
        return given

    return check


class _Money(Strict):
    amount = Checked(_not_negative, required=True)
    currency = Checked(_currency, required=True)


class _Rate(Strict):
    value = Checked(_decimal, required=True)
    unit = Checked(one_of(RATE_UNITS), required=True)
    period = Checked(_duration, required=True)
    day_count = Checked(one_of(DAY_COUNTS), required=True)


def _rate(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = _Rate().load(object_of(value))
    scale = 100 if found["unit"] == "percent" else 1
    if not -scale <= values.parse_decimal(found["value"]) <= 10 * scale:
        raise ValidationError({"value": [ABSURD_RATE]})
    return found


def _money(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = _Money().load(object_of(value))
    return found


def object_of(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValidationError(NOT_OBJECT)
    return value


def check_of(attribute: Attribute) -> Callable[[Any], Any]:
    """From raw to canonical value, for every kind but a list."""
    checks: dict[str, Callable[[Any], Any]] = {
        "text": _currency if attribute.key == "currency" else text_of(attribute.longest),
        "phrase": _phrase(attribute),
        "integer": _integer(attribute),
        "decimal": _decimal if attribute.unit == "bp" else _not_negative,
        "money": _money,
        "rate": _rate,
        "duration": _duration,
        "instant": instant,
        "boolean": boolean,
        "choice": one_of(attribute.choices),
        "choices": _many(one_of(attribute.choices)),
        "codes": _many(text_of(60)),
    }
    return checks[attribute.kind]
