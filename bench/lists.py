"""The inbox and the tick with masses waiting: rows made in bulk, measured in the database."""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from app.identity.actors import Actor
from app.kernel import clock
from app.kernel.database import db, end_read, session, unit_of_work
from app.worker import run_due
from app.workflow.models import ProcessDefinition, ProcessInstance, Task, TaskAudience, Timer
from app.workflow.tasks.queries import Wish, open_tasks
from bench.results import Result
from bench.world import World

SMALL, LARGE = 1_000, 1_000_000
WAITING = 100_000
GROUPS = [f"group_{n}" for n in range(40)]
PROCESSES = [f"process_{n}" for n in range(8)]
PRODUCTS = [f"P{n:04}" for n in range(2_000)]
RARE = "RARE-1"
BUSY = Actor(id=9_001, username="busy", names={"en": "Busy"}, roles=frozenset(GROUPS[:10]))
NARROW = Actor(id=9_002, username="narrow", names={"en": "Narrow"}, roles=frozenset(GROUPS[10:11]))
WISHES: list[tuple[str, Actor, Wish]] = [
    ("ten groups, by due", BUSY, Wish("group", "due")),
    ("ten groups, newest", BUSY, Wish("group", "created")),
    ("ten groups, one process", BUSY, Wish("group", "due", process=PROCESSES[3])),
    ("ten groups, rare product", BUSY, Wish("group", "due", product=RARE)),
    ("ten groups, all I may see, newest", BUSY, Wish("all", "created")),
    ("ten groups, all, rare product, newest", BUSY, Wish("all", "created", product=RARE)),
    ("one group, one process, newest", NARROW, Wish("group", "created", process=PROCESSES[5])),
    ("mine", BUSY, Wish("mine", "due")),
]


def fill(count: int, start: int, definition_id: int, now: datetime) -> None:
    """``count`` cases with one open task each, spread over groups, processes and products."""
    draw = random.Random(start)
    for begin in range(start, start + count, 10_000):
        ids = range(begin, min(begin + 10_000, start + count))
        with unit_of_work() as uow:
            rows = [_rows(i, definition_id, now, draw) for i in ids]
            uow.execute(insert(ProcessInstance), [r[0] for r in rows])
            uow.execute(insert(Task), [r[1] for r in rows])
            uow.execute(insert(TaskAudience), [a for r in rows for a in r[2]])
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE task_audience"))
            connection.execute(text("ANALYZE"))
    else:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")


def _rows(number: int, definition_id: int, now: datetime, draw: random.Random) -> Any:
    process, product = draw.choice(PROCESSES), RARE if number % 50_000 == 7 else draw.choice(PRODUCTS)
    group, viewers = draw.choice(GROUPS), draw.sample(GROUPS, 2)
    due, created = now + timedelta(minutes=draw.randrange(100_000)), now - timedelta(minutes=draw.randrange(100_000))
    instance = {
        "id": number, "definition_id": definition_id, "process_key": process, "state": "active",
        "started_by": "lin.yue", "started_at": created, "variables": {}, "hands": {}, "involved": [group, *viewers],
        "card": {"title": {"en": "Rate change"}, "products": [product]}, "engine_state": b"x" * 1_500,
        "waiting_timers": 0,
    }  # fmt: skip
    assignee = "busy" if number % 5_000 == 11 else None
    task = {
        "id": number, "instance_id": number, "token": uuid.UUID(int=number), "element_id": "review",
        "names": {"en": "Review"}, "form": "standard_decision", "candidates": [group], "state": "open",
        "version": 1, "priority": 50, "due_at": due, "created_at": created, "assignee": assignee,
    }  # fmt: skip
    audiences = {group: True, "@lin.yue": False, "*": False}
    audiences |= {v: False for v in viewers if v != group}
    if assignee:
        audiences[f"@{assignee}"] = True
    common = {"task_id": number, "slot": 0, "due_at": due, "created_at": created, "process_key": process,
              "product": product}  # fmt: skip
    return instance, task, [{**common, "audience": a, "candidate": c} for a, c in audiences.items()]


def measure(world: World) -> Iterator[Result]:
    now = clock.now()
    end_read()
    definition_id = _definition(now)
    fill(SMALL, 1, definition_id, now)
    small = _times(world)
    yield from _tick(world, now, definition_id)
    fill(LARGE - SMALL, SMALL + 1, definition_id, now)
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
    """Seconds of each combination, and the rows it gave."""
    found = {}
    for name, actor, wish in WISHES:

        def page(actor: Actor = actor, wish: Wish = wish) -> int:
            tasks, _ = open_tasks(session(), actor, wish)
            count = len(tasks)
            end_read()
            session().expunge_all()
            return count

        found[name] = (_best_median(page), page())
    return found


def _inbox_statements(world: World) -> int:
    headers = world.headers("chen.rui")
    world.statements = 0
    answer = world.client.get("/api/v1/tasks?filter=all", headers=headers)
    assert answer.status_code == 200
    return world.statements


def _tick(world: World, now: datetime, definition_id: int) -> Iterator[Result]:
    """A tick with 100,000 cases waiting for people, a third of them with a timer that is not due."""
    empty = _tick_seconds(now)
    draw, later = random.Random(3), now + timedelta(days=30)
    for begin in range(0, WAITING, 10_000):
        ids = range(2_000_000 + begin, 2_000_000 + begin + 10_000)
        with unit_of_work() as uow:
            uow.execute(insert(ProcessInstance), [_rows(i, definition_id, now, draw)[0] for i in ids])
            timers = [
                {"id": i, "instance_id": i, "token": uuid.UUID(int=i), "element_id": "late", "due_at": later}
                for i in ids
                if i % 3 == 0
            ]
            uow.execute(insert(Timer), timers)
    full = _tick_seconds(now)
    detail = f"{full * 1000:.2f} ms with {WAITING:,} waiting cases ÷ {empty * 1000:.2f} ms with none"
    yield Result("tick_ms_ratio", world.kind, round(full / empty, 2), 1.5, "ratio", detail)


def _tick_seconds(now: datetime) -> float:
    return _best_median(lambda: run_due(now))


def _best_median(act: Callable[[], object]) -> float:
    """The best of five medians of twenty runs: what it costs, not what the machine did meanwhile."""
    act()
    return min(statistics.median(_seconds(act) for _ in range(20)) for _ in range(5))


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
