"""Where a case in memory stands: open work, calls, timers, messages, variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from app.workflow.engine.drawing import Drawing, ElementFacts
from app.workflow.engine.errors import EngineError, ExpressionError, NotOpen
from app.workflow.engine.outcome import Awaited, Call, OpenWork, Outcome, TimerDue
from app.workflow.engine.paths import earlier_steps
from app.workflow.engine.scripts import SafeScriptEngine
from app.workflow.engine.specs import LIVE, DecisionCall, is_call
from app.workflow.engine.timers import due, messages, stepping_at
from app.workflow.engine.variables import CHILD

_EQUALITY = re.compile(r"([A-Za-z]\w*) == ['\"]([^'\"]*)['\"]")


class Standing:
    """A case in memory that can be asked where it stands. Times are UTC."""

    def __init__(
        self,
        workflow: Any,
        drawings: Mapping[str, Drawing],
        now: datetime,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ):
        self._workflow = workflow
        self._drawings = drawings
        self._by_part = {name: drawing for drawing in drawings.values() for name in drawing.parts}
        self._now = now
        workflow.script_engine = SafeScriptEngine(functions)

    def outcome(self) -> Outcome:
        """Where the case stands now."""
        with self._guard():
            completed = bool(self._workflow.completed)
            if completed:
                return Outcome(completed=True, variables=self.variables)
            ready = list(self._tokens(TaskState.READY))
            return Outcome(
                open=[self._open_work(t) for t in ready if not is_call(t)],
                calls=[self._call(t) for t in ready if is_call(t)],
                timers=[TimerDue(task.id, task.task_spec.bpmn_id, at) for task, at in self._timers()],
                awaited=self.awaited(),
                variables=self.variables,
            )

    @property
    def variables(self) -> dict[str, Any]:
        """The routing facts as the last step left them."""
        last = self._workflow.last_task
        return {**self._workflow.data, **(last.data if last is not None else {})}

    def element_of(self, token: UUID) -> ElementFacts:
        """The element that open work stands on; ``NotOpen`` when it is not open any more."""
        task = self._ready(token)
        return self._element(task.task_spec.bpmn_id, task.workflow)[1]

    def variables_at(self, token: UUID) -> dict[str, Any]:
        """The routing facts where open work stands: those of its own called process among them."""
        return dict(self._ready(token).data)

    def earlier_steps(self, element_id: str) -> list[str]:
        """Steps of people before ``element_id`` in its process: where the case can be sent back to."""
        drawing, _ = self._element(element_id)
        return earlier_steps(drawing, element_id)

    def standing(self) -> set[str]:
        """Elements that hold a live token."""
        return {t.task_spec.bpmn_id for t in self._tokens(LIVE) if t.task_spec.bpmn_id}

    def kind_of(self, element_id: str) -> str:
        return self._element(element_id)[1].kind

    def timers(self) -> dict[UUID, datetime]:
        """When each timer that waits now is due, by its token."""
        return {task.id: at for task, at in self._timers()}

    def awaited(self) -> set[Awaited]:
        """The messages from other cases that could wake this one: those whose elements say for which."""
        found: set[Awaited] = set()
        for task in self._tokens(TaskState.WAITING):
            named = messages(task)
            attributes = self._element(task.task_spec.bpmn_id, task.workflow)[1].attributes if named else {}
            if "correlation" in attributes:
                key = str(self._evaluated(task, attributes)["correlation"])
                found |= {Awaited(name, key) for name in named}
        return found

    def awaits_message(self) -> bool:
        """Whether a message could still wake the case."""
        return any(messages(t) for t in self._tokens(TaskState.WAITING))

    def plausible_variables(self) -> dict[str, Any]:
        """Values that make conditions of the form ``name == 'value'`` true, for names not yet known."""
        found: dict[str, Any] = {}
        for drawing in self._drawings.values():
            for element in drawing.elements.values():
                for name, value in _EQUALITY.findall(element.condition or ""):
                    found.setdefault(name, value)
        return {**found, **self.variables}

    def plausible(self, element_id: str) -> Any:
        """A plausible answer to the call at ``element_id``."""
        variable = self._element(element_id)[1].attributes.get("result", "")
        return self.plausible_variables().get(variable)

    # Inside

    def _guard(self) -> Any:
        return stepping_at(self._now)

    def _parts(self) -> Iterator[Any]:
        yield self._workflow
        yield from self._workflow.subprocesses.values()

    def _tokens(self, state: int) -> Iterator[Any]:
        for part in self._parts():
            if not part.completed:
                yield from [t for t in part.tasks.values() if t.has_state(state)]

    def _timers(self) -> list[tuple[Any, datetime]]:
        """Tokens that wait for a moment, and the moment."""
        found = ((task, due(task)) for task in self._tokens(TaskState.WAITING))
        return [(task, at) for task, at in found if at is not None]

    def _ready(self, token: UUID) -> Any:
        for part in self._parts():
            task = part.tasks.get(token)
            if task is not None and task.has_state(TaskState.READY):
                return task
        raise NotOpen(f"no open work {token}")

    def _element(self, element_id: str, part: Any = None) -> tuple[Drawing, ElementFacts]:
        """An element and its drawing; two drawings of a case may use one id, ``part`` tells which is meant."""
        meant = self._by_part.get(part.spec.name) if part is not None else None
        for drawing in (meant,) if meant is not None else self._drawings.values():
            if element_id in drawing.elements:
                return drawing, drawing.elements[element_id]
        raise EngineError(f"no element {element_id} in the drawings of this case")

    def _open_work(self, task: Any) -> OpenWork:
        _, element = self._element(task.task_spec.bpmn_id, task.workflow)
        item = task.internal_data.get("item")
        loop = task.parent.task_spec if task.task_spec.name.endswith(CHILD) else None
        if loop is not None and getattr(loop, "input_item", None) is not None:
            item = task.data.get(loop.input_item.bpmn_id)
        return OpenWork(task.id, element, self._evaluated(task, element.attributes), item)

    def _call(self, task: Any) -> Call:
        _, element = self._element(task.task_spec.bpmn_id, task.workflow)
        kind = "decision" if isinstance(task.task_spec, DecisionCall) else "handler"
        return Call(
            token=task.id,
            element=element,
            kind=kind,
            name=element.attributes.get(kind, ""),
            parameters=self._evaluated(task, element.parameters),
            variables=dict(task.data),
        )

    def _evaluated(self, task: Any, attributes: Mapping[str, str]) -> dict[str, Any]:
        engine = self._workflow.script_engine
        try:
            return {
                name: engine.evaluate(task, text) if text.startswith("=") else text for name, text in attributes.items()
            }
        except ExpressionError as error:
            raise EngineError(str(error), task.task_spec.bpmn_id) from error
