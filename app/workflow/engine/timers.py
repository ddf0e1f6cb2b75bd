"""Events that ask the clock they are given, so that time can be moved and tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway, StartEvent
from SpiffWorkflow.bpmn.specs.event_definitions import (
    CycleTimerEventDefinition,
    DurationTimerEventDefinition,
    MultipleEventDefinition,
    NoneEventDefinition,
    TimeDateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util import PendingBpmnEvent
from SpiffWorkflow.util.task import TaskState

from app.workflow.engine.durations import after, cycle, instant
from app.workflow.engine.errors import EngineError
from app.workflow.engine.scripts import TrialEngine

_A_WHILE = timedelta(days=1)
"""How long a timer takes in a trial."""
engine_clock: ContextVar[datetime] = ContextVar("engine_clock")
"""The time of the step that is being taken, in UTC. Set by ``Run``."""


@contextmanager
def stepping_at(now: datetime) -> Iterator[None]:
    """Set the clock of the engine for the length of a ``with``."""
    token = engine_clock.set(now)
    try:
        yield
    finally:
        engine_clock.reset(token)


class ClockTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer whose due time is kept as an ISO instant and compared with the given clock."""

    def due(self, my_task: Any) -> datetime:
        """When this timer falls due, in UTC; computed once, then kept with the token."""
        value = my_task._get_internal_data("event_value")
        if value is None:
            value = self.first_due(my_task).isoformat()
            my_task._set_internal_data(event_value=value)
        return datetime.fromisoformat(value)

    def first_due(self, my_task: Any) -> datetime:
        if isinstance(my_task.workflow.script_engine, TrialEngine):
            return engine_clock.get() + _A_WHILE
        found: datetime = self.worked_out(my_task, instant)
        return found

    def worked_out(self, my_task: Any, read: Callable[[Any, datetime], Any]) -> Any:
        """What ``read`` makes of the expression's value; an error names the timer, not the step it stands on."""
        try:
            return read(my_task.workflow.script_engine.evaluate(my_task, self.expression), engine_clock.get())
        except EngineError as error:
            raise EngineError(str(error), my_task.task_spec.bpmn_id) from error

    def has_fired(self, my_task: Any) -> bool:
        if self.due(my_task) <= engine_clock.get():
            my_task._set_internal_data(event_fired=True)
        return bool(my_task._get_internal_data("event_fired", False))

    def details(self, my_task: Any) -> PendingBpmnEvent:
        return PendingBpmnEvent(self.name, "timer", self.due(my_task).isoformat())

    def reset(self, my_task: Any) -> None:
        super().reset(my_task)
        my_task.internal_data.pop("event_value", None)


class DateTimer(ClockTimer, TimeDateEventDefinition):  # type: ignore[misc]
    """``timeDate``: an instant, or an expression that gives one."""


class DurationTimer(ClockTimer, DurationTimerEventDefinition):  # type: ignore[misc]
    """``timeDuration``: an ISO 8601 duration from the moment the token arrives."""


class CycleTimer(ClockTimer, CycleTimerEventDefinition):  # type: ignore[misc]
    """``timeCycle``: ``R3/P2D`` fires three times, two days apart; a bare ``R/P2D`` for ever."""

    def _plan(self, my_task: Any) -> dict[str, Any]:
        plan = my_task._get_internal_data("cycle")
        if plan is None:
            trial = isinstance(my_task.workflow.script_engine, TrialEngine)
            left, every = (1, "P1D") if trial else self.worked_out(my_task, cycle)
            plan = {"left": left, "every": every, "next": after(engine_clock.get(), every).isoformat()}
            my_task._set_internal_data(cycle=plan)
        return dict(plan)

    def due(self, my_task: Any) -> datetime:
        return datetime.fromisoformat(self._plan(my_task)["next"])

    def is_over(self, my_task: Any) -> bool:
        """Whether all turns were taken."""
        return bool(self._plan(my_task)["left"] == 0)

    def has_fired(self, my_task: Any) -> bool:
        return bool(my_task._get_internal_data("event_fired", False))

    def cycle_complete(self, my_task: Any) -> bool:
        """Whether a turn is due. A late clock runs one turn, then counts on from now."""
        plan = self._plan(my_task)
        if plan["left"] == 0 or datetime.fromisoformat(plan["next"]) > engine_clock.get():
            return False
        plan["left"] -= 1
        if plan["left"] == 0:
            my_task._set_internal_data(event_fired=True)
        plan["next"] = after(engine_clock.get(), plan["every"]).isoformat()
        my_task._set_internal_data(cycle=plan)
        return True


class FirstOf(MultipleEventDefinition):  # type: ignore[misc]
    """What an event-based gateway waits for: whichever of its timers and messages comes first."""

    def dues(self, my_task: Any) -> dict[int, datetime]:
        """When its timers fall due, by their place among the events."""
        kept = my_task._get_internal_data("dues")
        if kept is None:
            timers = [(i, d) for i, d in enumerate(self.event_definitions) if isinstance(d, ClockTimer)]
            kept = {str(i): d.first_due(my_task).isoformat() for i, d in timers}
            my_task._set_internal_data(dues=kept)
        return {int(i): datetime.fromisoformat(at) for i, at in kept.items()}

    def due(self, my_task: Any) -> datetime | None:
        return min(self.dues(my_task).values(), default=None)

    def first(self, my_task: Any) -> int | None:
        """The place of the event that came first."""
        found = my_task._get_internal_data("first")
        return None if found is None else int(found)

    def has_fired(self, my_task: Any) -> bool:
        due = sorted((at, i) for i, at in self.dues(my_task).items() if at <= engine_clock.get())
        if self.first(my_task) is None and due:
            my_task._set_internal_data(first=due[0][1])
        return self.first(my_task) is not None

    def catch(self, my_task: Any, event: Any = None) -> None:
        for place, definition in enumerate(self.event_definitions):
            if self.first(my_task) is None and definition.catches(my_task, event):
                my_task._set_internal_data(first=place)

    def names(self) -> set[str]:
        """Names of the messages it waits for."""
        return {d.name for d in self.event_definitions if isinstance(d, MessageEventDefinition)}

    def reset(self, my_task: Any) -> None:
        """Nothing: what came first is asked when the gateway goes on."""


class FirstEvent(EventBasedGateway):  # type: ignore[misc]
    """An event-based gateway: takes the way of the event that comes first."""

    def _run_hook(self, my_task: Any) -> bool:
        place = self.event_definition.first(my_task)
        my_task._sync_children([self.outputs[place]], TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


_OURS = {
    TimeDateEventDefinition: DateTimer,
    DurationTimerEventDefinition: DurationTimer,
    CycleTimerEventDefinition: CycleTimer,
    MultipleEventDefinition: FirstOf,
}


def adopt_clock(spec: Any) -> None:
    """Turn every event of a parsed spec into one that asks the given clock."""
    for task_spec in spec.task_specs.values():
        definition = getattr(task_spec, "event_definition", None)
        if isinstance(task_spec, StartEvent) and isinstance(definition, MessageEventDefinition):
            # Whoever starts the case has the message in hand.
            task_spec.event_definition = NoneEventDefinition()
        for event in (definition, *getattr(definition, "event_definitions", ())):
            if type(event) in _OURS:
                event.__class__ = _OURS[type(event)]


def due(task: Any) -> datetime | None:
    """When the event a token waits for falls due; nothing if it is no matter of time."""
    definition = getattr(task.task_spec, "event_definition", None)
    if isinstance(definition, CycleTimer) and definition.is_over(task):
        return None
    return definition.due(task) if isinstance(definition, ClockTimer | FirstOf) else None


def messages(task: Any) -> set[str]:
    """Names of the messages a token waits for."""
    definition = getattr(task.task_spec, "event_definition", None)
    if isinstance(definition, FirstOf):
        return definition.names()
    return {definition.name} if isinstance(definition, MessageEventDefinition) else set()
