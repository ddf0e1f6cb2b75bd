"""Where and to whom a version may be sold: scopes as rows, and which of them meet a sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One combination; None covers all. A unit covers the units below it."""

    unit: str | None
    channel: str | None
    group: str | None


def cells(scopes: Sequence[Mapping[str, Any]]) -> list[Cell]:
    """One cell per combination, repetitions dropped; no scope at all covers everything."""
    found = [cell for scope in scopes or ({},) for cell in _combinations(scope)]
    return list(dict.fromkeys(found))


def _combinations(scope: Mapping[str, Any]) -> Iterator[Cell]:
    axes = (scope.get(key) or (None,) for key in ("units", "channels", "groups"))
    for unit, channel, group in product(*axes):
        yield Cell(unit, channel, group)


def ancestors(path: str) -> list[str]:
    """The codes in a unit's path, itself included: ``/HO/SH/SH01/`` → HO, SH, SH01."""
    return [code for code in path.split("/") if code]


def as_scopes(found: Sequence[Cell]) -> list[dict[str, list[str]]]:
    """Cells as scope rows: what ``cells`` reads back."""
    named = (zip(("units", "channels", "groups"), (c.unit, c.channel, c.group), strict=True) for c in found)
    return [{axis: [value] for axis, value in cell if value is not None} for cell in named]


Paths = Mapping[str, str]
"""Unit code → its path in the tree; see ``ancestors``."""


def meet(one: Cell, other: Cell, paths: Paths) -> Cell | None:
    """Where both cells apply: the narrower of each axis; None if a sale can never lie in both."""
    unit, channel, group = (
        _narrower_unit(one.unit, other.unit, paths),
        _narrower(one.channel, other.channel),
        _narrower(one.group, other.group),
    )
    return None if _NOWHERE in (unit, channel, group) else Cell(unit, channel, group)


_NOWHERE = "\0"


def _narrower(one: str | None, other: str | None) -> str | None:
    if one is None or other is None:
        return other if one is None else one
    return one if one == other else _NOWHERE


def _narrower_unit(one: str | None, other: str | None, paths: Paths) -> str | None:
    if one is None or other is None:
        return other if one is None else one
    if other in ancestors(paths.get(one, one)):
        return one
    return other if one in ancestors(paths.get(other, other)) else _NOWHERE


def overlap(some: Sequence[Cell], others: Sequence[Cell], paths: Paths) -> bool:
    """Whether a sale may lie in both."""
    return any(meet(one, other, paths) is not None for one in some for other in others)


def within(wanted: Sequence[Cell], sold: Sequence[Cell], paths: Paths) -> list[Cell]:
    """The part of ``wanted`` that lies in ``sold``: an axis that is left open means all of where it is sold."""
    found = (meet(one, other, paths) for one in wanted for other in sold)
    return list(dict.fromkeys(cell for cell in found if cell is not None))


def is_named_in(wanted: Cell, sold: Sequence[Cell], paths: Paths) -> bool:
    """Whether what ``wanted`` names lies wholly in one of ``sold``; an axis that it leaves open is not asked."""
    return any(_holds(cell, wanted, paths) for cell in sold)


def _holds(outer: Cell, inner: Cell, paths: Paths) -> bool:
    return (
        (None in (outer.unit, inner.unit) or outer.unit in ancestors(paths.get(inner.unit or "", inner.unit or "")))
        and (None in (outer.channel, inner.channel) or outer.channel == inner.channel)
        and (None in (outer.group, inner.group) or outer.group == inner.group)
    )


def together(found: Sequence[Cell]) -> list[tuple[str | None, tuple[str | None, ...], tuple[str | None, ...]]]:
    """Cells as blocks for reading: a unit, the channels that share their customer groups, and those groups."""
    groups: dict[tuple[str | None, str | None], list[str | None]] = {}
    for cell in found:
        groups.setdefault((cell.unit, cell.channel), []).append(cell.group)
    channels: dict[tuple[str | None, tuple[str | None, ...]], list[str | None]] = {}
    for (unit, channel), members in groups.items():
        channels.setdefault((unit, tuple(members)), []).append(channel)
    return [(unit, tuple(shared), members) for (unit, members), shared in channels.items()]
