"""Checks that could never hold or never be asked: refused when the types are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.modules.catalogue.rules.values import is_duration, parse_decimal, parse_instant
from app.modules.catalogue.types.description import Check, ProductType
from app.modules.catalogue.types.paths import Place, resolve

Said = Iterator[tuple[str, str]]
_ORDERED = frozenset({"integer", "decimal", "money", "rate", "duration", "instant"})
_SUMMED = frozenset({"integer", "decimal", "money"})
COMPARING = ("at_least", "at_most", "below")
SUMMING = ("sum_at_least", "sum_at_most")
IN_CURRENCY = "in_currency"
BOUNDED = (*COMPARING, *SUMMING, IN_CURRENCY)
NAMING = ("one_of", "avoids")
RULES = (*BOUNDED, *NAMING, "needs", "unique")


def check_flaws(found: ProductType) -> Said:
    for number, check in enumerate(found.checks):
        yield from _check(found, check, f"checks[{number}]")
    for group in found.groups:
        for number, check in enumerate(group.checks):
            yield from _check(found, check, f"groups.{group.key}.checks[{number}]")


def _check(found: ProductType, check: Check, place: str) -> Said:
    if check.rule not in RULES:
        yield f"{place}.rule", f"there is no rule {check.rule!r}; there are {', '.join(RULES)}"
        return
    if (check.than is not None) != (check.rule in BOUNDED):
        yield f"{place}.than", f"{check.rule} {'has no bound' if check.than is not None else 'needs a bound'}"
    if bool(check.values) != (check.rule in NAMING):
        yield f"{place}.values", f"{check.rule} {'has no values' if check.values else 'needs values'}"
    for path in check.of:
        target = resolve(found, path) if isinstance(path, str) else None
        if target is None:
            yield f"{place}.of", f"there is no attribute {path!r} in this type"
        else:
            yield from _target(found, check, target, place)
    yield from _conditions(found, check, place)


def _target(found: ProductType, check: Check, target: Place, place: str) -> Said:
    yield from _kind(check, target, place)
    choices = target.last.choices
    if check.rule == "one_of" and not set(check.values) <= choices.keys():
        yield f"{place}.values", f"not among the choices: {', '.join(sorted(set(check.values) - choices.keys()))}"
    if check.rule == IN_CURRENCY:
        yield from _currency(found, check.than, place)
    elif check.rule in BOUNDED and check.than is not None:
        yield from _bound(found, check.than, target, place)
    columns = {column.key: column.choices for column in target.attribute.columns}
    for key, keys in check.where.items():
        if key not in columns:
            yield f"{place}.where", f"there is no column {key!r}"
        elif not set(keys) <= columns[key].keys():
            yield f"{place}.where", f"not among the choices of {key}: {', '.join(map(str, keys))}"


def _kind(check: Check, target: Place, place: str) -> Said:
    """Whether the rule says something of such an attribute."""
    kind = target.last.kind
    if check.rule in COMPARING and kind not in _ORDERED:
        yield f"{place}.of", f"a {kind} cannot be compared"
    if check.rule in SUMMING and (kind not in _SUMMED or target.column is None):
        yield f"{place}.of", "only numbers in the rows of a list can be added up"
    if check.rule == IN_CURRENCY and kind != "money":
        yield f"{place}.of", f"a {kind} has no currency"
    if check.rule == "unique" and target.column is None:
        yield f"{place}.of", "only a column can be unique"
    if check.rule == "avoids" and kind not in {"text", "phrase"}:
        yield f"{place}.of", f"a {kind} has no words"


def _currency(found: ProductType, than: Any, place: str) -> Said:
    other = resolve(found, than) if isinstance(than, str) else None
    if other is None or other.column is not None or other.last.kind != "text":
        yield f"{place}.than", f"{than!r} is no attribute of this type that names a currency"


def _bound(found: ProductType, than: Any, target: Place, place: str) -> Said:
    other = resolve(found, than) if isinstance(than, str) else None
    if other is not None:
        if other.last.kind != target.last.kind:
            yield f"{place}.than", f"a {target.last.kind} cannot be compared with a {other.last.kind}"
        if other.column is not None and other.attribute is not target.attribute:
            yield f"{place}.than", "a column can be compared within its own list only"
    elif not literal_of(target.last.kind, than):
        yield f"{place}.than", f"{than!r} is neither an attribute of this type nor a {target.last.kind}"


_READ: Mapping[str, Callable[[Any], object]] = {"decimal": parse_decimal, "instant": parse_instant}


def literal_of(kind: str, value: Any) -> bool:
    """Whether a bound is written as a document writes such a value."""
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "duration":
        return is_duration(value)
    if kind in {"money", "rate"}:
        number = "amount" if kind == "money" else "value"
        return isinstance(value, dict) and literal_of("decimal", value.get(number))
    try:
        _READ[kind](value)
    except (KeyError, ValueError, TypeError):
        return False
    return True


def _conditions(found: ProductType, check: Check, place: str) -> Said:
    for path, keys in check.when.items():
        target = resolve(found, path)
        if target is None or target.column is not None:
            yield f"{place}.when", f"there is no attribute {path!r} in this type"
        elif target.last.kind == "choice" and not set(keys) <= target.last.choices.keys():
            yield f"{place}.when", f"not among the choices of {path}: {', '.join(map(str, keys))}"
        elif target.last.kind not in {"choice", "boolean"}:
            yield f"{place}.when", f"a {target.last.kind} is no condition"
