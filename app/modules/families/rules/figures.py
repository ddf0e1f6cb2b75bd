"""Figures that may be agreed individually, the corridors around them, and what a plan departs from.

A figure is called by the path that the difference of two versions gives it, such as
``rates.tiers[kind=standard].rate``. Rates and ratios are in per cent, money in its own
currency, all as decimals in a text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content, Row, as_fraction, keyed
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.catalogue.types import Attribute, product_type

NO_FIGURE = N_("There is no such figure in the variant's terms.")
UPSIDE_DOWN = N_("Lies above the upper end.")
NO_CORRIDOR = N_("No plan may depart from this term.")
OUTSIDE = N_("Lies outside the corridor from %(low)s to %(high)s.")
TWICE = N_("This term is named twice.")
NO_SERVICE = N_("The variant does not offer this service.")
_FIGURES = frozenset({"money", "rate", "decimal", "integer"})
_MEMBERS: Mapping[str, str] = {"money": "amount", "rate": "value"}
"""Where the number stands in a value that has more to say."""


@dataclass(frozen=True)
class Figure:
    """A number in a variant's terms. ``row`` tells the tier or fee where it stands in a list."""

    path: str
    attribute: Attribute
    """The attribute, or the list that it is a column of."""
    shown_as: Attribute
    row: Row | None
    value: Decimal
    unit: str
    """``%``, a currency, or nothing."""
    held: Any
    """The value as the terms hold it."""

    def as_held(self, value: Decimal) -> Any:
        """Another value of the figure, written as the terms would hold it."""
        in_percent = self.unit == "%" and not (self.shown_as.kind == "rate" and self.held["unit"] == "percent")
        text = canonical_decimal(value / 100 if in_percent else value)
        member = _MEMBERS.get(self.shown_as.kind)
        if member:
            return {**self.held, member: text}
        return int(value) if self.shown_as.kind == "integer" else text


def figures(content: Content) -> dict[str, Figure]:
    """Every figure by its path, in the order of the type."""
    return {figure.path: figure for figure in _figures(content)}


def _figures(content: Content) -> Iterator[Figure]:
    for group, attribute in product_type(content["type"]).attributes():
        value = (content.get(group.key) or {}).get(attribute.key)
        path = f"{group.key}.{attribute.key}"
        if value is not None and attribute.kind in _FIGURES:
            yield Figure(path, attribute, attribute, None, *_number(attribute, value), value)
        for key, row in keyed(attribute, value).items() if value and attribute.kind == "list" else ():
            named = {k: v for k, v in row.items() if k in attribute.key_by}
            for column in attribute.columns:
                if column.kind in _FIGURES and column.key in row and column.key not in attribute.key_by:
                    number = _number(column, row[column.key])
                    yield Figure(f"{path}[{key}].{column.key}", attribute, column, named, *number, row[column.key])


def _number(attribute: Attribute, value: Any) -> tuple[Decimal, str]:
    if attribute.kind == "money":
        return Decimal(value["amount"]), value["currency"]
    if attribute.kind == "rate":
        return as_fraction(value) * 100, "%"
    return (Decimal(value) * 100, "%") if attribute.unit == "ratio" else (Decimal(value), "")


def corridor_faults(known: Collection[str], corridors: Sequence[Mapping[str, str]]) -> Iterator[Fault]:
    """Corridors around nothing, upside down, or twice around the same figure."""
    for place, corridor in enumerate(corridors):
        at = f"/corridors/{place}"
        if corridor["path"] not in known:
            yield Fault(f"{at}/path", NO_FIGURE, code="no_such_term")
        if Decimal(corridor["low"]) > Decimal(corridor["high"]):
            yield Fault(f"{at}/low", UPSIDE_DOWN, code="upside_down")
    yield from _twice("/corridors", corridors)


def plan_faults(
    corridors: Sequence[Mapping[str, str]],
    offered: Collection[str],
    *,
    services: Sequence[str],
    deviations: Sequence[Mapping[str, str]],
) -> Iterator[Fault]:
    """What of a plan goes beyond what its variant offers and allows."""
    for place, key in enumerate(services):
        if key not in offered:
            yield Fault(f"/services/{place}", NO_SERVICE, code="no_such_service")
    allowed = {corridor["path"]: corridor for corridor in corridors}
    for place, deviation in enumerate(deviations):
        yield from _outside(f"/deviations/{place}", allowed.get(deviation["path"]), deviation["value"])
    yield from _twice("/deviations", deviations)


def _outside(at: str, corridor: Mapping[str, str] | None, value: str) -> Iterator[Fault]:
    if corridor is None:
        yield Fault(f"{at}/path", NO_CORRIDOR, code="no_corridor")
    elif not Decimal(corridor["low"]) <= Decimal(value) <= Decimal(corridor["high"]):
        ends = {"low": corridor["low"], "high": corridor["high"]}
        yield Fault(f"{at}/value", OUTSIDE, ends, "outside_corridor")


def _twice(pointer: str, rows: Sequence[Mapping[str, str]]) -> Iterator[Fault]:
    paths = [row["path"] for row in rows]
    for place, path in enumerate(paths):
        if path in paths[:place]:
            yield Fault(f"{pointer}/{place}/path", TWICE, code="duplicate")
