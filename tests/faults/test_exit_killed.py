"""Workers of an exit killed with SIGKILL at any statement: no holding is lost, none is moved twice."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import event

from app.kernel import audit
from app.kernel.database import db, end_read, is_sqlite, session
from app.modules.exits import invariants
from app.modules.exits.models import Exit
from app.modules.exits.services.winding_down import reconciliation
from app.worker import run_due
from app.workflow.invariants import violations
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.conftest import bank
from tests.processes.leaving import BETTER, WORSE, Leave
from tests.processes.play import forget_everything

__all__ = ["bank"]
MANY = 2_000
LONGEST = 120
"""Statements that a worker lives at most before it is killed; a batch takes about a dozen."""


def worker(act: Callable[[], object], lives: int) -> int:
    """A child that runs ``act`` and is killed at its ``lives``-th statement; gives its process id."""
    forget_everything()
    end_read()
    child = os.fork()
    if child:
        return child
    db.engine.dispose(close=False)
    left = [lives]

    def count(*_: object) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "before_cursor_execute", count)
    act()
    os._exit(0)


def work_off(play: Leave, rng: random.Random) -> int:
    """Workers follow one another, two at once where the database allows it, until one finds nothing to do."""
    killed, at_once = 0, 1 if is_sqlite() else 2
    for _ in range(1_000):
        children = [worker(lambda: run_due(play.now), rng.randrange(1, LONGEST)) for _ in range(at_once)]
        ends = [os.waitpid(child, 0)[1] for child in children]
        assert all(end in (0, signal.SIGKILL) for end in ends), ends
        killed += sum(end != 0 for end in ends)
        if not any(ends) and not play.request().phase:
            return killed
    raise AssertionError("never done")


@pytest.mark.slow
@pytest.mark.parametrize("better", [True, False], ids=["all move", "those who consent move"])
def test_workers_killed_anywhere_lose_and_double_nothing(bank: Flask, better: bool) -> None:
    play, rng = Leave(), random.Random(7)
    play.sell({"OLD": TIME_DEPOSIT, "NEW": BETTER if better else WORSE}).held("OLD", MANY).leave("OLD")
    choices = {} if better else {"rates.tiers[kind=fixed,term=P1Y].rate": "ask"}
    play.evaluate().plan("NEW", choices=choices).do("plan_exit").review().do("decide_exit")
    whole = sum(h.principal for h in play.holdings("OLD"))
    killed = work_off(play, rng) + work_off(play, rng)
    play.answer({item.holding_id: "consent" for item in play.items()[: MANY // 2]})
    play.wait_only(days=61)
    killed += work_off(play, rng) + work_off(play, rng)
    assert killed > 5
    moved = MANY if better else MANY // 2
    assert Counter(play.states()) == Counter({"moved": moved, **({} if better else {"no_response": MANY - moved})})
    arrived = play.holdings("NEW")
    assert len({h.came_from for h in arrived}) == len(arrived) == moved
    still = sum(h.principal for h in play.holdings("OLD") if h.status == "active")
    assert sum((h.principal for h in arrived), Decimal(0)) + still == whole
    (row,) = reconciliation(session(), session().get_one(Exit, play.request_id))
    assert (row.identified.count, row.identified.amount, row.outcomes["moved"]) == (MANY, whole, row.arrived)
    assert list(invariants.violations(session())) == []
    assert list(violations(session(), play.now)) == []
    assert list(audit.verify(session())) == []
    end_read()
