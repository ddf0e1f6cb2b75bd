"""Our own kinds of BPMN elements, and how a drawing becomes a spec.

Service tasks and business rule tasks *stop* the engine: they become calls that
the service answers inside its unit of work. Multi-instance tasks are mended so
that they can run a second round. Joins and timers have modules of their own.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
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
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from app.workflow.engine.errors import EngineError
from app.workflow.engine.gateways import Some, Together
from app.workflow.engine.scripts import TrialEngine
from app.workflow.engine.timers import FirstEvent
from app.workflow.engine.variables import leave, share

MAX_INSTANCES = 200


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
        self._refuse_masses(my_task)
        self._forget_items(my_task.parent)
        self._forget_items(my_task)
        output = self._own_output()
        if output is not None:
            my_task.parent.data.pop(output, None)
            my_task.data.pop(output, None)
        found = super()._update_hook(my_task)  # type: ignore[misc]
        self._publish_output(my_task)
        return found

    def _refuse_masses(self, my_task: Any) -> None:
        """Masses are rows worked in batches, never tokens."""
        source, cardinality = self.data_input, self.cardinality  # type: ignore[attr-defined]
        if source is not None:
            items = my_task.data.get(source.bpmn_id, my_task.parent.data.get(source.bpmn_id))
            if not isinstance(items, list | dict) and isinstance(my_task.workflow.script_engine, TrialEngine):
                items = my_task.parent.data[source.bpmn_id] = ["trial"]
            if not isinstance(items, list | dict):
                raise EngineError(f"“{source.bpmn_id}” is not a list", self.bpmn_id)  # type: ignore[attr-defined]
            if None in (items.values() if isinstance(items, dict) else items):
                # SpiffWorkflow takes it for the end of the list and then waits for ever.
                raise EngineError(f"“{source.bpmn_id}” holds nothing in one place", self.bpmn_id)  # type: ignore[attr-defined]
            count: Any = len(items)
        else:
            count = my_task.workflow.script_engine.evaluate(my_task.parent, cardinality)
        if not isinstance(count, int) or not 0 <= count <= MAX_INSTANCES:
            raise EngineError(f"a loop has from 0 to {MAX_INSTANCES} instances", self.bpmn_id)  # type: ignore[attr-defined]

    def create_child(self, my_task: Any, item: Any, key_or_index: Any = None) -> None:
        self._forget_items(my_task)
        super().create_child(my_task, item, key_or_index)  # type: ignore[misc]

    def merge_child(self, workflow: Any, child: Any) -> None:
        if child.parent.has_state(TaskState.FINISHED_MASK):
            # Interrupted by what this very instance threw: no other one begins.
            return
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


class _Interruptible:
    """A part that threw what ended it does not come to life again when its own end is reached."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):
            super()._on_subworkflow_completed(subworkflow, my_task)  # type: ignore[misc]


class Subprocess(_Interruptible, SubWorkflowTask):  # type: ignore[misc]
    """A subprocess; it shares the variables of what it stands in."""

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        leave(my_task, subworkflow)


class Called(_Interruptible, CallActivity):  # type: ignore[misc]
    """A call activity: the called process takes a copy of the variables and gives back those it has set."""

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        super().copy_data(my_task, subworkflow)
        start = subworkflow.get_next_task(spec_name="Start")
        start.data = deepcopy(start.data)

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        leave(my_task, subworkflow)


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
        full_tag("eventBasedGateway"): (EventBasedGatewayParser, FirstEvent),
    }


def is_call(task: Any) -> bool:
    return isinstance(task.task_spec, ServiceCall)


LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED
