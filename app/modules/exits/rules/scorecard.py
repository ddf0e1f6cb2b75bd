"""The scorecard of an exit: five indicators, each scored and weighed by a table; the weighted mean is the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

INDICATORS = ("sales", "balance", "profit", "complaints", "risk")
"""Change of contracts a year in percent; share of the family's balance in percent; margin in percent of the balance;
complaints in a year for 10,000 contracts; effective risk rating 1–5 (0 for none)."""


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """``part`` of ``whole`` in percent, two places; 0 of nothing."""
    return _rounded(Decimal(part) * 100 / Decimal(whole)) if whole else Decimal(0)


def per_ten_thousand(count: int, contracts: int) -> Decimal:
    return _rounded(Decimal(count) * 10_000 / contracts) if contracts else Decimal(0)


def growth(now: int, before: int) -> Decimal:
    """Change in percent; from nothing to something counts as 100."""
    return percent(now - before, before) if before else Decimal(100 if now else 0)


def score(answers: Sequence[Mapping[str, Any]]) -> Decimal:
    """The weighted mean of the points, 0 to 100, one place."""
    weights = sum(Decimal(a["weight"]) for a in answers)
    total = sum(Decimal(a["points"]) * Decimal(a["weight"]) for a in answers)
    return (total / weights).quantize(Decimal("0.1"), ROUND_HALF_UP) if weights else Decimal(0)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
