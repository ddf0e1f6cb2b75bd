"""The demo bank with its processes and tables, and a case to play on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.demo import ROOT
from app.identity.demo import seed_people
from app.workflow.decisions.services import seed_tables
from app.workflow.deployments.services import seed as seed_processes
from tests.faults.conftest import elsewhere, zygote
from tests.processes.play import BEGIN, Play

__all__ = ["bank", "elsewhere", "play", "zygote"]


@pytest.fixture
def bank(seeded: Callable[..., Flask]) -> Flask:
    """People, decision tables and drawings as they ship."""
    return seeded(seed_people, tables, drawings)


def tables(uow: Session) -> None:
    seed_tables(uow, folder=ROOT / "rules", now=BEGIN)


def drawings(uow: Session) -> None:
    seed_processes(uow, folder=ROOT / "processes", now=BEGIN)


@pytest.fixture
def play(bank: Flask) -> Play:
    return Play()
