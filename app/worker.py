"""What runs by itself: timers, imports in parts, deliveries. Any number of processes may do it at once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from app.kernel import calendar, clock, outbox, upkeep
from app.kernel.database import end_read, session, unit_of_work
from app.modules.agency.expiring import run_expiries
from app.modules.catalogue.services.jobs import run_jobs
from app.modules.exits.services import run_batches
from app.workflow.tasks.chasing import next_due as next_chase
from app.workflow.tasks.chasing import run_reminders
from app.workflow.timers.services import next_due, tick

log = logging.getLogger(__name__)
TICK_SECONDS = 5
MAX_ROUNDS = 1_000
HOT_TABLES = ("task_audience", "process_instance", "task", "timer", "audit_stream")
"""What every step of a case rewrites."""
MAX_STOPS = 500
"""Instants at which a clock that is moved stops; what is due after them is run at the end."""


def run_due(now: datetime) -> int:
    """Run what is due at ``now`` until nothing more is; returns how many cases moved."""
    calendar.refresh(session())
    end_read()
    moved = 0
    for _ in range(MAX_ROUNDS):
        round_moved = tick(now)
        moved += round_moved
        if not round_moved:
            break
    while run_jobs(now=now):
        pass
    while run_reminders(now):
        pass
    run_expiries(now)
    outbox.deliver_due(now)
    while run_batches(now):
        outbox.deliver_due(now)
    return moved


def move_clock(to: datetime) -> int:
    """Move the demo clock forward to ``to``, and run at each instant on the way what falls due then.

    A cycle that fires weekly fires four times in a month, and what the first
    firing sets for a week later fires a week later. Returns how many cases moved.
    """
    moved, reached = 0, clock.now()
    for _ in range(MAX_STOPS):
        # After what was run last, not after now: time goes on meanwhile, and nothing due in between may be missed.
        stop = _next_stop(reached)
        end_read()
        if stop is None or stop >= to:
            break
        reached = max(stop, clock.now())
        moved += _run_at(reached)
    return moved + _run_at(to)


def _next_stop(now: datetime) -> datetime | None:
    """When the next timer fires or the next task falls due."""
    stops = [stop for stop in (next_due(now), next_chase(now)) if stop is not None]
    return min(stops, default=None)


def _run_at(moment: datetime) -> int:
    with unit_of_work() as uow:
        clock.advance(uow, max(moment - clock.now(), timedelta()))
    return run_due(moment)


def start_scheduler(app: Flask) -> Any:
    """Tick in this process for as long as it lives. Rows are claimed, so nothing runs twice."""
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(daemon=True)

    def beat() -> None:
        with app.app_context():
            now = clock.now()
            end_read()
            try:
                run_due(now)
                upkeep.vacuum(HOT_TABLES)
            except Exception:
                log.exception("the tick failed and will be tried again")

    scheduler.add_job(beat, "interval", seconds=TICK_SECONDS, max_instances=1, coalesce=True)
    scheduler.start()
    return scheduler
