"""Stored state: compact, versioned, without the spec.

SpiffWorkflow's own serializer writes the whole parsed spec with each state and
parses it back each time; here the spec is taken from memory by the drawing's
content hash, and a token is one short row. Specs are *restored* from their
serialised form, never used as the parser made them: a parser-made spec lacks
the connection by which a finished instance tells its multi-instance task.

A token's row is ``[id, parent's place, spec, state, triggered, changed at,
internal data, data]``; its data is what differs from its parent's:
``[updates, deleted names]``. Rows stand parents first.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.event_definition import (
    MultipleEventDefinitionConverter,
    TimerConditionalEventDefinitionConverter,
)
from SpiffWorkflow.bpmn.serializer.default.task_spec import (
    BpmnTaskSpecConverter,
    ConditionalGatewayConverter,
    EventConverter,
    MultiInstanceTaskConverter,
    ParallelGatewayConverter,
    SubWorkflowConverter,
)
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.workflow.engine.errors import EngineError
from app.workflow.engine.gateways import Some, Together
from app.workflow.engine.specs import Called, DecisionCall, Parallel, Sequential, ServiceCall, Subprocess
from app.workflow.engine.timers import CycleTimer, DateTimer, DurationTimer, FirstEvent, FirstOf

_PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE
FORMAT = 1
"""Version of the stored state. Raise it with an upgrade in ``_UPGRADES`` and a test that loads the old form."""

_UPGRADES: dict[int, Any] = {}
_EXACT = "\0number"
"""Marks a ``Decimal``; nobody else's member is named so, for U+0000 is refused at the edge."""

Specs = tuple[Any, Mapping[str, Any]]
"""The top spec and the specs of its (sub)processes by name."""

_REGISTRY = BpmnWorkflowSerializer.configure(
    {
        **DEFAULT_CONFIG,
        ServiceCall: BpmnTaskSpecConverter,
        DecisionCall: BpmnTaskSpecConverter,
        Parallel: MultiInstanceTaskConverter,
        Sequential: MultiInstanceTaskConverter,
        Subprocess: SubWorkflowConverter,
        Called: SubWorkflowConverter,
        Together: ParallelGatewayConverter,
        Some: ConditionalGatewayConverter,
        FirstEvent: EventConverter,
        FirstOf: MultipleEventDefinitionConverter,
        DateTimer: TimerConditionalEventDefinitionConverter,
        DurationTimer: TimerConditionalEventDefinitionConverter,
        CycleTimer: TimerConditionalEventDefinitionConverter,
    }
)


def restore_spec(parsed: Any) -> Any:
    """A spec as it comes back from its own serialised form."""
    return _REGISTRY.restore(json.loads(json.dumps(_REGISTRY.convert(parsed))))


def dump(workflow: Any) -> bytes:
    """The state of ``workflow``, compressed."""
    parts = [(None, workflow), *((i.hex, p) for i, p in workflow.subprocesses.items())]
    state = {"format": FORMAT, "parts": [[owner, *_part(part)] for owner, part in parts]}
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=False, default=_number)
    return zlib.compress(text.encode(), 1)


def _number(value: Any) -> dict[str, str]:
    if not isinstance(value, Decimal):
        raise TypeError(
            f"a variable holds a {type(value).__name__}; only what JSON knows, and exact numbers, can be kept"
        )
    return {_EXACT: str(value)}


def _restored(found: dict[str, Any]) -> Any:
    return Decimal(found[_EXACT]) if _EXACT in found else found


def load(state: bytes, specs: Specs, *, definite: bool = False) -> Any:
    """The workflow of a stored state, over specs from memory.

    ``definite=True`` leaves out what is only predicted, so that it can be predicted anew from other specs.
    """
    stored = json.loads(zlib.decompress(state), object_hook=_restored)
    for version in range(stored["format"], FORMAT):
        stored = _UPGRADES[version](stored)
    if stored["format"] != FORMAT:
        raise EngineError(f"stored state of an unknown format: {stored['format']}")
    top, *others = [_definite(part) if definite else part for part in stored["parts"]]
    workflow = BpmnWorkflow(specs[0], specs[1], deserializing=True)
    _fill(workflow, top)
    _subprocesses(workflow, workflow, {part[0]: part for part in others})
    return workflow


def _definite(part: list[Any]) -> list[Any]:
    """A stored part without its predicted tokens; what follows a predicted token is predicted, too."""
    *head, last, completed, rows = part
    places: dict[int | None, int | None] = {None: None}
    kept: list[Any] = []
    for place, row in enumerate(rows):
        if not row[3] & _PREDICTED:
            places[place] = len(kept)
            kept.append([row[0], places[row[1]], *row[2:]])
    return [*head, places.get(last), completed, kept]


def _part(part: Any) -> list[Any]:
    """``[data, correlations, last task's place, completed, rows]`` of one (sub)process."""
    order: list[Any] = []
    stack = [part.task_tree]
    while stack:
        task = stack.pop()
        order.append(task)
        stack.extend(reversed(task.children))
    places = {task.id: place for place, task in enumerate(order)}
    last = places.get(part.last_task.id) if part.last_task is not None else None
    rows = [_row(task, places.get(task._parent), part.tasks.get(task._parent)) for task in order]
    return [part.data, part.correlations, last, part.completed, rows]


def _row(task: Any, parent_place: int | None, parent: Any) -> list[Any]:
    inherited = parent.data if parent is not None else {}
    own = task.data
    updates = {k: v for k, v in own.items() if k not in inherited or not _is_same(inherited[k], v)}
    deleted = [k for k in inherited if k not in own]
    return [
        task.id.hex,
        parent_place,
        task.task_spec.name,
        task._state,
        1 if task.triggered else 0,
        task.last_state_change,
        task.internal_data or 0,
        [updates, deleted] if deleted else updates or 0,
    ]


def _is_same(one: Any, other: Any) -> bool:
    """Python takes 1, 1.0 and True for the same; a case does not."""
    return type(one) is type(other) and bool(one == other)


def _fill(part: Any, stored: list[Any]) -> None:
    _, part.data, part.correlations, last, part.completed, rows = stored
    order: list[Any] = []
    for row in rows:
        parent = order[row[1]] if row[1] is not None else None
        order.append(_token(part, parent, row))
    part.tasks = {task.id: task for task in order}
    part.task_tree = order[0]
    part.last_task = order[last] if last is not None else None
    manager = part.top_workflow.event_manager
    for task in order:
        if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            manager.add_task(task)


def _token(part: Any, parent: Any, row: list[Any]) -> Any:
    """A token as it was. Its constructor would announce it to its parent and take the time."""
    task = Task.__new__(Task)
    task.id = UUID(hex=row[0])
    task.workflow = part
    task._parent = None
    task._children = []
    if row[2] not in part.spec.task_specs:
        raise EngineError("the drawing has no such element", row[2])
    task.task_spec = part.spec.task_specs[row[2]]
    task._state, task.triggered, task.last_state_change = row[3], bool(row[4]), row[5]
    task.thread_id = 0
    # As it is: SpiffWorkflow would take a person's {"typename": ...} for an object of its own.
    task.internal_data = row[6] or {}
    task.data = _inherited(parent)
    if parent is not None:
        task._parent = parent.id
        parent._children.append(task.id)
    changes = row[7]
    updates, deleted = changes if isinstance(changes, list) else (changes or {}, ())
    task.data.update(updates)
    for name in deleted:
        task.data.pop(name, None)
    return task


def _inherited(parent: Any) -> dict[str, Any]:
    if parent is None:
        return {}
    return {k: copy(v) if isinstance(v, dict | list) else v for k, v in parent.data.items()}


def _subprocesses(top: Any, part: Any, stored: dict[str, list[Any]]) -> None:
    """The subprocesses that hang on tokens of ``part``, parents before children."""
    for task in list(part.tasks.values()):
        found = stored.pop(task.id.hex, None) if isinstance(task.task_spec, SubWorkflowTask) else None
        if found is not None:
            spec = top.subprocess_specs.get(task.task_spec.spec)
            if spec is None:
                raise EngineError("the process it calls is not there", task.task_spec.bpmn_id)
            inner = BpmnSubWorkflow(spec, task.id, top, deserializing=True)
            top.subprocesses[task.id] = inner
            _fill(inner, found)
            inner.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
            _subprocesses(top, inner, stored)
