"""A rollout in waves killed with SIGKILL all along its way: each wave is told of once, whatever instant it died at."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel import clock
from app.kernel.database import end_read, is_sqlite, session, unit_of_work
from app.kernel.outbox import OutboxMessage
from tests.faults.test_main_job_killed import Elsewhere, all_holds, killed_everywhere
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.conftest import bank, play
from tests.processes.play import ANSWERS, WHO, Play

__all__ = ["bank", "play"]
STEP = 9
"""Statements from one kill to the next; each wave begins with another one, and so does each database."""


def waves(play: Play) -> dict[str, Any]:
    """Two early waves a week apart, and everywhere a week later."""
    first = clock.accounting_date(play.now) + timedelta(days=40)
    days = [(first + timedelta(days=7 * number)).isoformat() for number in range(3)]
    return {"pace": "waves", "waves": f"{days[0]} SH\n{days[1]} BJ mobile", "effective_on": days[2]}


def plan(play: Play) -> tuple[Any, ...]:
    task = play.task("plan_rollout")
    body = {"version": task.version, "data": {**ANSWERS["plan_rollout"], **waves(play)}}
    return WHO["plan_rollout"], "POST", f"/api/v1/tasks/{task.id}/complete", body


def decided(code: str) -> Play:
    play = Play(clock.now())
    play.sell({code: TIME_DEPOSIT}).draft({code: dearer(TIME_DEPOSIT, "1.35")}).submit()
    return play.prepare().review().do("executive_decision")


def fewer(rehearsal: dict[str, Any]) -> dict[str, Any]:
    """Some instants all along the step, and the last ones."""
    points = list(dict.fromkeys(rehearsal["points"]))
    kept = [point for point in points if point.endswith(":after")][is_sqlite() :: STEP]
    return {**rehearsal, "points": [*kept, "commit:before", "before_commit", "after_commit"]}


def told() -> tuple[int, int]:
    """How often the outside was told of a wave, and of the launch."""
    found = Counter(session().scalars(select(OutboxMessage.topic)))
    end_read()
    return found["product.wave_reached"], found["product.published"]


@pytest.mark.slow
def test_waves_are_scheduled_whole_or_not_at_all(bank: Flask, play: Play, elsewhere: Elsewhere) -> None:
    play, other = decided("TD1"), decided("TD2")
    killed_everywhere(elsewhere, lambda: plan(play), fewer(elsewhere(*plan(other), here=True)))
    assert play.request().state == "scheduled"


@pytest.mark.slow
def test_each_wave_is_told_of_once_however_often_the_worker_dies(bank: Flask, play: Play, elsewhere: Elsewhere) -> None:
    """Each try dies a little later than the one before, until one gets through; then the next wave comes."""
    play = decided("TD1").do("plan_rollout", **waves(play))
    for number, (days, expected) in enumerate(((41, (1, 0)), (7, (2, 0)), (7, (2, 1)))):
        with unit_of_work() as uow:
            clock.advance(uow, timedelta(days=days))
        assert dies_a_little_later(elsewhere, 1 + 3 * number + is_sqlite()) > 2
        assert told() == expected
    assert play.request().state == "live"
    all_holds()


def dies_a_little_later(elsewhere: Elsewhere, first: int) -> int:
    """How many tries it took."""
    for tries, statement in enumerate(range(first, 400, STEP), 1):
        kill = f"statement:{statement}:after"
        report = elsewhere("lin.yue", "POST", "/api/v1/demo/clock", {"advance": "PT1S"}, kill=kill)
        if "killed" not in report:
            return tries
    raise AssertionError("it never got through")
