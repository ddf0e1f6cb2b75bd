"""How objectives 目标 are written, one in a line, and whether they are reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.lifecycle.rules.measures import MEASURES, Measure, measures_of, named

MOST = 20
WHERE = "/data/objectives"
"""Where the form of a task has them."""
_LINE = re.compile(r"(.+?)[ ,:]+(-?\d[\d,]{0,24}(?:\.\d{1,4})?) ?%?[ ,:]+(\d{4}-\d{2}-\d{2})\Z", re.ASCII)
_WIDE = str.maketrans("：，％", ":,%")


@dataclass(frozen=True)
class Aim:
    """One objective as it is written."""

    metric: str
    target: Decimal
    due_on: date
    baseline: Decimal | None = None
    """The balance that growth is measured from."""


@dataclass(frozen=True)
class Ground:
    """What an objective must fit: the product's family, the day it is set on, the balance on that day."""

    family: str
    today: date
    balance: Decimal | None


@dataclass(frozen=True)
class Figure:
    """What was measured: the value, the day it is for, and of a reading where it comes from."""

    value: Decimal
    day: date
    source: str | None = None


class _Unfit(ValueError):
    """What is wrong with a line: a message and its values."""

    def __init__(self, message: str, **values: Any):
        super().__init__(message)
        self.values = values


def read_aims(text: str, ground: Ground, pointer: str = WHERE) -> tuple[list[Aim], list[Fault]]:
    """The objectives of a text with one in a line, and what cannot be aimed at, each with its line and reason."""
    lines = [(number, " ".join(line.split())) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    aims: list[Aim] = []
    faults: list[Fault] = []
    if len(lines) > MOST:
        faults.append(_fault(pointer, N_("At most %(most)s objectives."), most=MOST))
    for number, line in lines[:MOST]:
        try:
            aims.append(_unlike(_aim(line, ground), aims))
        except _Unfit as wrong:
            faults.append(_fault(pointer, str(wrong), line=number, **wrong.values))
    return aims, faults


def written(aim: Aim) -> str:
    """An objective as a line that can be read again."""
    return f"{aim.metric} {canonical_decimal(aim.target)} {aim.due_on.isoformat()}"


def _fault(pointer: str, message: str, **values: Any) -> Fault:
    return Fault(pointer, message, values, "objectives")


def _aim(line: str, ground: Ground) -> Aim:
    match = _LINE.match(line.translate(_WIDE))
    if match is None:
        raise _Unfit(N_("Line %(line)s is not a measure, a number and a day, such as: balance 50000000 2027-12-31."))
    measure, target = _measure(match[1], ground), Decimal(match[2].replace(",", ""))
    if not measure.lowest <= target <= measure.highest:
        low, high = canonical_decimal(measure.lowest), canonical_decimal(measure.highest)
        raise _Unfit(N_("Line %(line)s: the number must lie between %(low)s and %(high)s."), low=low, high=high)
    return Aim(measure.key, target, _day(match[3], ground), _baseline(measure, ground))


def _measure(word: str, ground: Ground) -> Measure:
    offered = measures_of(ground.family)
    found = named(word, offered)
    if found is None:
        message = N_("Line %(line)s: “%(word)s” is no measure of this product; these are: %(measures)s.")
        raise _Unfit(message, word=word, measures=", ".join(f"{m.key} {m.names['zh']}" for m in offered))
    return found


def _day(written: str, ground: Ground) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise _Unfit(N_("Line %(line)s: there is no such day.")) from None
    if day <= ground.today:
        raise _Unfit(N_("Line %(line)s: this day has come already."))
    return day


def _baseline(measure: Measure, ground: Ground) -> Decimal | None:
    if measure.key != "balance_growth":
        return None
    if not ground.balance:
        raise _Unfit(N_("Line %(line)s: there is no balance yet to grow from; aim at a balance."))
    return ground.balance


def _unlike(aim: Aim, others: Sequence[Aim]) -> Aim:
    if any((other.metric, other.due_on) == (aim.metric, aim.due_on) for other in others):
        raise _Unfit(N_("Line %(line)s: this measure has an objective for this day already."))
    return aim


def growth(balance: Decimal, baseline: Decimal) -> Decimal:
    """How much a balance grew, in percent to two places."""
    return ((balance - baseline) * 100 / baseline).quantize(Decimal("0.01"))


def figure_for(aim: Aim, figures: Mapping[str, Figure]) -> Figure | None:
    """What was measured of an objective; nothing where nobody knows."""
    if aim.baseline is None:
        return figures.get(aim.metric)
    held = figures.get("balance")
    return Figure(growth(held.value, aim.baseline), held.day) if held else None


def reached(aim: Aim, figure: Figure | None) -> bool | None:
    """Whether an objective is met by a figure; None where there is none: neither reached nor missed."""
    if figure is None:
        return None
    return figure.value <= aim.target if MEASURES[aim.metric].at_most else figure.value >= aim.target


def measured(aims: Sequence[Aim], figures: Mapping[str, Figure], today: date) -> list[dict[str, Any]]:
    """Each objective beside what was measured, and whether its day has come; decimals and days in texts."""
    return [_told(aim, figure_for(aim, figures), today) for aim in aims]


def _told(aim: Aim, figure: Figure | None, today: date) -> dict[str, Any]:
    return {
        "metric": aim.metric,
        "direction": "at_most" if MEASURES[aim.metric].at_most else "at_least",
        "target": canonical_decimal(aim.target),
        "due_on": aim.due_on.isoformat(),
        "value": canonical_decimal(figure.value) if figure else None,
        "day": figure.day.isoformat() if figure else None,
        "source": figure.source if figure else None,
        "reached": reached(aim, figure),
        "due": aim.due_on <= today,
    }
