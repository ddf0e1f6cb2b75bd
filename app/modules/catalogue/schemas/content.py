"""A content document, checked against the description of its type.

``load_content`` gives the canonical document or raises ``Invalid`` with a JSON
pointer to each wrong member.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields

from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.kernel.loading import faults_of
from app.modules.catalogue.rules import checks, tiers
from app.modules.catalogue.rules.content import in_order
from app.modules.catalogue.schemas.kinds import (
    MOST_ROWS,
    NOT_CHOICE,
    NOT_LIST,
    NOT_OBJECT,
    TOO_MANY,
    UNKNOWN,
    Checked,
    Strict,
    check_of,
    object_of,
    one_of,
)
from app.modules.catalogue.types import PRODUCT_TYPES, Attribute, Group, ProductType, product_type
from app.modules.catalogue.types.description import HOLDER_TREATMENTS


def _field(attribute: Attribute) -> fields.Field[Any]:
    check = _list(attribute) if attribute.kind == "list" else check_of(attribute)
    return Checked(check, required=attribute.required)


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


def group_check(group: Group) -> Callable[[Any], dict[str, Any]]:
    """From what was sent for a group to its canonical members."""
    schema = Strict.from_dict({a.key: _field(a) for a in group.attributes}, name=f"{group.key}_group")

    def check(value: Any) -> dict[str, Any]:
        loaded: dict[str, Any] = schema().load(_without_nothing(object_of(value)))
        return loaded

    return check


def _holders(found: ProductType) -> Callable[[Any], dict[str, str]]:
    paths = {f"{group.key}.{attribute.key}" for group, attribute in found.attributes()}

    def check(value: Any) -> dict[str, str]:
        wrong = {
            key: [UNKNOWN if key not in paths else NOT_CHOICE]
            for key, treatment in object_of(value).items()
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
        members[group.key] = Checked(group_check(group))
    members["holders"] = Checked(_holders(found))
    return Strict.from_dict(members, name=f"{key}_content")()


@lru_cache(maxsize=64)
def _needed(key: str) -> dict[str, Any]:
    """Groups that no document can be without, empty: what they lack is then told at its own place."""
    return {g.key: {} for g in product_type(key).groups if any(a.required for a in g.attributes)}


def load_content(raw: Any, *, pointer: str = "", base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The canonical document of ``raw``; ``Invalid`` with a pointer to each wrong member.

    ``base``: the version it is based on; what that breaks already is not held against this one.
    """
    try:
        document = object_of(raw)
        one_of(PRODUCT_TYPES)(document.get("type"))
    except ValidationError as error:
        place = pointer if not isinstance(raw, dict) else f"{pointer}/type"
        raise _invalid([Fault(place, str(error.messages[0]))]) from None
    try:
        loaded = compiled(document["type"]).load({**_needed(document["type"]), **_without_nothing(document)})
    except ValidationError as error:
        raise _invalid(list(faults_of(error.messages, pointer))) from None
    faults = tiers.check((loaded.get("rates") or {}).get("tiers", ()), f"{pointer}/rates/tiers")
    if faults:
        raise _invalid(faults)
    canonical = _canonical(loaded)
    broken = checks.pointed(checks.newly(loaded, base), pointer)
    if broken:
        raise _invalid(broken)
    return canonical


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
