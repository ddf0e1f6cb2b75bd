"""Concentration 集中度 and the use of limits 限额使用率: plain sums over exact balances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

LARGEST = 3


@dataclass(frozen=True)
class Spread:
    """How a whole is spread over its parts; shares in per cent."""

    total: Decimal
    shares: Sequence[tuple[str, Decimal]]
    """Largest first."""
    hhi: Decimal
    """Herfindahl-Hirschman index 0 to 10,000: the sum of squared shares. 10,000 is all in one."""

    @property
    def largest(self) -> Sequence[tuple[str, Decimal]]:
        return self.shares[:LARGEST]

    @property
    def alike(self) -> Decimal:
        """How many parts of equal size would be as diverse."""
        return (10_000 / self.hhi).quantize(Decimal("0.1")) if self.hhi else Decimal(0)


def spread(parts: Mapping[str, Decimal]) -> Spread:
    total = sum(parts.values(), Decimal(0))
    shares = [(key, percent(part, total)) for key, part in parts.items() if part]
    shares.sort(key=lambda share: (-share[1], share[0]))
    return Spread(total, shares, sum((s * s for _, s in shares), Decimal(0)).quantize(Decimal(1)))


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Of a whole, in per cent with two places; nothing of nothing is 0."""
    return (part * 100 / whole).quantize(Decimal("0.01")) if whole else Decimal(0)


def opinions(scores: Sequence[int]) -> dict[str, Any]:
    """What experts think together: the middle one, and how far apart they are."""
    return {
        "median": str(median(map(Decimal, scores))),
        "lowest": min(scores),
        "highest": max(scores),
        "experts": len(scores),
    }
