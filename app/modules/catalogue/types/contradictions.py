"""Where a description contradicts itself, so that the programme refuses to start with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from app.modules.catalogue.types.check_flaws import check_flaws
from app.modules.catalogue.types.description import UNITS, Attribute, Group, ProductType
from app.modules.catalogue.types.flaws import Flaw
from app.modules.catalogue.types.reading import Shared

_RESERVED = frozenset({"type", "holders"})
"""Members of every document that are no groups."""
_COUNTED = frozenset({"integer", "decimal"})
_DEFAULTS: Mapping[str, type] = {"choice": str, "text": str, "duration": str, "boolean": bool}
Said = Iterator[tuple[str, str]]
"""Place and message."""


def flaws_of(types: Mapping[Path, ProductType], shared: Shared) -> list[Flaw]:
    """Everything that is contradictory, each with its file and place."""
    keys = Counter(found.key for found in types.values())
    found: list[Flaw] = []
    for file, described in types.items():
        found += [Flaw(file, place, message) for place, message in _type(described, file, keys, shared)]
    return found


def _type(found: ProductType, file: Path, keys: Mapping[str, int], shared: Shared) -> Said:
    if found.key != file.stem:
        yield "key", f"the file of {found.key!r} is named {found.key}.toml"
    if keys[found.key] > 1:
        yield "key", f"another file describes {found.key!r} too"
    if found.family not in shared.families:
        yield "family", f"there is no family {found.family!r}"
    if not found.groups:
        yield "groups", "a type needs groups"
    for key in _twice(group.key for group in found.groups):
        yield "groups", f"two groups have the key {key!r}"
    for key in _twice(template.key for template in found.templates):
        yield "templates", f"two templates have the key {key!r}"
    for group in found.groups:
        yield from _group(group, shared)
    yield from check_flaws(found)


def _group(group: Group, shared: Shared) -> Said:
    place = f"groups.{group.key}"
    if group.key in _RESERVED:
        yield place, f"{group.key!r} is a member of every document and no group"
    if group.counts_as is not None and group.counts_as not in shared.groups:
        yield f"{place}.counts_as", f"there is no shared group {group.counts_as!r}"
    if not group.attributes:
        yield place, "a group needs attributes"
    for key in _twice(attribute.key for attribute in group.attributes):
        yield place, f"two attributes have the key {key!r}"
    for attribute in group.attributes:
        yield from _attribute(attribute, f"{place}.{attribute.key}")


def _attribute(found: Attribute, place: str) -> Said:
    yield from _numbers(found, place)
    yield from _choices(found, place)
    yield from _columns(found, place)


def _numbers(found: Attribute, place: str) -> Said:
    if found.unit is not None and found.unit not in UNITS:
        yield f"{place}.unit", f"there is no unit {found.unit!r}"
    if found.unit is not None and found.kind not in _COUNTED:
        yield f"{place}.unit", f"a {found.kind} has no unit"
    if found.kind != "integer" and (found.minimum is not None or found.maximum is not None):
        yield place, "only an integer has a minimum and a maximum; other bounds are checks"
    if found.minimum is not None and found.maximum is not None and found.minimum > found.maximum:
        yield place, f"the minimum {found.minimum} lies above the maximum {found.maximum}"


def _choices(found: Attribute, place: str) -> Said:
    if bool(found.choices) != (found.kind in {"choice", "choices"}):
        yield f"{place}.choices", f"a {found.kind} {'has no choices' if found.choices else 'needs choices'}"
    if found.default is None:
        return
    if not isinstance(found.default, _DEFAULTS.get(found.kind, ())):
        yield f"{place}.default", f"a {found.kind} cannot begin with {found.default!r}"
    elif found.kind == "choice" and found.default not in found.choices:
        yield f"{place}.default", f"{found.default!r} is not among the choices"


def _columns(found: Attribute, place: str) -> Said:
    if found.kind != "list":
        if found.columns or found.key_by:
            yield place, f"a {found.kind} has no columns"
        return
    columns = {column.key for column in found.columns}
    if not columns or not found.key_by:
        yield place, "a list needs columns, and key_by to tell its rows apart"
    for key in _twice(column.key for column in found.columns):
        yield place, f"two columns have the key {key!r}"
    for key in found.key_by:
        if key not in columns:
            yield f"{place}.key_by", f"there is no column {key!r}"
    for column in found.columns:
        if column.kind == "list":
            yield f"{place}.{column.key}", "a list cannot stand in a list"
        else:
            yield from _attribute(column, f"{place}.{column.key}")


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, count in Counter(keys).items() if count > 1]
