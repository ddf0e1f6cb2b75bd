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


def together(found: Sequence[Cell]) -> list[tuple[str | None, tuple[str | None, ...], tuple[str | None, ...]]]:
    """Cells as blocks for reading: a unit, the channels that share their customer groups, and those groups."""
    groups: dict[tuple[str | None, str | None], list[str | None]] = {}
    for cell in found:
        groups.setdefault((cell.unit, cell.channel), []).append(cell.group)
    channels: dict[tuple[str | None, tuple[str | None, ...]], list[str | None]] = {}
    for (unit, channel), members in groups.items():
        channels.setdefault((unit, tuple(members)), []).append(channel)
    return [(unit, tuple(shared), members) for (unit, members), shared in channels.items()]
