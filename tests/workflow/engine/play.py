"""A case of the engine alone, played step by step: plain, or saved, trimmed and loaded after each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.workflow.engine import OpenWork, Outcome, Run, read_drawing
from app.workflow.engine.library import specs_of

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Play:
    """A running case. ``saved=False`` keeps it in memory, with all its past."""

    def __init__(
        self, xml: str, variables: Mapping[str, Any] | None = None, called: Sequence[str] = (), *, saved: bool = True
    ):
        drawings = [read_drawing(x.encode()) for x in (xml, *called)]
        self.drawings = {d.key: d for d in drawings}
        self.specs = specs_of(drawings[0], drawings[1:])
        self.saved = saved
        self.now = START
        self.state = b""
        self.passed: list[str] = []
        self.run = Run.start(self.specs, self.drawings, variables or {}, self.now)
        self._settle()

    def _settle(self) -> None:
        self.passed += self.run.passed
        self.run.passed.clear()
        if self.saved:
            self.state = self.run.dump()
            self.run = Run.load(self.state, self.specs, self.drawings, self.now)

    @property
    def outcome(self) -> Outcome:
        return self.run.outcome()

    @property
    def work(self) -> list[OpenWork]:
        return sorted(self.outcome.open, key=lambda w: (w.element.id, str(w.item)))

    @property
    def open(self) -> list[str]:
        """Open work as ``element`` or ``element:item``, sorted."""
        return [w.element.id if w.item is None else f"{w.element.id}:{w.item}" for w in self.work]

    @property
    def calls(self) -> list[str]:
        return sorted(c.element.id for c in self.outcome.calls)

    def do(self, name: str, **result: Any) -> Play:
        """Complete the first open work of this ``element`` or ``element:item``."""
        work = self.work[self.open.index(name)]
        self.run.complete(work.token, result)
        self._settle()
        return self

    def do_nth(self, index: int, **result: Any) -> str:
        work = self.work
        chosen = work[index % len(work)]
        self.run.complete(chosen.token, result)
        self._settle()
        return chosen.element.id

    def answer(self, element: str, result: Any = None) -> Play:
        call = next(c for c in self.outcome.calls if c.element.id == element)
        self.run.answer(call, result)
        self._settle()
        return self

    def wait(self, **time: float) -> int:
        """Let time pass; returns how many timers fired."""
        self.now += timedelta(**time)
        self.run.advance_clock(self.now)
        fired = self.run.fire_due()
        self._settle()
        return fired

    def message(self, name: str, **payload: Any) -> bool:
        found = self.run.message(name, payload)
        self._settle()
        return found

    def send_back(self, element: str) -> Play:
        self.run.send_back(element)
        self._settle()
        return self

    @property
    def timers(self) -> dict[str, float]:
        """Waiting timers: element → hours from now."""
        return {t.element_id: (t.at - self.now).total_seconds() / 3600 for t in self.outcome.timers}

    @property
    def variables(self) -> dict[str, Any]:
        return self.run.variables

    @property
    def completed(self) -> bool:
        return self.outcome.completed
