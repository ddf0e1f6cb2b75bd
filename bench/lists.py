"""The inbox and the tick with masses waiting: rows made in bulk, measured in the database."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import event

from app.identity.actors import Actor
from app.kernel import clock
from app.kernel.database import db, end_read, session, unit_of_work
from app.worker import run_due
from app.workflow.models import ProcessDefinition
from app.workflow.tasks.queries import Wish, open_tasks
from bench import masses
from bench.results import Result
from bench.world import World

SMALL, LARGE = 1_000, 1_000_000
WAITING = 100_000
GROUPS = [f"group_{n}" for n in range(masses.GROUPS)]
BUSY = Actor(id=9_001, username="busy", names={"en": "Busy"}, roles=frozenset(GROUPS[:10]))
NARROW = Actor(id=9_002, username="narrow", names={"en": "Narrow"}, roles=frozenset(GROUPS[10:11]))
WISHES: list[tuple[str, Actor, Wish]] = [
    ("ten groups, by due", BUSY, Wish("group", "due")),
    ("ten groups, newest", BUSY, Wish("group", "created")),
    ("ten groups, one process", BUSY, Wish("group", "due", process="process_3")),
    ("ten groups, rare product", BUSY, Wish("group", "due", product=masses.RARE)),
    ("ten groups, all I may see, newest", BUSY, Wish("all", "created")),
    ("ten groups, all, rare product, newest", BUSY, Wish("all", "created", product=masses.RARE)),
    ("one group, one process, newest", NARROW, Wish("group", "created", process="process_5")),
    ("mine", BUSY, Wish("mine", "due")),
]


def measure(world: World) -> Iterator[Result]:
    now = clock.now()
    end_read()
    definition_id = _definition(now)
    masses.fill(1, SMALL, definition_id, now)
    small = _times(world)
    yield from _tick(world, now, definition_id)
    masses.fill(SMALL + 1, LARGE - SMALL, definition_id, now)
    large = _times(world)
    worst = max(WISHES, key=lambda w: large[w[0]][0] / small[w[0]][0])[0]
    slowest = max(WISHES, key=lambda w: large[w[0]][0])[0]
    ratio = max(t for t, _ in large.values()) / max(t for t, _ in small.values())
    detail = (
        f"slowest of eight at {LARGE:,} open tasks ({slowest}, {large[slowest][0] * 1000:.2f} ms) ÷ slowest at "
        f"{SMALL:,} ({max(t for t, _ in small.values()) * 1000:.2f} ms); largest growth of one combination "
        f"{large[worst][0] / small[worst][0]:.2f} ({worst})"
    )
    yield Result("inbox_ratio", world.kind, round(ratio, 2), 1.5, "ratio", detail)
    statements = _inbox_statements(world)
    yield Result("inbox_sql", world.kind, statements, 5, "statements", "GET /api/v1/tasks with a bearer token")


def _definition(now: datetime) -> int:
    with unit_of_work() as uow:
        definition = ProcessDefinition(
            key="bulk", version=1, content_hash="0" * 64, names={"en": "Bulk"}, xml=b"", state="effective",
            deployed_by="system", deployed_at=now,
        )  # fmt: skip
        uow.add(definition)
        uow.flush()
        return definition.id


def _times(world: World) -> dict[str, tuple[float, int]]:
    """Seconds in the database of each combination, and the rows it gave."""
    return {name: _database_time(actor, wish) for name, actor, wish in WISHES}


def _database_time(actor: Actor, wish: Wish) -> tuple[float, int]:
    """The list's statements once through the platform, then again by themselves.

    On PostgreSQL as the server tells it, planning included: on an idle machine waking up
    for an answer takes longer than the answer. SQLite works in this process.
    """
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    tasks, _ = open_tasks(session(), actor, wish)
    count = len(tasks)
    event.remove(db.engine, "before_cursor_execute", note)
    end_read()
    connection = db.engine.raw_connection()
    cursor = connection.cursor()

    def again() -> None:
        for statement, parameters in sent:
            cursor.execute(statement, parameters)
            cursor.fetchall()

    def told() -> float:
        return sum(_told_by_server(cursor, statement, parameters) for statement, parameters in sent)

    seconds = _best(told) if db.engine.dialect.name == "postgresql" else _best_median(again)
    connection.close()
    return seconds, count


def _told_by_server(cursor: Any, statement: str, parameters: Any) -> float:
    cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters, prepare=False)
    plan = cursor.fetchone()[0][0]
    return float(plan["Planning Time"] + plan["Execution Time"]) / 1000


def _inbox_statements(world: World) -> int:
    headers = world.headers("chen.rui")
    world.statements = 0
    answer = world.client.get("/api/v1/tasks?filter=all", headers=headers)
    assert answer.status_code == 200
    return world.statements


def _tick(world: World, now: datetime, definition_id: int) -> Iterator[Result]:
    """A tick with 100,000 cases waiting for people, a third of them with a timer that is not due."""
    empty = _tick_seconds(now)
    masses.waiting(2_000_000, WAITING, definition_id, now)
    full = _tick_seconds(now)
    detail = f"{full * 1000:.2f} ms with {WAITING:,} waiting cases ÷ {empty * 1000:.2f} ms with none"
    yield Result("tick_ms_ratio", world.kind, round(full / empty, 2), 1.5, "ratio", detail)


def _tick_seconds(now: datetime) -> float:
    return _best_median(lambda: run_due(now))


def _best_median(act: Callable[[], object]) -> float:
    return _best(lambda: _seconds(act))


def _best(seconds: Callable[[], float]) -> float:
    """The best of ten medians of twenty runs: what it costs, not what the machine did meanwhile."""
    os.sync()  # what filling the tables has left to write is not part of it
    seconds()
    return min(statistics.median(seconds() for _ in range(20)) for _ in range(10))


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
