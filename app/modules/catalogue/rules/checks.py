"""The checks of a product type, asked of a document: what it breaks, each with a JSON pointer.

=================  ==============================================================================
``at_least``       each value is at least the bound; likewise ``at_most`` and ``below``.
                   Moments are compared in time, durations in length, rates as fractions a period;
                   amounts of different currencies are not compared
``sum_at_least``   the values of a column add up to at least the bound; likewise ``sum_at_most``
``in_currency``    money is in the currency that another attribute names
``one_of``         a choice is one of those named
``avoids``         a text holds none of the words
``unique``         no two rows hold the same
``needs``          there is a value; asked only when a document is to be complete
=================  ==============================================================================

A value that is absent breaks no check but ``needs``. What a version in force breaks already, because the
check is younger or was never asked of it, may stay as it is when something else changes: see ``newly``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content, as_fraction
from app.modules.catalogue.rules.values import duration_days, parse_instant
from app.modules.catalogue.rules.wording import said
from app.modules.catalogue.types import product_type
from app.modules.catalogue.types.check_flaws import COMPARING, SUMMING
from app.modules.catalogue.types.description import Attribute, Check, ProductType
from app.modules.catalogue.types.paths import Place, resolve

NEEDED = N_("%(what)s is needed before this is submitted.")
_BROKEN: Mapping[str, str] = {
    "at_least": N_("%(what)s is %(value)s; it must be at least %(bound)s."),
    "at_most": N_("%(what)s is %(value)s; it must be at most %(bound)s."),
    "below": N_("%(what)s is %(value)s; it must stay below %(bound)s."),
    "sum_at_least": N_("%(what)s: %(value)s in all; it must be at least %(bound)s."),
    "sum_at_most": N_("%(what)s: %(value)s in all; it must be at most %(bound)s."),
    "in_currency": N_("%(what)s is in %(value)s, the product in %(bound)s."),
    "one_of": N_("%(what)s is %(value)s, which is not possible here."),
    "avoids": N_("%(what)s must not say “%(value)s”."),
    "unique": N_("%(what)s %(value)s stands in two rows."),
}
_IN_TIME: Mapping[str, str] = {
    "at_least": N_("%(what)s must not lie before %(bound)s."),
    "at_most": N_("%(what)s must not lie after %(bound)s."),
}
SAID = "%(says)s"
_KEPT: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "below": operator.lt,
    "sum_at_least": operator.ge,
    "sum_at_most": operator.le,
}
Found = tuple[str, Any, Mapping[str, Any]]
"""Pointer, value, and the row it stands in (empty outside a list)."""


def broken(document: Content, *, complete: bool = False) -> list[Fault]:
    """Every check that the document breaks; with ``complete`` also what it lacks."""
    found = product_type(document["type"])
    asked = [c for c in found.all_checks() if (complete or c.rule != "needs") and _applies(c, document)]
    return [fault for check in asked for path in check.of for fault in _broken(found, check, path, document)]


def newly(document: Content, base: Content | None, *, complete: bool = False) -> list[Fault]:
    """What the document breaks and the version it is based on does not, in the same way."""
    faults = broken(document, complete=complete)
    known = [_same(fault) for fault in broken(base, complete=True)] if faults and base else []
    return [fault for fault in faults if _same(fault) not in known]


def _same(fault: Fault) -> tuple[Any, ...]:
    """Rows move: a fault is the same wherever its row stands."""
    steps = tuple("" if step.isdigit() else step for step in fault.pointer.split("/"))
    return (steps, fault.message, dict(fault.values))


def _applies(check: Check, document: Content) -> bool:
    """Conditions on what is absent are not met."""
    values = {path: _value(document, path) for path in check.when}
    return all(values[path] in keys for path, keys in check.when.items())


def _value(document: Content, path: str) -> Any:
    group, attribute = path.split(".")
    return (document.get(group) or {}).get(attribute)


def _broken(found: ProductType, check: Check, path: str, document: Content) -> Iterator[Fault]:
    place = resolve(found, path)
    assert place is not None, path
    told = _RULES[check.rule](found, check, place, document)
    for pointer, message, values in told:
        yield _fault(check, pointer, message, {"what": place.last.labels, **values})


def _fault(check: Check, pointer: str, message: str, values: Mapping[str, Any]) -> Fault:
    """In the bank's own words where the check has some; what the words do not say still tells faults apart."""
    code = "needed" if check.rule == "needs" else "check_broken"
    return Fault(pointer, SAID if check.says else message, {**values, "says": check.says}, code)


Told = Iterator[tuple[str, str, Mapping[str, Any]]]


def _found(place: Place, check: Check, document: Content) -> Iterator[Found]:
    """Every value at the place: one, or one for each row that the check is about. Absent ones are None."""
    pointer = f"/{place.group}/{place.attribute.key}"
    value = _value(document, f"{place.group}.{place.attribute.key}")
    if place.column is None:
        yield pointer, value, {}
        return
    for number, row in enumerate(value or ()):
        if all(row.get(key) in keys for key, keys in check.where.items()):
            yield f"{pointer}/{number}/{place.column.key}", row.get(place.column.key), row


def _compare(found: ProductType, check: Check, place: Place, document: Content) -> Told:
    for pointer, value, row in _found(place, check, document):
        bound, shown = _bound(found, check, document, row)
        if not _keeps(check.rule, place.last, value, bound):
            messages = _IN_TIME if place.last.kind == "instant" else _BROKEN
            yield (
                pointer,
                messages[check.rule],
                {"value": said(place.last, value), "bound": shown or said(place.last, bound)},
            )


def _bound(found: ProductType, check: Check, document: Content, row: Mapping[str, Any]) -> tuple[Any, Any]:
    """The bound and, where it is another attribute, that one's name."""
    other = resolve(found, check.than) if isinstance(check.than, str) else None
    if other is None:
        return check.than, None
    value = row.get(other.column.key) if other.column else _value(document, check.than)
    return value, other.last.labels


def _keeps(rule: str, attribute: Attribute, value: Any, bound: Any) -> bool:
    mine, theirs = comparable(attribute.kind, value), comparable(attribute.kind, bound)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return True
    return _KEPT[rule](mine[1], theirs[1])


def comparable(kind: str, value: Any) -> tuple[str, Any] | None:
    """What a value is measured in, and its measure; None for one that is absent."""
    if value is None:
        return None
    match kind:
        case "money":
            return value["currency"], Decimal(value["amount"])
        case "rate":
            return value["period"], as_fraction(value)
        case "duration":
            return "", duration_days(value)
        case "instant":
            return "", parse_instant(value)
        case _:
            return "", Decimal(value)


def _sum(found: ProductType, check: Check, place: Place, document: Content) -> Told:
    if not _value(document, f"{place.group}.{place.attribute.key}"):
        return
    bound, shown = _bound(found, check, document, {})
    measure = comparable(place.last.kind, bound)
    cells = [comparable(place.last.kind, value) for _, value, _ in _found(place, check, document)]
    parts = [cell for cell in cells if cell is not None]
    if measure is None or any(part[0] != measure[0] for part in parts):
        return
    total = sum((part[1] for part in parts), Decimal(0))
    if not _KEPT[check.rule](total, measure[1]):
        value = {"amount": str(total), "currency": measure[0]} if place.last.kind == "money" else str(total)
        values = {"value": said(place.last, value), "bound": shown or said(place.last, bound)}
        yield f"/{place.group}/{place.attribute.key}", _BROKEN[check.rule], values


def _in_currency(_: ProductType, check: Check, place: Place, document: Content) -> Told:
    own = _value(document, check.than)
    for pointer, value, _row in _found(place, check, document):
        if own is not None and value is not None and value["currency"] != own:
            yield f"{pointer}/currency", _BROKEN["in_currency"], {"value": value["currency"], "bound": own}


def _one_of(_: ProductType, check: Check, place: Place, document: Content) -> Told:
    for pointer, value, _row in _found(place, check, document):
        if value is not None and value not in check.values:
            yield pointer, _BROKEN["one_of"], {"value": said(place.last, value)}


def _avoids(_: ProductType, check: Check, place: Place, document: Content) -> Told:
    for pointer, value, _row in _found(place, check, document):
        texts = value.values() if isinstance(value, Mapping) else [value or ""]
        for word in check.values:
            if any(word.lower() in text.lower() for text in texts):
                yield pointer, _BROKEN["avoids"], {"value": word}


def _unique(_: ProductType, check: Check, place: Place, document: Content) -> Told:
    seen: list[Any] = []
    for pointer, value, _row in _found(place, check, document):
        if value is not None and value in seen:
            yield pointer, _BROKEN["unique"], {"value": said(place.last, value)}
        seen.append(value)


def _needs(_: ProductType, check: Check, place: Place, document: Content) -> Told:
    for pointer, value, _row in _found(place, check, document):
        if value in (None, "", [], {}):
            yield pointer, NEEDED, {}


_RULES: Mapping[str, Callable[[ProductType, Check, Place, Content], Told]] = {
    **dict.fromkeys(COMPARING, _compare),
    **dict.fromkeys(SUMMING, _sum),
    "in_currency": _in_currency,
    "one_of": _one_of,
    "avoids": _avoids,
    "unique": _unique,
    "needs": _needs,
}


def needed_paths(found: ProductType) -> frozenset[str]:
    """What a form marks as needed, whatever else is entered."""
    return frozenset(path for c in found.all_checks() if c.rule == "needs" and not c.when for path in c.of)


def pointed(faults: Sequence[Fault], pointer: str) -> list[Fault]:
    """The same faults, in a document that stands at ``pointer``."""
    return [replace(fault, pointer=pointer + fault.pointer) for fault in faults]
