"""The bench runs rarely: what it takes from the platform, and the rows that it writes itself, are still right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.kernel.database import end_read, session
from app.workflow.models import Task
from bench import catalogue, lists, masses
from bench.parts import PARTS
from bench.world import world
from tests.databases import KINDS

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize("kind", KINDS)
def test_the_masses_of_the_bench_can_be_written(kind: str) -> None:
    assert set(PARTS) == {"completion", "pages", "lists", "bulk", "exits", "catalogue", "imports"}
    with world(kind):
        masses.fill(1, 5, lists._definition(NOW), NOW)
        masses.waiting(10, 5, 1, NOW)
        catalogue._fill(range(3), NOW)
        assert session().scalar(select(func.count()).select_from(Task)) == 5
        end_read()
