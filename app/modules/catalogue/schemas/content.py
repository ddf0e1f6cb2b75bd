"""A content document, checked against the description of its type.

``load_content`` gives the canonical document or raises ``Invalid`` with a JSON
pointer to each wrong member. Strings only for money and rates: a number there
is refused, because a float has already lost what was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules import tiers, values
from app.modules.catalogue.rules.content import in_order
from app.modules.catalogue.types import PRODUCT_TYPES, Attribute, Group, ProductType, product_type
from app.modules.catalogue.types.description import DAY_COUNTS, HOLDER_TREATMENTS, RATE_UNITS

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
NOT_CURRENCY = N_("Must be a currency code of three letters.")
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


def _instant(value: Any) -> str:
    try:
        return values.canonical_instant(values.parse_instant(value))
    except (ValueError, OverflowError):
        raise ValidationError(NOT_INSTANT) from None


def _boolean(value: Any) -> bool:
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
    if not isinstance(value, str) or not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
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
    amount = Checked(_decimal, required=True)
    currency = Checked(_currency, required=True)


class _Rate(Strict):
    value = Checked(_decimal, required=True)
    unit = Checked(one_of(RATE_UNITS), required=True)
    period = Checked(_duration, required=True)
    day_count = Checked(one_of(DAY_COUNTS), required=True)


def _rate(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = _Rate().load(_object(value))
    scale = 100 if found["unit"] == "percent" else 1
    if not -scale <= values.parse_decimal(found["value"]) <= 10 * scale:
        raise ValidationError({"value": [ABSURD_RATE]})
    return found


def _money(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = _Money().load(_object(value))
    return found


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValidationError(NOT_OBJECT)
    return value


def _field(attribute: Attribute) -> fields.Field[Any]:
    if attribute.kind == "list":
        return Checked(_list(attribute), required=attribute.required)
    checks: dict[str, Callable[[Any], Any]] = {
        "text": _currency if attribute.key == "currency" else text_of(attribute.longest),
        "phrase": _phrase(attribute),
        "integer": _integer(attribute),
        "decimal": _decimal if attribute.unit == "bp" else _not_negative,
        "money": _money,
        "rate": _rate,
        "duration": _duration,
        "instant": _instant,
        "boolean": _boolean,
        "choice": one_of(attribute.choices),
        "choices": _many(one_of(attribute.choices)),
        "codes": _many(text_of(60)),
    }
    return Checked(checks[attribute.kind], required=attribute.required)


def _list(attribute: Attribute) -> Callable[[Any], list[Any]]:
    row = Strict.from_dict({c.key: _field(c) for c in attribute.columns}, name=f"{attribute.key}_row")

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError(NOT_LIST)
        if len(value) > MOST_ROWS:
            raise ValidationError(TOO_MANY)
        loaded: list[Any] = row(many=True).load([_without_nothing(_object_at(n, r)) for n, r in enumerate(value)])
        return loaded

    return check


def _object_at(place: int, value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValidationError({place: [NOT_OBJECT]})
    return value


def _without_nothing(row: Mapping[str, Any]) -> dict[str, Any]:
    """A member that holds nothing is as good as absent."""
    return {key: value for key, value in row.items() if value is not None and value != "" and value != []}


def _group_check(group: Group) -> Callable[[Any], dict[str, Any]]:
    schema = Strict.from_dict({a.key: _field(a) for a in group.attributes}, name=f"{group.key}_group")

    def check(value: Any) -> dict[str, Any]:
        loaded: dict[str, Any] = schema().load(_without_nothing(_object(value)))
        return loaded

    return check


def _holders(found: ProductType) -> Callable[[Any], dict[str, str]]:
    paths = {f"{group.key}.{attribute.key}" for group, attribute in found.attributes()}

    def check(value: Any) -> dict[str, str]:
        wrong = {
            key: [UNKNOWN if key not in paths else NOT_CHOICE]
            for key, treatment in _object(value).items()
            if key not in paths or treatment not in HOLDER_TREATMENTS
        }
        if wrong:
            raise ValidationError(wrong)
        return dict(sorted(value.items()))

    return check


@lru_cache(maxsize=64)
def compiled(key: str) -> Schema:
    """The schema of a product type, compiled from its description."""
    found = product_type(key)
    members: dict[str, Any] = {"type": Checked(one_of({key}), required=True)}
    for group in found.groups:
        needed = any(a.required for a in group.attributes)
        members[group.key] = Checked(_group_check(group), required=needed)
    members["holders"] = Checked(_holders(found))
    return Strict.from_dict(members, name=f"{key}_content")()


def load_content(raw: Any, *, pointer: str = "") -> dict[str, Any]:
    """The canonical document of ``raw``; ``Invalid`` with a pointer to each wrong member."""
    try:
        document = _object(raw)
        one_of(PRODUCT_TYPES)(document.get("type"))
    except ValidationError as error:
        place = pointer if not isinstance(raw, dict) else f"{pointer}/type"
        raise _invalid([Fault(place, str(error.messages[0]))]) from None
    try:
        loaded = compiled(document["type"]).load(_without_nothing(document))
    except ValidationError as error:
        raise _invalid(list(faults_of(error.messages, pointer))) from None
    faults = tiers.check((loaded.get("rates") or {}).get("tiers", ()), f"{pointer}/rates/tiers")
    if faults:
        raise _invalid(faults)
    return _canonical(loaded)


def _canonical(document: Any) -> dict[str, Any]:
    """Type first, groups in the type's order, empty ones left out, rows in canonical order."""
    found = product_type(document["type"])
    result: dict[str, Any] = {"type": found.key}
    for group in found.groups:
        members = {a.key: _ordered(a, document.get(group.key, {}).get(a.key)) for a in group.attributes}
        members = _without_nothing(members)
        if members:
            result[group.key] = members
    if document.get("holders"):
        result["holders"] = document["holders"]
    return result


def _ordered(attribute: Attribute, value: Any) -> Any:
    return in_order(attribute, value) if attribute.kind == "list" and value else value


def _invalid(faults: list[Fault]) -> Invalid:
    return Invalid(N_("Some of what was entered is not right."), faults=faults[:100])


def faults_of(messages: Any, pointer: str) -> Iterator[Fault]:
    """marshmallow's nested messages as faults with JSON pointers."""
    if isinstance(messages, dict):
        for key, value in messages.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from faults_of(value, pointer + step)
    elif isinstance(messages, list):
        for message in messages:
            yield Fault(pointer, str(message))
