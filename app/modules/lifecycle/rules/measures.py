"""What products are measured by 衡量指标: some measures the records tell, others come as readings 读数.

Which families a measure says something of, and whether more or less of it is better, stands here in one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.modules.catalogue.types import FAMILIES, Labels, label

HUNDRED, MOST = Decimal(100), Decimal("100000000000000")
"""A hundred million million: a sum of balances stays within what the database adds up."""
ALL = frozenset(FAMILIES)
HELD = ALL - {"digital"}
"""Families whose holdings have a balance."""


@dataclass(frozen=True)
class Measure:
    """One measure; ``names`` may be typed in a line of objectives, and have no blanks in Chinese."""

    key: str
    names: Labels
    families: frozenset[str] = HELD
    percent: bool = False
    at_most: bool = False
    """Whether an objective is a bound that may not be passed; else it is to be reached."""
    read: bool = False
    """Whether it comes as readings; else the records tell it."""
    internal: bool = False
    """Whether it tells what the bank earns: then only whoever sees costings sees it."""
    lowest: Decimal = Decimal(0)
    highest: Decimal = MOST


_ALL_MEASURES = (
    Measure("balance", label("Balance", "余额")),
    Measure("balance_growth", label("Growth of the balance", "余额增长率"), percent=True, highest=HUNDRED * 100),
    Measure("holdings", label("Holdings", "持有笔数"), ALL),
    Measure("customers", label("Customers", "客户数"), ALL),
    Measure("sales", label("Sales in a year", "年销售笔数"), ALL),
    Measure(
        "annual_return",
        label("Annual return", "年化收益率"),
        frozenset({"wealth", "fx", "precious_metal", "agency"}),
        percent=True,
        read=True,
        lowest=-HUNDRED,
        highest=HUNDRED * 10,
    ),
    Measure(
        "default_rate",
        label("Default rate", "违约率"),
        frozenset({"loan", "card"}),
        percent=True,
        at_most=True,
        read=True,
        highest=HUNDRED,
    ),
    Measure(
        "complaints",
        label("Complaints a year per 10,000", "每万笔年投诉"),
        ALL,
        at_most=True,
        read=True,
        highest=Decimal(1_000_000),
    ),
    Measure(
        "margin",
        label("Margin on the balance", "余额利润率"),
        percent=True,
        read=True,
        internal=True,
        lowest=-HUNDRED,
        highest=HUNDRED,
    ),
    Measure("active_customers", label("Active customers", "活跃客户数"), frozenset({"card", "digital"}), read=True),
)
MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in _ALL_MEASURES}


def measures_of(family: str) -> list[Measure]:
    """What products of a family may be measured by, in order."""
    return [measure for measure in MEASURES.values() if family in measure.families]


def named(word: str, among: Iterable[Measure]) -> Measure | None:
    """The measure that a word means: its key, or its name in either language."""
    return next((m for m in among if word.casefold() in {m.key, *(n.casefold() for n in m.names.values())}), None)


def readings_of(family: str) -> list[Measure]:
    """What is read of products of a family."""
    return [measure for measure in measures_of(family) if measure.read]
