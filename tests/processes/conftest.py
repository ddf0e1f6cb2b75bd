"""The demo bank with its processes and tables, and a case to play on it."""

from __future__ import annotations

import pytest
from flask import Flask

from app.demo import ROOT
from app.identity.demo import seed_people
from app.kernel.database import unit_of_work
from app.workflow.decisions.services import seed_tables
from app.workflow.deployments.services import seed as seed_processes
from tests.faults.conftest import elsewhere, zygote
from tests.processes.play import BEGIN, Play

__all__ = ["bank", "elsewhere", "play", "zygote"]


@pytest.fixture
def bank(app: Flask) -> Flask:
    """People, decision tables and drawings as they ship."""
    with unit_of_work() as uow:
        seed_people(uow)
        uow.flush()
        seed_tables(uow, folder=ROOT / "rules", now=BEGIN)
        uow.flush()
        seed_processes(uow, folder=ROOT / "processes", now=BEGIN)
    return app


@pytest.fixture
def play(bank: Flask) -> Play:
    return Play()
