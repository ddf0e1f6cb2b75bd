"""A content document in the words of JSON Schema, made from the description of each product type.

``schemas.content`` reads by the same description; a test puts the two against each
other. What cannot be said here is a rule over several rows: that the bands of the
rates neither overlap nor leave a gap (rule 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from app.kernel.fields import ANY_CURRENCY
from app.modules.catalogue.schemas.kinds import MOST_ROWS
from app.modules.catalogue.types import PRODUCT_TYPES, Attribute, Group, ProductType
from app.modules.catalogue.types.description import DAY_COUNTS, HOLDER_TREATMENTS

Said = dict[str, Any]
_END = r"$(?!\n)"
_DECIMALS = r"(\.[0-9]{1,12})?"
_ZEROS = r"(\.0{1,12})?"
_CLEAN = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_TEXT = rf"^{_CLEAN}*[^\s\x00-\x1f\x7f]{_CLEAN}*$"
_LEAP = r"((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)"
_DAY = (
    r"(((19|20|21)[0-9]{2}|2200)-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)"
    rf"|(0[13578]|1[02])-31)|{_LEAP}-02-29)"
)
_FRACTION = rf"^(0{{0,17}}[0-9]{_DECIMALS}|0{{0,16}}10{_ZEROS}|-(0{{1,18}}{_DECIMALS}|0{{0,17}}1{_ZEROS})){_END}"
_PERCENT = (
    rf"^(0{{0,15}}[0-9]{{1,3}}{_DECIMALS}|0{{0,14}}1000{_ZEROS}"
    rf"|-(0{{0,16}}[0-9]{{1,2}}{_DECIMALS}|0{{0,15}}100{_ZEROS})){_END}"
)
_NOTHING: Said = {"enum": [None, "", []]}
"""A member that holds nothing is as good as absent."""


def _ref(name: str) -> Said:
    return {"$ref": f"#/components/schemas/{name}"}


def _matching(pattern: str, **more: Any) -> Said:
    return {"type": "string", "pattern": pattern, **more}


def _object(properties: Mapping[str, Said], required: list[str]) -> Said:
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _rate_in(unit: str, pattern: str) -> Said:
    members = {
        "value": _matching(pattern),
        "unit": {"const": unit},
        "period": _ref("Duration"),
        "day_count": {"enum": list(DAY_COUNTS)},
    }
    return _object(members, list(members))


def _text(longest: int) -> Said:
    return _matching(_TEXT, maxLength=longest)


def _phrase(longest: int) -> Said:
    text = _text(longest)
    left_out: Said = {"enum": [None, ""]}
    members = {"en": {"anyOf": [text, left_out]}, "zh": {"anyOf": [text, left_out]}}
    given = [{"required": [key], "properties": {key: text}} for key in members]
    return {**_object(members, []), "anyOf": given}


def _several(items: Said) -> Said:
    return {"type": "array", "items": items, "maxItems": MOST_ROWS}


def _integer(attribute: Attribute) -> Said:
    low = attribute.minimum if attribute.minimum is not None else -(2**31)
    high = attribute.maximum if attribute.maximum is not None else 2**31 - 1
    return {"type": "integer", "minimum": low, "maximum": high}


def _value(attribute: Attribute) -> Said:
    choices = {"enum": list(attribute.choices)}
    said: dict[str, Said] = {
        "text": _ref("Currency") if attribute.key == "currency" else _text(attribute.longest),
        "phrase": _phrase(attribute.longest),
        "integer": _integer(attribute),
        "decimal": _ref("Decimal" if attribute.unit == "bp" else "NotNegative"),
        "money": _ref("Money"),
        "rate": _ref("Rate"),
        "duration": _ref("Duration"),
        "instant": _ref("Moment"),
        "boolean": {"type": "boolean"},
        "choice": choices,
        "choices": _several(choices),
        "codes": _several(_text(60)),
        "list": _several(_members(attribute.columns)),
    }
    return said[attribute.kind]


def _member(attribute: Attribute) -> Said:
    if not attribute.required:
        return {"anyOf": [_value(attribute), _NOTHING]}
    return {**_value(attribute), "minItems": 1} if attribute.kind == "list" else _value(attribute)


def _members(attributes: tuple[Attribute, ...]) -> Said:
    return _object({a.key: _member(a) for a in attributes}, [a.key for a in attributes if a.required])


def _group(key: str) -> Said:
    """What any type may say in the group; which of it is a type's own stands with the type."""
    kinds: dict[str, list[Said]] = {}
    for attribute in (a for found in PRODUCT_TYPES.values() for a in _attributes(found, key)):
        said = kinds.setdefault(attribute.key, [])
        if _member(attribute) not in said:
            said.append(_member(attribute))
    members = {name: said[0] if len(said) == 1 else {"anyOf": said} for name, said in kinds.items()}
    return {"anyOf": [_object(members, []), _NOTHING]}


def _attributes(found: ProductType, key: str) -> tuple[Attribute, ...]:
    return next((group.attributes for group in found.groups if group.key == key), ())


def _own(found: ProductType, key: str) -> Said:
    """What of the group is the type's own, and what it needs of it."""
    attributes = _attributes(found, key)
    if not attributes:
        return _NOTHING
    needed = [a.key for a in attributes if a.required]
    own: Said = {"propertyNames": {"enum": [a.key for a in attributes]}}
    return {**own, "type": "object", "required": needed} if needed else own


def _holders(types: Iterable[ProductType]) -> Said:
    paths = {f"{group.key}.{attribute.key}": None for found in types for group, attribute in found.attributes()}
    treatments = {"enum": list(HOLDER_TREATMENTS)}
    named = {"type": "object", "propertyNames": {"enum": list(paths)}, "additionalProperties": treatments}
    return {"anyOf": [named, _NOTHING]}


def _name(*words: str) -> str:
    return "".join(part.title() for word in words for part in word.split("_"))


_KINDS: dict[str, Said] = {
    "Currency": _matching(f"^({ANY_CURRENCY}){_END}"),
    "Decimal": _matching(rf"^-?[0-9]{{1,18}}{_DECIMALS}{_END}"),
    "NotNegative": _matching(rf"^([0-9]{{1,18}}{_DECIMALS}|-0{{1,18}}{_ZEROS}){_END}"),
    "Duration": _matching(
        rf"^P(?=[0-9])([0-9]{{1,5}}Y)?([0-9]{{1,5}}M)?([0-9]{{1,5}}W)?([0-9]{{1,5}}D)?{_END}", description="P3M, P1Y"
    ),
    "Moment": _matching(
        rf"^{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]){_END}",
        description="2026-01-31T00:00:00Z",
    ),
    "Money": _object({"amount": _ref("NotNegative"), "currency": _ref("Currency")}, ["amount", "currency"]),
    "Rate": {"anyOf": [_rate_in("fraction", _FRACTION), _rate_in("percent", _PERCENT)]},
}


@lru_cache(maxsize=1)
def components() -> Mapping[str, Said]:
    """The components of the OpenAPI document: kinds of values, groups, and the document that carries them.

    What any type may say is said once; what is a type's own, in one alternative for each that is whole in itself:
    generators of requests lose themselves in what two places of a schema say together.
    """
    keys = dict.fromkeys(group.key for found in PRODUCT_TYPES.values() for group in found.groups)
    groups = {key: _name(key, "group") for key in keys}
    content = {
        "description": "The bands of the rates may neither overlap nor leave a gap; the units of a scope exist.",
        "anyOf": [_of_type(found, groups) for found in PRODUCT_TYPES.values()],
    }
    return {**_KINDS, **{name: _group(key) for key, name in groups.items()}, "ProductContent": content}


def alone(found: ProductType) -> Said:
    """The document of a description that is none of the product types, such as that of a bundle."""
    needed = [group.key for group in found.groups if any(a.required for a in group.attributes)]
    return _object({group.key: _group_alone(group) for group in found.groups}, needed)


def _group_alone(group: Group) -> Said:
    said = _members(group.attributes)
    return said if "required" in said else {"anyOf": [said, _NOTHING]}


def _of_type(found: ProductType, groups: Mapping[str, str]) -> Said:
    """``groups``: the component of each group by its key."""
    own = {key: _own(found, key) for key in groups}
    said = {key: own[key] if own[key] is _NOTHING else {"allOf": [_ref(groups[key]), own[key]]} for key in groups}
    members = {"type": {"const": found.key}, **said, "holders": _holders([found])}
    needed = [key for key, each in own.items() if "required" in each]
    return {"title": found.labels["en"], **_object(members, ["type", *needed])}
