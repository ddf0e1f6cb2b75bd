"""Rollout in waves 分批推广: early scopes with their days, one in a line; on the effective day everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.scopes import Cell, Paths, cells, is_named_in, overlap
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS

MOST = 9
"""Besides the last one, which is everywhere."""
WHERE = "/data/waves"
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[\s:：,，]+(.*))?\Z", re.ASCII | re.DOTALL)
_BETWEEN = re.compile(r"[\s,;，、；|·]+")
_AXES: Mapping[str, Mapping[str, Mapping[str, str]]] = {"channels": CHANNELS, "groups": CUSTOMER_GROUPS}


@dataclass(frozen=True)
class Wave:
    """From ``day`` on sold within ``scope``; ``line`` is where it stands in the text, from 1."""

    day: date
    scope: Mapping[str, Sequence[str]]
    line: int


@dataclass(frozen=True)
class Bounds:
    """What waves are held against: the first day that notice allows, the day on which it is everywhere."""

    earliest: date
    last: date
    paths: Paths
    sold: Mapping[str, Sequence[Cell]]
    """Product → where its new version is to be sold."""


def read(text: str) -> tuple[list[Wave], list[Fault]]:
    """The waves of a text such as ``2027-01-04 SH, BJ mobile``, and what cannot be read of it."""
    found = [_wave(line.strip(), number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return [w for w in found if isinstance(w, Wave)], [f for f in found if isinstance(f, Fault)]


def _wave(line: str, number: int) -> Wave | Fault:
    match = _LINE.match(line)
    day = _day(match[1]) if match else None
    if match is None or day is None:
        return _fault(number, N_("Line %(line)s does not begin with a day such as 2027-01-04."))
    scope: dict[str, list[str]] = {}
    for word in filter(None, _BETWEEN.split(match[2] or "")):
        axis, code = _placed(word)
        scope.setdefault(axis, []).append(code)
    if not scope:
        return _fault(number, N_("Line %(line)s names no unit, channel or customer group."))
    return Wave(day, scope, number)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _placed(word: str) -> tuple[str, str]:
    """A channel or a customer group by its code or its name in either language; else a unit's code."""
    for axis, choices in _AXES.items():
        for code, labels in choices.items():
            if word.lower() in {code, *(label.lower() for label in labels.values())}:
                return axis, code
    return "units", word


def _fault(line: int, message: str, **values: Any) -> Fault:
    return Fault(WHERE, message, {"line": line, **values}, "waves")


def wrong_in(waves: Sequence[Wave], bounds: Bounds) -> Iterator[Fault]:
    """Each fault names its line."""
    if len(waves) > MOST:
        yield Fault(WHERE, N_("At most %(most)s waves before the last one."), {"most": MOST}, "waves")
    before = None
    for wave in waves:
        yield from _too_soon(wave, before, bounds)
        before = wave
        yield from _nowhere(wave, bounds)
    yield from _overlapping(waves, bounds.paths)


def _too_soon(wave: Wave, before: Wave | None, bounds: Bounds) -> Iterator[Fault]:
    if wave.day < bounds.earliest:
        message = N_("Line %(line)s: the notice to customers takes until %(day)s.")
        yield _fault(wave.line, message, day=bounds.earliest.isoformat())
    if before is not None and wave.day <= before.day:
        yield _fault(wave.line, N_("Line %(line)s: each wave begins after the one before it."))
    if wave.day >= bounds.last:
        message = N_("Line %(line)s: the last wave, everywhere, begins on the effective day %(day)s, after the others.")
        yield _fault(wave.line, message, day=bounds.last.isoformat())


def _nowhere(wave: Wave, bounds: Bounds) -> Iterator[Fault]:
    unknown = [unit for unit in wave.scope.get("units", ()) if unit not in bounds.paths]
    for unit in unknown:
        yield _fault(wave.line, N_("Line %(line)s: there is no unit, channel or customer group %(unit)s."), unit=unit)
    outside = (p for p, sold in bounds.sold.items() if not _sold(wave, sold, bounds.paths))
    product = None if unknown else next(outside, None)
    if product is not None:
        message = N_("Line %(line)s: %(product)s is not to be sold there.")
        yield _fault(wave.line, message, product=product)


def _sold(wave: Wave, sold: Sequence[Cell], paths: Paths) -> bool:
    return all(is_named_in(cell, sold, paths) for cell in cells([wave.scope]))


def _overlapping(waves: Sequence[Wave], paths: Paths) -> Iterator[Fault]:
    for one, other in combinations(waves, 2):
        if overlap(cells([one.scope]), cells([other.scope]), paths):
            message = N_("Line %(line)s overlaps with line %(other)s.")
            yield _fault(other.line, message, other=one.line)
