"""Playing a case with every step in an operating system process of its own."""

from __future__ import annotations

import faulthandler
import gc
import os
import pickle
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.kernel import calendar
from app.kernel.database import db, end_read, unit_of_work
from app.worker import run_due
from tests.processes.play import Play, forget_everything

T = TypeVar("T")
PATIENCE = 120
"""Seconds that a step may take on a busy machine."""


class Apart(Play):
    """What the next step finds is what the process before it has committed, and nothing else: that one has ended."""

    def step(self, act: Callable[[Session], T]) -> T:
        """A number is answered; records stay where they were loaded."""
        return in_another_process(lambda: _number(_in_unit_of_work(act)))

    def wait(self, **time: int) -> int:
        self.now += timedelta(**time)
        return in_another_process(lambda: run_due(self.now))


def _in_unit_of_work(act: Callable[[Session], T]) -> T:
    with unit_of_work() as uow:
        return act(uow)


def _number(found: T) -> T:
    return found if isinstance(found, int) else None  # type: ignore[return-value]


def in_another_process(act: Callable[[], T]) -> T:
    """Run ``act`` in a child with a connection of its own and nothing remembered; its result comes back."""
    forget_everything()
    end_read()
    # Code, no data of ours: each child would import it again, which takes longer than its step.
    calendar.is_national_business_day(date.today())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(writing, act)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read()
    os.waitpid(child, 0)
    result, error = pickle.loads(told) if told else (None, "the step ended without an answer")
    assert error is None, error
    return result  # type: ignore[no-any-return]


def _answer(writing: int, act: Callable[[], Any]) -> None:
    """The child's whole life: it never returns into the test that it is a copy of, and says where it stands still."""
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    gc.freeze()  # what the parent left is not looked through for garbage, so that it stays shared with it
    try:
        # The parent's connections are the parent's; closing them here would end them there.
        db.engine.dispose(close=False)
        told = pickle.dumps((act(), None))
    except BaseException:
        told = pickle.dumps((None, traceback.format_exc()))
    os.write(writing, told)
    os._exit(0)
