"""What completing a task costs: CPU against the engine alone, statements, commits, bytes, rework."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from sqlalchemy import func, select, text

from app.kernel import upkeep
from app.kernel.database import db, end_read, session
from app.worker import HOT_TABLES, TICK_SECONDS
from app.workflow.models import ProcessInstance
from app.workflow.tasks.queries import open_tasks_of
from bench.results import Result
from bench.stock import cpu_of_one_case
from bench.world import REVIEWERS, World

ANSWER = {"decision": "approve", "comment": "No objection from our side; the figures were checked."}
CASES = 1_000
PAIRED = 60


def run_case(world: World, counted: list[tuple[int, int]], cpu: list[float]) -> None:
    """One reference-review case over HTTP, in process."""
    started = world.post("lin.yue", "/processes/product_review/instances", {"business_key": "BENCH"})
    tasks = {t["candidate_groups"][0]: t for t in _open(world, started["id"])}
    for group, who in REVIEWERS.items():
        task = tasks[group]
        headers = world.headers(who)
        world.statements = world.commits = 0
        began = time.process_time()
        answer = world.client.post(
            f"/api/v1/tasks/{task['id']}/complete",
            json={"version": task["version"], "data": ANSWER},
            headers=headers,
        )
        cpu.append(time.process_time() - began)
        assert answer.status_code == 200, answer.json
        counted.append((world.statements, world.commits))
        tasks |= {t["candidate_groups"][0]: t for t in answer.json["opened"]}


def _open(world: World, instance_id: int) -> list[dict[str, object]]:
    found = [
        {"id": t.id, "version": t.version, "candidate_groups": t.candidates}
        for t in open_tasks_of(session(), instance_id)
    ]
    end_read()
    return found


def measure(world: World) -> Iterator[Result]:
    world.deploy("reference-review.bpmn")
    counted: list[tuple[int, int]] = []
    run_case(world, counted, [])
    yield from _cpu_and_sql(world, counted)
    yield _case_bytes(world)
    yield from _rework(world)


def _cpu_and_sql(world: World, counted: list[tuple[int, int]]) -> Iterator[Result]:
    """Ours and the engine alone, in turn, so that both see the same machine."""
    ours: list[float] = []
    alone: list[float] = []
    for _ in range(PAIRED):
        alone += cpu_of_one_case()
        run_case(world, counted, ours)
    mine, theirs = statistics.median(ours), statistics.median(alone)
    detail = f"{mine * 1000:.2f} ms ÷ {theirs * 1000:.2f} ms, medians of {len(ours)} completions"
    yield Result("task_cpu_ratio", world.kind, round(mine / theirs, 2), 4, "ratio", detail)
    most = max(s for s, _ in counted)
    yield Result("task_sql", world.kind, most, 15, "statements", "the most of any completion; BEGIN not counted")
    yield Result("task_commits", world.kind, max(c for _, c in counted), 1, "commits", "the most of any completion")


def _case_bytes(world: World) -> Result:
    before, cases_before = world.bytes_stored(), _cases()
    last = time.monotonic()
    for _ in range(CASES):
        run_case(world, [], [])
        if time.monotonic() - last > TICK_SECONDS:
            upkeep.vacuum(HOT_TABLES)
            last = time.monotonic()
    grown = world.bytes_stored() - before
    cases = _cases() - cases_before
    detail = f"growth of all relations over {cases} finished cases, audit included, with the upkeep of a running worker"
    return Result("case_bytes", world.kind, round(grown / cases), 20_000, "bytes", detail)


def _cases() -> int:
    found = session().scalar(select(func.count()).select_from(ProcessInstance)) or 0
    end_read()
    return found


def _rework(world: World) -> Iterator[Result]:
    """The 50th rework loop against the first: CPU of a completion, and the size of the state."""
    world.deploy("reference-rework.bpmn")
    started = world.post("lin.yue", "/processes/reference_rework/instances", {})
    tasks = _open(world, started["id"])
    cpu: list[list[float]] = []
    sizes: list[int] = []
    for _ in range(51):
        loop: list[float] = []
        for _ in range(5):
            task = tasks.pop(0)
            body = {"version": task["version"], "data": {"decision": "reject", "comment": ""}}
            began = time.process_time()
            answer = world.post("lin.yue", f"/tasks/{task['id']}/complete", body)
            loop.append(time.process_time() - began)
            tasks += answer["opened"]
        cpu.append(loop)
        sizes.append(_state_size(started["id"]))
    first = statistics.median(cpu[0] + cpu[1])
    last = statistics.median(cpu[49] + cpu[50])
    detail = f"{last * 1000:.2f} ms in loop 50 ÷ {first * 1000:.2f} ms in loop 1"
    yield Result("rework_ratio", world.kind, round(last / first, 2), 2, "ratio", detail)
    detail = f"{sizes[49]} bytes of state after loop 50 ÷ {sizes[0]} after loop 1"
    yield Result("rework_state_ratio", world.kind, round(sizes[49] / sizes[0], 2), 2, "ratio", detail)


def _state_size(instance_id: int) -> int:
    query = "SELECT length(engine_state) FROM process_instance WHERE id = :id"
    with db.engine.connect() as connection:
        return int(connection.execute(text(query), {"id": instance_id}).scalar_one())
