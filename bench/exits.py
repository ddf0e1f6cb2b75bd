"""An exit from its decision to the retirement: time and memory per holding, and what a second worker brings."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.kernel import clock
from app.kernel.database import db, end_read, session
from app.modules.catalogue.queries.products import status_at
from app.modules.customers.models import Holding
from app.modules.exits.models import Exit
from app.modules.exits.services.winding_down import reconciliation
from app.worker import run_due
from app.workflow.timers.services import tick
from bench.results import Result
from bench.world import World
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.leaving import BETTER, Leave

FEW, MANY = 10_000, 100_000
SHARED = 20_000
"""Holdings that one worker, then two work off."""
AT_ONCE = 1_000
"""Contracts written in one go; no part of what is measured."""


def measure(world: World) -> Iterator[Result]:
    world.install()
    few, small = _whole_exit("FEW", FEW), _memory()
    many, large = _whole_exit("MANY", MANY), _memory()
    detail = f"seconds per holding, {MANY:,} holdings ÷ {FEW:,}; {MANY / many:,.0f} holdings/s, {many:.0f} s in all"
    yield Result("exit_growth", world.kind, round(many / MANY / (few / FEW), 2), 1.3, "ratio", detail)
    detail = f"memory of the process after {MANY:,} holdings ÷ after {FEW:,}; {large} MB"
    yield Result("exit_memory", world.kind, round(large / small, 2), 1.2, "ratio", detail)
    if world.kind == "postgresql":
        one, two = _settled_by("ONE", 1), _settled_by("TWO", 2)
        detail = f"time of two workers ÷ of one, {SHARED:,} holdings; {two:.1f} s and {one:.1f} s"
        yield Result("exit_two_workers", world.kind, round(two / one, 2), 0.9, "ratio", detail)


def _whole_exit(code: str, count: int) -> float:
    """Seconds of the workers from the decision to the retirement; all holdings move and none is missing."""
    play = _decided(code, count)
    seconds = _timed(play.settle_down)
    seconds += _timed(play.close_answers)
    while play.request().state != "retired":
        seconds += _timed(play.wind_down)
    _require_all_moved(play, code, count)
    return seconds


def _settled_by(code: str, workers: int) -> float:
    """Seconds that so many processes take to settle all holdings, once the time to answer has passed.

    The timer that says so is fired before: only one of them would, while the others find nothing to do yet.
    """
    play = _decided(code, SHARED)
    play.settle_down().wait_only(days=61)
    tick(play.now)
    return _timed(lambda: _work(workers, play))


def _decided(code: str, count: int) -> Leave:
    play = Leave(clock.now())
    end_read()
    play.sell({code: TIME_DEPOSIT, f"{code}-NEW": BETTER})
    for _ in range(0, count, AT_ONCE):
        play.held(code, AT_ONCE)
    play.leave(code).evaluate().plan(f"{code}-NEW").do("plan_exit").review().do("decide_exit")
    return play


def _work(workers: int, play: Leave) -> None:
    db.session.remove()
    children = [_forked(play) for _ in range(workers)]
    assert all(os.waitpid(child, 0)[1] == 0 for child in children)


def _forked(play: Leave) -> int:
    child = os.fork()
    if child == 0:
        db.engine.dispose(close=False)
        run_due(play.now + timedelta(seconds=5))
        os._exit(0)
    return child


def _require_all_moved(play: Leave, code: str, count: int) -> None:
    (row,) = reconciliation(session(), session().get_one(Exit, play.request_id))
    arrived = session().scalar(select(func.count()).where(Holding.product_code == f"{code}-NEW"))
    assert (row.identified.count, row.outcomes["moved"].count, arrived) == (count, count, count), row
    assert row.outcomes["moved"] == row.arrived == row.identified
    assert status_at(session(), code, play.now) == "retired"
    end_read()


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _memory() -> int:
    """What this process has taken for itself, in MB; pages of the database file that SQLite maps are none of it."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["RssAnon"].split()[0]) // 1024
