"""Whether one holder loses by a move is judged by the tier of their own (rule 9); pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from app.modules.customers.rules.agreed import rate_of
from app.modules.exits.rules.one_holder import Holder, Way
from app.modules.exits.rules.worsening import changes_between, is_guaranteed_rate, is_worse
from tests.processes.bank import TIME_DEPOSIT, rate

Content = dict[str, Any]
WHOLE, LOW, HIGH = {"balance_from": "0"}, {"balance_from": "0", "balance_to": "50000"}, {"balance_from": "50000"}
ROW = "rates.tiers[kind=fixed,term=P1Y]"
RATE = f"{ROW}.rate"


@dataclass(frozen=True)
class Kept:
    """A row of a map in which the holder keeps theirs."""

    path: str
    source: Any = None
    choice: str = "keep"


def deposit(*rows: Mapping[str, Any], **more: Any) -> Content:
    return {**deepcopy(dict(TIME_DEPOSIT)), "rates": {"tiers": list(rows)}, **more}


def tier(value: str, term: str = "P1Y", **cells: Any) -> dict[str, Any]:
    return {"kind": "fixed", "term": term, "rate": rate(value), **cells}


def holder(principal: int = 1000, term: str | None = "P1Y", **negotiated: Any) -> Holder:
    return Holder(term, Decimal(principal), negotiated)


@pytest.mark.parametrize(
    ("pinned", "target", "who", "lost"),
    [
        (deposit(tier("1.5", **WHOLE)), deposit(tier("1.5", **LOW), tier("1.3", **HIGH)), holder(1000), False),
        (deposit(tier("1.5", **WHOLE)), deposit(tier("1.5", **LOW), tier("1.3", **HIGH)), holder(60_000), True),
        (deposit(tier("1.5", **WHOLE)), deposit(tier("1.6", **LOW)), holder(60_000), True),
        (deposit(tier("1.4", **LOW), tier("1.6", **HIGH)), deposit(tier("1.5")), holder(1000), False),
        (deposit(tier("1.4", **LOW), tier("1.6", **HIGH)), deposit(tier("1.5")), holder(60_000), True),
        (deposit(tier("1.5"), tier("2", "P2Y")), deposit(tier("1.5"), tier("1", "P2Y")), holder(), False),
        (deposit(tier("1.5"), tier("2", "P2Y")), deposit(tier("1.5"), tier("1", "P2Y")), holder(term="P2Y"), True),
        (deposit(tier("1.5"), tier("2", "P2Y")), deposit(tier("1.5"), tier("1", "P2Y")), holder(term=None), True),
        (deposit(tier("1.5")), deposit({**tier("1.6"), "kind": "floating"}), holder(), True),
        (deposit(tier("1.5")), deposit(tier("1.6"), {**tier("1.9"), "condition": "salary"}), holder(), True),
        (deposit(tier("1.5")), deposit(tier("1", rate={**rate("1.51"), "day_count": "ACT/365F"})), holder(), True),
        (deposit(tier("1.5")), deposit(tier("1.3")), holder(**{RATE: rate("1.8")}), False),
        (deposit(tier("1.5")), deposit(tier("1.6"), fees={"fees": [{"name": "Fee", "kind": "other"}]}), holder(), True),
    ],
)  # fmt: skip
def test_a_holder_loses_by_what_is_theirs(pinned: Content, target: Content, who: Holder, lost: bool) -> None:
    way = Way(pinned, target, [])
    assert way.worsens(who) == lost
    if not lost:
        after = rate_of(target, who.term, who.principal, way.agreed(who))
        before = rate_of(pinned, who.term, who.principal, who.negotiated)
        assert before is not None
        assert after is not None
        assert Decimal(after["value"]) >= Decimal(before["value"])


@pytest.mark.parametrize(
    "target",
    [
        deposit(tier("1.3")),
        deposit(tier("1.6", **LOW), tier("1.3", **HIGH)),
        deposit(tier("1.9", "P2Y")),
        deposit({**tier("1.3"), "kind": "floating"}),
    ],
)
@pytest.mark.parametrize("negotiated", [{}, {RATE: rate("1.8")}])
@pytest.mark.parametrize("said_of", [ROW, RATE])
def test_what_a_holder_keeps_is_what_they_bear_afterwards(target: Content, negotiated: Content, said_of: str) -> None:
    pinned, who = deposit(tier("1.5")), holder(60_000, **negotiated)
    way = Way(pinned, target, [Kept(said_of, "as it was"), Kept("rates.tiers[kind=fixed,term=P3M].rate", rate("1"))])
    agreed = way.agreed(who)
    assert not way.worsens(who)
    assert len(agreed) == 1
    assert rate_of(target, "P1Y", Decimal(60_000), agreed) == negotiated.get(RATE, rate("1.5"))


def test_a_rate_brought_along_goes_along_again() -> None:
    pinned, target = deposit(tier("1.9", "P2Y")), deposit(tier("1.3"))
    brought = holder(60_000, **{RATE: rate("1.5")})
    assert rate_of(pinned, "P1Y", Decimal(60_000), brought.negotiated) == rate("1.5")
    assert Way(pinned, target, []).agreed(brought) == {RATE: rate("1.5")}


def test_a_map_names_what_undercuts_a_promise() -> None:
    pinned = deposit(tier("1.5", **WHOLE))
    named = [
        (change.path.partition("balance_from=")[2], is_guaranteed_rate(change, pinned))
        for change in changes_between(pinned, deposit(tier("1.5", **LOW), tier("1.3", **HIGH)))
        if is_worse(change, pinned)
    ]
    assert named == [("0].balance_to", False), ("50000]", True)]


def test_a_promise_is_the_one_of_the_version_that_is_held() -> None:
    floating = {**tier("1.5"), "kind": "floating"}
    pinned = deposit(floating, holders={"rates.tiers": "fixed"})
    target = deposit({**floating, "rate": rate("1.3")}, holders={"rates.tiers": "tracks"})
    (change,) = changes_between(pinned, target)
    assert is_worse(change, pinned)
    assert is_guaranteed_rate(change, pinned)
