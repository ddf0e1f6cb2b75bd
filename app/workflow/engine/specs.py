"""Our own kinds of BPMN elements, and how a drawing becomes a spec.

Service tasks and business rule tasks *stop* the engine: they become calls that
the service answers inside its unit of work. Timers ask the clock they are
given. Multi-instance tasks are mended so that they can run a second round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    ScriptTaskParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.defaults import (
    CallActivity,
    ManualTask,
    ParallelMultiInstanceTask,
    ScriptTask,
    SequentialMultiInstanceTask,
    SubWorkflowTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions import (
    CycleTimerEventDefinition,
    DurationTimerEventDefinition,
    MultipleEventDefinition,
    TimeDateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.bpmn.util import PendingBpmnEvent
from SpiffWorkflow.util.task import TaskState

from app.workflow.engine.errors import ExpressionError
from app.workflow.engine.gateways import Some, Together
from app.workflow.engine.variables import leave, share

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


CYCLE = re.compile(r"^R(\d*)/(.+)$")


class ServiceCall(BpmnSpecMixin):  # type: ignore[misc]
    """A service task: the engine stops here until the call is answered."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any):
        super().__init__(wf_spec, bpmn_id, **{**kwargs, "manual": True})


class DecisionCall(ServiceCall):
    """A business rule task: the service evaluates the table and keeps the record."""


class _SecondRound:
    """Lets a multi-instance task run again after its first round, and keeps its variables in its scope.

    As shipped, the loop's item stays behind in the data, where the next instance
    or the next round refuses it, and so does a list output of the first round.
    """

    def _update_hook(self, my_task: Any) -> Any:
        self._forget_items(my_task.parent)
        self._forget_items(my_task)
        output = self._own_output()
        if output is not None:
            my_task.parent.data.pop(output, None)
            my_task.data.pop(output, None)
        found = super()._update_hook(my_task)  # type: ignore[misc]
        self._publish_output(my_task)
        return found

    def create_child(self, my_task: Any, item: Any, key_or_index: Any = None) -> None:
        self._forget_items(my_task)
        super().create_child(my_task, item, key_or_index)  # type: ignore[misc]

    def merge_child(self, workflow: Any, child: Any) -> None:
        super().merge_child(workflow, child)  # type: ignore[misc]
        self._forget_items(child.parent)
        self._publish_output(child.parent)

    def _forget_items(self, task: Any) -> None:
        for item in (self.input_item, self.output_item):  # type: ignore[attr-defined]
            if item is not None:
                task.data.pop(item.bpmn_id, None)

    def _own_output(self) -> str | None:
        """The list that collects what the instances give, unless the input is changed in place."""
        output = self.data_output  # type: ignore[attr-defined]
        source = self.data_input  # type: ignore[attr-defined]
        if output is None or (source is not None and source.bpmn_id == output.bpmn_id):
            return None
        return str(output.bpmn_id)

    def _publish_output(self, my_task: Any) -> None:
        output = self._own_output()
        if output is not None and output in my_task.data:
            share(my_task, {output: my_task.data[output]})


class Parallel(_SecondRound, ParallelMultiInstanceTask):  # type: ignore[misc]
    """All instances at once."""


class Sequential(_SecondRound, SequentialMultiInstanceTask):  # type: ignore[misc]
    """One instance after the other."""


class Subprocess(SubWorkflowTask):  # type: ignore[misc]
    """A subprocess; it shares the variables of what it stands in."""

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        leave(my_task, subworkflow)


class Called(CallActivity):  # type: ignore[misc]
    """A call activity: the called process takes a copy of the variables and gives back those it has set."""

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        super().copy_data(my_task, subworkflow)
        start = subworkflow.get_next_task(spec_name="Start")
        start.data = deepcopy(start.data)

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        leave(my_task, subworkflow)


class _ClockTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer whose due time is kept as an ISO instant and compared with the given clock."""

    def due(self, my_task: Any) -> datetime:
        """When this timer falls due, in UTC; computed once, then kept with the token."""
        value = my_task._get_internal_data("event_value")
        if value is None:
            value = self.first_due(my_task).isoformat()
            my_task._set_internal_data(event_value=value)
        return datetime.fromisoformat(value)

    def first_due(self, my_task: Any) -> datetime:
        return instant(my_task.workflow.script_engine.evaluate(my_task, self.expression))

    def has_fired(self, my_task: Any) -> bool:
        if self.due(my_task) <= engine_clock.get():
            my_task._set_internal_data(event_fired=True)
        return bool(my_task._get_internal_data("event_fired", False))

    def details(self, my_task: Any) -> PendingBpmnEvent:
        return PendingBpmnEvent(self.name, "timer", self.due(my_task).isoformat())

    def reset(self, my_task: Any) -> None:
        super().reset(my_task)
        my_task.internal_data.pop("event_value", None)


class DateTimer(_ClockTimer, TimeDateEventDefinition):  # type: ignore[misc]
    """``timeDate``: an instant, or an expression that gives one."""


class DurationTimer(_ClockTimer, DurationTimerEventDefinition):  # type: ignore[misc]
    """``timeDuration``: an ISO 8601 duration from the moment the token arrives."""


class CycleTimer(_ClockTimer, CycleTimerEventDefinition):  # type: ignore[misc]
    """``timeCycle``: ``R3/P2D`` fires three times, two days apart; a bare ``R/P2D`` for ever."""

    def _plan(self, my_task: Any) -> dict[str, Any]:
        plan = my_task._get_internal_data("cycle")
        if plan is None:
            text = str(my_task.workflow.script_engine.evaluate(my_task, self.expression))
            match = CYCLE.match(text)
            if match is None:
                raise ExpressionError(f"not a repeating interval: {text!r}")
            first = after(engine_clock.get(), match[2])
            plan = {"left": int(match[1] or -1), "every": match[2], "next": first.isoformat()}
            my_task._set_internal_data(cycle=plan)
        return dict(plan)

    def due(self, my_task: Any) -> datetime:
        return datetime.fromisoformat(self._plan(my_task)["next"])

    def has_fired(self, my_task: Any) -> bool:
        return bool(my_task._get_internal_data("event_fired", False))

    def cycle_complete(self, my_task: Any) -> bool:
        """Whether a turn is due. A late clock runs one turn, then counts on from now."""
        plan = self._plan(my_task)
        if plan["left"] == 0:
            my_task._set_internal_data(event_fired=True)
            return False
        if datetime.fromisoformat(plan["next"]) > engine_clock.get():
            return False
        plan["left"] -= 1
        plan["next"] = after(engine_clock.get(), plan["every"]).isoformat()
        my_task._set_internal_data(cycle=plan)
        return True


_CLOCK_TIMERS = {
    TimeDateEventDefinition: DateTimer,
    DurationTimerEventDefinition: DurationTimer,
    CycleTimerEventDefinition: CycleTimer,
}


def after(start: datetime, duration: str) -> datetime:
    """``start`` plus an ISO 8601 duration; months and years by the calendar."""
    try:
        parts = TimerEventDefinition.parse_iso_duration(duration)
        delta: timedelta = TimerEventDefinition.get_timedelta_from_start(parts, start)
    except Exception as error:
        raise ExpressionError(f"not an ISO 8601 duration: {duration!r}") from error
    return start + delta


def instant(value: Any) -> datetime:
    """A duration (from the clock of this step) or an ISO 8601 instant, as UTC."""
    text = str(value)
    if text.upper().startswith("P"):
        return after(engine_clock.get(), text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ExpressionError(f"not an instant: {text!r}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


class _Loops:
    PARALLEL_MI_CLASS = Parallel
    SEQUENTIAL_MI_CLASS = Sequential


class _Task(_Loops, TaskParser):  # type: ignore[misc]
    pass


class _Script(_Loops, ScriptTaskParser):  # type: ignore[misc]
    pass


class _Subprocess(_Loops, SubWorkflowParser):  # type: ignore[misc]
    pass


class _Called(_Loops, CallActivityParser):  # type: ignore[misc]
    pass


class DrawingParser(BpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser with our element kinds."""

    OVERRIDE_PARSER_CLASSES = {
        full_tag("userTask"): (_Task, UserTask),
        full_tag("task"): (_Task, UserTask),
        full_tag("manualTask"): (_Task, ManualTask),
        full_tag("scriptTask"): (_Script, ScriptTask),
        full_tag("serviceTask"): (_Task, ServiceCall),
        full_tag("businessRuleTask"): (_Task, DecisionCall),
        full_tag("subProcess"): (_Subprocess, Subprocess),
        full_tag("callActivity"): (_Called, Called),
        full_tag("parallelGateway"): (GatewayParser, Together),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, Some),
    }


def adopt_clock(spec: Any) -> None:
    """Turn every timer of a parsed spec into one that asks the given clock."""
    for task_spec in spec.task_specs.values():
        definition = getattr(task_spec, "event_definition", None)
        nested = definition.event_definitions if isinstance(definition, MultipleEventDefinition) else [definition]
        for timer in nested:
            if type(timer) in _CLOCK_TIMERS:
                timer.__class__ = _CLOCK_TIMERS[type(timer)]


def is_call(task: Any) -> bool:
    return isinstance(task.task_spec, ServiceCall)


def is_timer(task: Any) -> bool:
    return isinstance(getattr(task.task_spec, "event_definition", None), _ClockTimer)


LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED
