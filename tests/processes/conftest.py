"""The demo bank with its processes and tables, and a case to play on it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, TypeVar, cast

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.demo import ROOT
from app.identity.demo import seed_people
from app.workflow.decisions.services import seed_tables
from app.workflow.deployments.services import seed as seed_processes
from tests.databases import TestDatabase
from tests.faults.conftest import elsewhere, zygote
from tests.processes.play import BEGIN, Play

__all__ = ["bank", "elsewhere", "kept", "play", "zygote"]


@pytest.fixture
def bank(seeded: Callable[..., Flask]) -> Flask:
    """People, decision tables and drawings as they ship."""
    return seeded(*BANK)


def tables(uow: Session) -> None:
    seed_tables(uow, folder=ROOT / "rules", now=BEGIN)


def drawings(uow: Session) -> None:
    seed_processes(uow, folder=ROOT / "processes", now=BEGIN)


BANK = (seed_people, tables, drawings)


@pytest.fixture
def play(bank: Flask) -> Play:
    return Play()


P = TypeVar("P", bound=Play)
Kept = Callable[[Callable[[], P]], P]
_kept: dict[tuple[str, str], Play] = {}


@pytest.fixture
def kept(bank: Flask, seeded: Callable[..., Flask], filled: Callable[..., Flask], database: TestDatabase) -> Kept[Any]:
    """``kept(story)``: a case as ``story()`` leaves it on the bank, and nothing else; played once per worker."""

    def put(story: Callable[[], P]) -> P:
        name = f"{story.__module__}.{story.__qualname__}"
        if (database.kind, name) not in _kept:
            seeded(*BANK)
        filled(name, lambda: _kept.update({(database.kind, name): story()}))
        return cast(P, copy(_kept[database.kind, name]))

    return put
