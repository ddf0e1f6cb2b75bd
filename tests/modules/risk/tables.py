"""Tables of past cases, made from a seed, and a small scorecard."""

from __future__ import annotations

import random

SCORECARD = "characteristic,from,to,points\nage,,30,10\nage,30,50,20\nage,50,,30\ndebt,,0.5,40\ndebt,0.5,,0\n"


def cases(rows: int = 600, *, seed: int = 7, bad: float = 0.3) -> list[tuple[str, str, int]]:
    """Income in thousands, share of debt, and whether they defaulted: more debt, more often."""
    chance = random.Random(seed)
    found = []
    for _ in range(rows):
        debt = chance.random()
        defaulted = int(chance.random() < bad * 2 * debt)
        found.append((f"{chance.uniform(3, 30):.2f}", f"{debt:.3f}", defaulted))
    return found


def csv(rows: list[tuple[str, str, int]], heading: str = "income,debt,default") -> str:
    return "\n".join([heading, *(",".join(map(str, row)) for row in rows)])
