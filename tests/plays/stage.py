"""An application on a database that is put back before each play."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.bootstrap import create_app
from app.identity.actors import Actor
from app.kernel.audit import AuditEvent
from app.kernel.database import db, end_read, session, unit_of_work
from app.workflow.deployments import library
from tests.databases import TestDatabase
from tests.plays.bank import BEGIN, Bank, people, seed
from tests.plays.player import ALWAYS, LENGTH, Broken, play, shrunk
from tests.plays.scenes import SCENES, scene_of
from tests.plays.work import consent

SETTINGS = {"TESTING": True, "DEMO": True, "SECRET_KEY": "only for plays", "SCHEDULER": False}


class Stage:
    """Plays on one database, one after the other."""

    def __init__(self, database: TestDatabase):
        self._database = database
        self._actors: dict[str, Actor] = {}
        self._made: set[str] = set()
        self.bank = Bank()
        self.tally: Counter[str] = Counter()
        """How often each move was made or refused."""

    def fresh(self, name: str = "plays", further: Callable[[], object] = lambda: None) -> Bank:
        """The bank as it was seeded, and as ``further`` left it; made once for each name."""
        self._let_go()
        if name not in self._made:
            self._database.fresh()
            self._made.add(name)
        self._database.filled(name, lambda: self._fill(further))
        if not self._actors:
            library._bundles.clear()
            self._actors = people()
        self.bank = Bank(now=_latest(), actors=self._actors)
        return self.bank

    def _fill(self, further: Callable[[], object]) -> None:
        with unit_of_work() as uow:
            seed(uow)
        self.bank = Bank(actors=people())
        further()
        self._let_go()

    def _let_go(self) -> None:
        db.session.remove()
        if self._database.kind == "sqlite":
            db.engine.dispose()

    def play(self, number: int, moves: Sequence[int] = range(LENGTH), look: float = ALWAYS) -> Broken | None:
        return play(number, self.scene(scene_of(number)), moves, self.tally, look)

    def scene(self, name: str) -> Bank:
        return self.fresh(f"plays, {name}", lambda: SCENES[name](self.bank.now))

    def agree(self, steps: int) -> None:
        """Whoever may says yes to the oldest open task, again and again."""
        for _ in range(steps):
            self.bank.pass_time(timedelta(minutes=1))
            consent(self.bank)

    def search(self, number: int, look: float = ALWAYS) -> Broken | None:
        """One play; if it breaks a rule, the shortest of its kind."""
        found = self.play(number, look=look)
        return shrunk(found, lambda moves: self.play(number, moves)) if found else None


def _latest() -> datetime:
    """A while after all that has happened."""
    found = session().scalar(select(func.max(AuditEvent.at)))
    end_read()
    return max(found or BEGIN, BEGIN) + timedelta(minutes=1)


@contextmanager
def stage(kind: str, worker: str) -> Iterator[Stage]:
    """For a run of its own; in the suite the fixtures give the database."""
    # In memory where there is such a place: plays are many, and none needs to last.
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="tollgate-plays-", dir=memory if os.access(memory, os.W_OK) else None))
    database = TestDatabase(kind, folder, f"plays_{worker}")
    app: Flask = create_app({"SQLALCHEMY_DATABASE_URI": database.fresh(), **SETTINGS})
    try:
        with app.app_context():
            yield Stage(database)
            db.session.remove()
            db.engine.dispose()
    finally:
        database.drop()
        shutil.rmtree(folder)


def played(kind: str, worker: str, first: int, count: int, look: float) -> tuple[list[Broken], Counter[str]]:
    """Some plays in a process of their own; what broke, shrunk, and what was done."""
    logging.disable(logging.CRITICAL)
    with stage(kind, f"{worker}_{os.getpid()}_{first}") as found:
        # What is loaded by now stays; looking through it again and again costs a tenth of the time.
        gc.freeze()
        gc.set_threshold(50_000)
        return [broken for n in range(first, first + count) if (broken := found.search(n, look))], found.tally
