"""Thousands of product records under the Consumer Data Right: opened, found unchanged, proposed or quarantined."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from sqlalchemy import func, select

from app.kernel import clock
from app.kernel.database import end_read, session, unit_of_work
from app.modules.catalogue.models import ImportLine
from app.modules.catalogue.services.demo import published_records
from app.modules.catalogue.services.imports import CREATED, PROPOSED, QUARANTINED, UNCHANGED
from app.modules.catalogue.services.jobs import run_jobs, start_import
from bench.results import Result
from bench.world import World

FEW, MANY = 500, 5_000
BROKEN = 10
"""Of so many records one has no name."""
DEARER = "0.0777"


def measure(world: World) -> Iterator[Result]:
    few, _ = _imported(world, _records("FEW", FEW))
    opening, first = _imported(world, _records("MANY", MANY))
    again, second = _imported(world, _records("MANY", MANY))
    moved, third = _imported(world, _records("MANY", MANY, rate=DEARER))
    bad = first[QUARANTINED]  # of the published ones, too: some break the standard
    assert bad >= MANY // BROKEN, first
    assert first == Counter({CREATED: MANY - bad, QUARANTINED: bad}), first
    assert second == Counter({UNCHANGED: MANY - bad, QUARANTINED: bad}), second
    assert third[PROPOSED] > 0, third
    assert third[UNCHANGED] + third[PROPOSED] + bad == MANY == third.total(), third
    speeds = {"opened": opening, "unchanged": again, "with other rates": moved}
    told = ", ".join(f"{MANY / seconds:,.0f}/s {name}" for name, seconds in speeds.items())
    detail = f"seconds per record of an opening load, {MANY:,} records ÷ {FEW:,}; {told}"
    yield Result("import_growth", world.kind, round(opening / MANY / (few / FEW), 2), 1.3, "ratio", detail)


def _records(bank: str, count: int, *, rate: str | None = None) -> list[dict[str, Any]]:
    """What a real bank published, again and again under other product ids; one in ten broken."""
    published = published_records()
    found = []
    for number in range(count):
        record = deepcopy(published[number % len(published)])
        record["productId"] = f"{bank}-{number}"
        if number % BROKEN == 0:
            del record["name"]
        for row in [*(record.get("depositRates") or ()), *(record.get("lendingRates") or ())] if rate else ():
            row["rate"] = rate
        found.append(record)
    return found


def _imported(world: World, records: list[dict[str, Any]]) -> tuple[float, Counter[str]]:
    """Seconds that the worker takes for an import, and what became of its records."""
    now = clock.now()
    end_read()
    with unit_of_work() as uow:
        job = start_import(uow, records, actor=world.actor("lin.yue"), now=now).id
    began = time.perf_counter()
    while run_jobs(now=now):
        pass
    seconds = time.perf_counter() - began
    outcomes = select(ImportLine.outcome, func.count()).where(ImportLine.job_id == job).group_by(ImportLine.outcome)
    found = Counter({str(outcome): count for outcome, count in session().execute(outcomes)})
    end_read()
    return seconds, found
