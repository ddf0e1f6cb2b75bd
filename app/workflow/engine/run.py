"""One step of one case: from stored state to outcome.

A ``Run`` holds a workflow in memory for the length of one unit of work. It is
fed (a completed task, an answered call, the time, a message) and then asked
where it stands. It stops at every call; the caller makes the call and feeds the
answer back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from time import thread_time
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task as Token
from SpiffWorkflow.util.task import TaskState

from app.workflow.engine import codec
from app.workflow.engine.codec import Specs
from app.workflow.engine.drawing import ACTIVITIES, Drawing, ElementFacts
from app.workflow.engine.errors import EngineError
from app.workflow.engine.gateways import stand_in
from app.workflow.engine.outcome import Call, Thrown
from app.workflow.engine.scripts import TrialEngine
from app.workflow.engine.specs import LIVE
from app.workflow.engine.standing import Standing
from app.workflow.engine.timers import messages, stepping_at
from app.workflow.engine.trim import drop_ended, is_wanted, trim
from app.workflow.engine.variables import CHILD, share

MAX_STEPS = 2_000
"""Elements passed in one step; a drawing that loops without a person is stopped here."""
MAX_SECONDS = 3.0
"""CPU time of one step. The case is locked meanwhile, on SQLite everything is."""


class Run(Standing):
    """A case in memory, for one step. Times are UTC."""

    def __init__(
        self,
        workflow: Any,
        drawings: Mapping[str, Drawing],
        now: datetime,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ):
        super().__init__(workflow, drawings, now, functions)
        self.passed: list[str] = []
        """Ids of the elements and sequence flows passed in this step, in order."""
        self.thrown: list[Thrown] = []
        """The messages this step sends out, in order."""
        self._began = thread_time()

    @classmethod
    def start(
        cls,
        specs: Specs,
        drawings: Mapping[str, Drawing],
        variables: Mapping[str, Any],
        now: datetime,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Run:
        """A new case; ``drawings`` by the key of each process and subprocess."""
        with stepping_at(now):
            workflow = BpmnWorkflow(specs[0], specs[1])
            workflow.task_tree.data.update(variables)
            run = cls(workflow, drawings, now, functions)
            run._advance()
        return run

    @classmethod
    def load(
        cls,
        state: bytes,
        specs: Specs,
        drawings: Mapping[str, Drawing],
        now: datetime,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Run:
        """A case from its stored state."""
        return cls(codec.load(state, specs), drawings, now, functions)

    @classmethod
    def adopt(cls, state: bytes, specs: Specs, drawings: Mapping[str, Drawing], now: datetime) -> Run:
        """A case from a state that was stored over an older version of its specs.

        What lies ahead is predicted anew. ``EngineError`` names what of the state is not in these specs.
        """
        run = cls(codec.load(state, specs, definite=True), drawings, now)
        with stepping_at(now):
            for token in list(run._tokens(LIVE)):
                token.task_spec._predict(token, mask=TaskState.NOT_FINISHED_MASK)
        return run

    def dump(self) -> bytes:
        """The state to store. Drops what can no longer matter."""
        trim(self._workflow)
        return codec.dump(self._workflow)

    def on_trial(self) -> Run:
        """From now on guess what cannot be known: for a copy that is only tried out."""
        self._workflow.script_engine = TrialEngine()
        return self

    def advance_clock(self, at: datetime) -> None:
        self._now = at

    # Feeding

    def complete(self, token: UUID, result: Mapping[str, Any]) -> None:
        """A person has done the work of ``token``; ``result`` becomes variables."""
        task = self._ready(token)
        share(task, result)
        self._finish(task)

    def answer(self, call: Call, result: Any) -> None:
        """The call was made; its result stands in the variable the drawing names."""
        task = self._ready(call.token)
        variable = call.element.attributes.get("result")
        if variable:
            share(task, {variable: result})
        self._finish(task)

    def fire_due(self) -> int:
        """Let the timers that are due fire. Returns how many did."""
        with self._guard():
            fired = [task for task, at in self._timers() if at <= self._now]
            for task in fired:
                _located(task, lambda task=task: task.task_spec._update(task))  # type: ignore[misc]
            self._advance()
        return len(fired)

    def message(self, name: str, payload: Mapping[str, Any]) -> bool:
        """Deliver a message. ``False`` when nothing waits for it."""
        with self._guard():
            event = BpmnEvent(MessageEventDefinition(name), payload=dict(payload))
            waiting = [t for t in self._tokens(TaskState.WAITING) if name in messages(t)]
            for task in waiting:
                share(task, payload)
                task.task_spec.catch(task, event)
                task.task_spec._update(task)
            self._advance()
        return bool(waiting)

    def cancel(self) -> None:
        """End the case; nothing of it stays open."""
        self._workflow.cancel()

    def send_back(self, element_id: str) -> None:
        """Cancel all live work in the element's process and place a fresh token on it.

        In the process the element stands in, everything live is downstream of it
        or beside it; a review that stayed open beside a re-review would let the
        next step begin too early, so all of it is cancelled.
        """
        if self._element(element_id)[1].kind not in ACTIVITIES:
            raise EngineError("that is no step", element_id)
        with self._guard():
            part = self._part_of(element_id)
            spec = part.spec.task_specs[element_id]
            self._clear(part)
            fresh = Token(
                part,
                part.spec.task_specs.get(f"{element_id}.BoundaryEventSplit", spec),
                parent=part.task_tree,
                state=TaskState.FUTURE,
            )
            stand_in(part, fresh.task_spec)
            _located(fresh, lambda: _begin(fresh))
            self._advance()

    # Inside

    def _clear(self, part: Any) -> None:
        """Nothing is left of ``part`` but its variables."""
        root, data = part.task_tree, self._latest_data(part)
        for task in [t for t in part.tasks.values() if t.has_state(LIVE)]:
            task.cancel()
        root.children = []
        part.tasks = {root.id: root}
        part.last_task, root.data = root, data

    def _finish(self, task: Any) -> None:
        with self._guard():
            self._note(task, task.run)
            self._advance()

    def _advance(self) -> None:
        """Run everything that needs neither a person, nor a call, nor time."""
        for _ in range(MAX_STEPS):
            if not self._sweep():
                drop_ended(self._workflow)
                return
        raise EngineError("the drawing loops without ever waiting for anybody")

    def _sweep(self) -> bool:
        moved = False
        active = sorted(self._workflow.get_active_subprocesses(), key=lambda part: -part.depth)
        for part in (*active, self._workflow):
            if part is not self._workflow and not is_wanted(self._workflow, part):
                continue
            while ready := [t for t in part.tasks.values() if t.has_state(TaskState.READY) and not t.task_spec.manual]:
                for task in ready:
                    if task.has_state(TaskState.READY):
                        self._note(task, task.run)
                moved = True
                self._limit(task)
            if part is not self._workflow and is_wanted(self._workflow, part):
                parent = self._workflow.get_task_from_id(part.parent_task_id)
                if part.completed and parent.has_state(TaskState.STARTED):
                    parent.task_spec._update(parent)
        return moved

    def _limit(self, task: Any) -> None:
        """A step is short: whoever else wants to work on the case waits for it."""
        if len(self.passed) > MAX_STEPS:
            raise EngineError("the drawing loops without ever waiting for anybody", task.task_spec.bpmn_id)
        if thread_time() - self._began > MAX_SECONDS:
            raise EngineError("the drawing computes too long without waiting for anybody", task.task_spec.bpmn_id)

    def _note(self, task: Any, act: Callable[[], Any]) -> None:
        """Run ``task`` and write down which element and which flows it passed."""
        _located(task, act)
        bpmn_id = task.task_spec.bpmn_id
        if bpmn_id is None:
            return
        self.passed.append(bpmn_id)
        if task.task_spec.name.endswith(CHILD):
            return
        drawing, element = self._element(bpmn_id, task.workflow)
        if self._workflow.bpmn_events:
            self._send(task, element)
        for target in _reached(task):
            flow = drawing.flows.get((bpmn_id, target))
            if flow:
                self.passed.append(flow)

    def _send(self, task: Any, element: ElementFacts) -> None:
        """What ``task`` threw and nothing caught: a message goes out, anything else is heard by nobody."""
        for event in self._workflow.get_events():
            if isinstance(event.event_definition, MessageEventDefinition):
                key = self._evaluated(task, element.attributes).get("correlation")
                payload = self._evaluated(task, element.parameters)
                name = event.event_definition.name
                self.thrown.append(Thrown(name, None if key is None else str(key), payload))

    def _part_of(self, element_id: str) -> Any:
        for part in self._parts():
            if not part.completed and element_id in part.spec.task_specs:
                return part
        raise EngineError("the case is not in that part of the drawing", element_id)

    def _latest_data(self, part: Any) -> dict[str, Any]:
        data = dict(part.last_task.data) if part.last_task is not None else dict(part.task_tree.data)
        return data


def _begin(token: Any) -> None:
    token.task_spec._predict(token, mask=TaskState.NOT_FINISHED_MASK)
    token.task_spec._update(token)


def _located(task: Any, act: Callable[[], Any]) -> None:
    """Do something with a token; an error names its element."""
    bpmn_id = task.task_spec.bpmn_id
    try:
        act()
    except EngineError as error:
        raise EngineError(str(error), error.element_id or bpmn_id) from error
    except Exception as error:
        # SpiffWorkflow was not written for hostile drawings; whatever it stumbles over stops the case here.
        cause = error.__cause__ or error
        raise EngineError(str(cause)[:500] or type(cause).__name__, bpmn_id) from error


def _reached(task: Any) -> Iterator[str]:
    """Ids of the elements that the children of a finished task stand on."""
    for child in task.children:
        if child is None or child.has_state(TaskState.PREDICTED_MASK):
            continue
        name: str = child.task_spec.name
        if name.endswith(".BoundaryEventSplit"):
            yield name.removesuffix(".BoundaryEventSplit")
        elif name.endswith(".BoundaryEventJoin"):
            yield from _reached(child)
        elif child.task_spec.bpmn_id:
            yield child.task_spec.bpmn_id
