"""What the stages of a life are, and how objectives are written and reached."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import canonical_decimal

LIFE = "product_lifecycle"
ORDER: Mapping[str, tuple[str, ...]] = {
    "planning": ("product_planning",),
    "development": ("product_development",),
    "marketing": ("marketing_preparation",),
    "operation": ("performance_evaluation",),
    "exit": ("product_exit",),
}
"""The stages of a life in their order, with the processes whose cases belong to each."""
NAMES: Mapping[str, str] = {
    "planning": N_("Planning"),
    "development": N_("Development"),
    "marketing": N_("Marketing preparation"),
    "operation": N_("Operation"),
    "exit": N_("Exit"),
}
STAGES: tuple[str, ...] = tuple(process for processes in ORDER.values() for process in processes)
_BY_STATUS: Mapping[str, str] = {
    "design": "development",
    "test": "development",
    "on_sale": "operation",
    "suspended": "operation",
    "off_sale": "exit",
    "exiting": "exit",
    "retired": "exit",
}
METRICS: Mapping[str, Mapping[str, str]] = {
    "balance": {"en": "Balance", "zh": "余额"},
    "holdings": {"en": "Holdings", "zh": "持有笔数"},
    "customers": {"en": "Customers", "zh": "客户数"},
}
MOST = 20
SOLD = frozenset({"on_sale", "suspended"})
WHERE = "/data/objectives"
_LINE = re.compile(r"([^\s,:]+)[\s,:]+(\d[\d,]*(?:\.\d{1,4})?)[\s,:]+(\d{4}-\d{2}-\d{2})\Z", re.ASCII)


@dataclass(frozen=True)
class Aim:
    """One objective as it is written."""

    metric: str
    target: Decimal
    due_on: date


def standing(status: str, *, live: bool) -> str:
    """Where a product stands in its life: ``on_sale``, or ``before`` while it is only piloted."""
    return "on_sale" if live and status in SOLD else "before"


def stage_of(status: str | None, open_processes: Collection[str]) -> str:
    """The stage a product stands in: that of its open case, else what its status says."""
    for stage in reversed(list(ORDER)):
        if any(process in open_processes for process in ORDER[stage]):
            return stage
    return _BY_STATUS.get(status or "", "planning")


def read_aims(text: str) -> tuple[list[Aim], list[Fault]]:
    """The objectives of a text with one in a line, and what cannot be read of it."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    found = [_aim(line, number) for number, line in lines[:MOST]]
    faults = [each for each in found if isinstance(each, Fault)]
    if len(lines) > MOST:
        faults.append(Fault(WHERE, N_("At most %(most)s objectives."), {"most": MOST}, "objectives"))
    return [each for each in found if isinstance(each, Aim)], faults


def _aim(line: str, number: int) -> Aim | Fault:
    match = _LINE.match(line.replace("：", ":").replace("，", ","))
    if match is None:
        message = N_("Line %(line)s is not a measure, a number and a day, such as: balance 50000000 2027-12-31.")
        return Fault(WHERE, message, {"line": number}, "objectives")
    metric = _metric(match[1])
    if metric is None:
        message = N_("Line %(line)s: %(word)s is not measured; balance, holdings and customers are.")
        return Fault(WHERE, message, {"line": number, "word": match[1]}, "objectives")
    try:
        return Aim(metric, Decimal(match[2].replace(",", "")), date.fromisoformat(match[3]))
    except (ValueError, InvalidOperation):
        return Fault(WHERE, N_("Line %(line)s: there is no such day."), {"line": number}, "objectives")


def _metric(word: str) -> str | None:
    return next((key for key, names in METRICS.items() if word.lower() in {key, *names.values()}), None)


def measured(aims: Sequence[Aim], figures: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """Each objective beside what was measured; decimals in texts."""
    return [
        {
            "metric": aim.metric,
            "target": canonical_decimal(aim.target),
            "due_on": aim.due_on.isoformat(),
            "value": canonical_decimal(figures[aim.metric]),
            "reached": figures[aim.metric] >= aim.target,
        }
        for aim in aims
    ]
