"""Stored state: compact, versioned, without the spec.

SpiffWorkflow's own serializer writes the whole parsed spec with each state and
parses it back each time; here the spec is taken from memory by the drawing's
content hash. Specs are *restored* from their serialised form, never used as the
parser made them: a parser-made spec lacks the connection by which a finished
instance tells its multi-instance task.
"""

from __future__ import annotations

import json
import zlib
from contextvars import ContextVar
from typing import Any

from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.event_definition import TimerConditionalEventDefinitionConverter
from SpiffWorkflow.bpmn.serializer.default.task_spec import BpmnTaskSpecConverter, MultiInstanceTaskConverter
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from app.workflow.engine.errors import EngineError
from app.workflow.engine.specs import (
    CycleTimer,
    DateTimer,
    DecisionCall,
    DurationTimer,
    Parallel,
    Sequential,
    ServiceCall,
)

FORMAT = 1
"""Version of the stored state. Raise it with an upgrade in ``_UPGRADES`` and a test that loads the old form."""

_UPGRADES: dict[int, Any] = {}

Specs = tuple[Any, dict[str, Any]]
"""The top spec and the specs of its (sub)processes by name."""

_specs: ContextVar[Specs] = ContextVar("specs")


class _SpeclessConverter(BpmnWorkflowConverter):  # type: ignore[misc]
    def to_dict(self, workflow: Any) -> dict[str, Any]:
        dct: dict[str, Any] = super(BpmnWorkflowConverter, self).to_dict(workflow)
        dct["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        dct["bpmn_events"] = self.registry.convert(workflow.bpmn_events)
        return dct

    def from_dict(self, dct: dict[str, Any]) -> Any:
        spec, subprocess_specs = _specs.get()
        # The parent restores what it finds; a converted spec is left as it is.
        return super().from_dict({**dct, "spec": spec, "subprocess_specs": subprocess_specs})

    def mapping_from_dict(self, mapping: Any, key_class: Any = None, **kwargs: Any) -> Any:
        if mapping is _specs.get()[1]:
            return mapping
        return super().mapping_from_dict(mapping, key_class, **kwargs)


_CONFIG = {
    **DEFAULT_CONFIG,
    BpmnWorkflow: _SpeclessConverter,
    ServiceCall: BpmnTaskSpecConverter,
    DecisionCall: BpmnTaskSpecConverter,
    Parallel: MultiInstanceTaskConverter,
    Sequential: MultiInstanceTaskConverter,
    DateTimer: TimerConditionalEventDefinitionConverter,
    DurationTimer: TimerConditionalEventDefinitionConverter,
    CycleTimer: TimerConditionalEventDefinitionConverter,
}


def _registry() -> Any:
    return BpmnWorkflowSerializer.configure(_CONFIG)


_REGISTRY = _registry()
_SERIALIZER = BpmnWorkflowSerializer(_REGISTRY)


def restore_spec(parsed: Any) -> Any:
    """A spec as it comes back from its own serialised form."""
    return _REGISTRY.restore(json.loads(json.dumps(_REGISTRY.convert(parsed))))


def dump(workflow: Any) -> bytes:
    """The state of ``workflow``, compressed."""
    state = {"format": FORMAT, "state": _REGISTRY.convert(workflow)}
    return zlib.compress(json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode(), 3)


def load(state: bytes, specs: Specs) -> Any:
    """The workflow of a stored state, over specs from memory."""
    stored = json.loads(zlib.decompress(state))
    for version in range(stored["format"], FORMAT):
        stored = _UPGRADES[version](stored)
    if stored["format"] != FORMAT:
        raise EngineError(f"stored state of an unknown format: {stored['format']}")
    token = _specs.set(specs)
    try:
        return _REGISTRY.restore(stored["state"])
    finally:
        _specs.reset(token)
