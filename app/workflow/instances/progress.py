"""One step of a case, from the engine's outcome to our rows, in one unit of work.

The case's row is locked by the caller. Calls are answered one after the other;
then open work, timers and audit lines are written. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import audit
from app.kernel.calendar import add_business_days
from app.kernel.database import fault_point
from app.kernel.errors import DomainError
from app.workflow import vocabulary
from app.workflow.decisions.services import decide
from app.workflow.decisions.values import plain
from app.workflow.deployments.library import Bundle, bundle
from app.workflow.engine import Awaited, Call, EngineError, OpenWork, Outcome, Run
from app.workflow.engine.errors import ExpressionError
from app.workflow.instances.waiting import store_awaited, store_timers
from app.workflow.messages.outgoing import send_out
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.audience import publish, unpublish, widen
from app.workflow.tasks.opening import open_task

MAX_CALLS = 200
MAX_BUSINESS_DAYS = 2_500
"""Ten years; each day is looked up in the calendar."""


class CaseStuck(DomainError):
    """422: the drawing cannot go on from here; ``element_id`` says where."""

    code = "case_stuck"


def stuck(parts: Bundle, error: EngineError) -> CaseStuck:
    """What is said of a case that cannot go on: where, and why."""
    found = [d.elements[error.element_id] for d in parts.drawings.values() if error.element_id in d.elements]
    name = found[0].name if found else error.element_id or "-"
    refusal = CaseStuck("The process cannot go on at “%(element)s”: %(reason)s", element=name, reason=str(error))
    refusal.element_id = error.element_id
    return refusal


@dataclass
class Step:
    """What a step needs, and what it has gathered so far."""

    uow: Session
    instance: ProcessInstance
    run: Run
    bundle: Bundle
    actor: Actor
    now: datetime
    entries: list[audit.Entry] = field(default_factory=list)
    opened: list[Task] = field(default_factory=list)
    closed: list[Task] = field(default_factory=list)
    timers_before: Mapping[UUID, datetime] = field(default_factory=dict)
    """As they were when the case was taken up; nothing for a case that begins."""
    awaited_before: Set[Awaited] = frozenset()
    """The same of messages from other cases."""
    kept: list[Task] = field(default_factory=list)
    """Tasks that were open before and still are."""

    @property
    def still_open(self) -> list[Task]:
        return [*self.kept, *self.opened]

    def note(self, action: str, **payload: Any) -> None:
        self.entries.append(audit.Entry(action, self.actor.username, self.now, payload))


def functions(now: datetime) -> dict[str, Any]:
    """What expressions in drawings may call besides the built-in functions."""

    def business_days(days: object) -> str:
        if isinstance(days, bool) or not isinstance(days, int | Decimal) or not 0 <= days <= MAX_BUSINESS_DAYS:
            raise ExpressionError(f"business_days takes a whole number from 0 to {MAX_BUSINESS_DAYS}")
        return add_business_days(now, int(days)).isoformat()

    return {"business_days": business_days}


def resume(uow: Session, instance: ProcessInstance, actor: Actor, now: datetime) -> Step:
    """Take up a stored case."""
    if instance.engine_state is None:
        raise CaseStuck("The case has ended.")
    parts = bundle(uow, instance.definition_id, instance.called or ())
    run = Run.load(instance.engine_state, parts.specs, parts.drawings, now, functions(now))
    waiting = run.timers() if instance.waiting_timers else {}
    awaited = run.awaited() if instance.waiting_messages else frozenset()
    return Step(uow, instance, run, parts, actor, now, timers_before=waiting, awaited_before=awaited)


def settle(step: Step, open_tasks: Sequence[Task]) -> None:
    """Answer the calls, then write down where the case stands.

    ``open_tasks`` are the tasks that were open before this step and are not the
    one that was just completed.
    """
    try:
        _settle(step, open_tasks)
    except EngineError as error:
        raise stuck(step.bundle, error) from error
    audit.record(step.uow, stream(step.instance), step.entries)
    fault_point("after_step")


def _settle(step: Step, open_tasks: Sequence[Task]) -> None:
    outcome = _answer_calls(step)
    state = step.run.dump()
    _store_instance(step, outcome, state)
    _store_tasks(step, outcome, open_tasks)
    if {timer.token: timer.at for timer in outcome.timers} != step.timers_before:
        store_timers(step.uow, step.instance.id, outcome.timers)
    if outcome.awaited != step.awaited_before:
        store_awaited(step.uow, step.instance.id, outcome.awaited)
    _send(step)


def stream(instance: ProcessInstance) -> str:
    """The audit stream of a case."""
    return f"instance:{instance.id}"


def _answer_calls(step: Step) -> Outcome:
    outcome = step.run.outcome()
    for _ in range(MAX_CALLS):
        if not outcome.calls:
            return outcome
        call = outcome.calls[0]
        try:
            result = _make(step, call)
        except DomainError as error:
            error.element_id = error.element_id or call.element.id
            raise
        step.run.answer(call, result)
        fault_point(f"after_call:{call.element.id}")
        outcome = step.run.outcome()
    raise EngineError("the drawing makes calls without end", call.element.id)


def _make(step: Step, call: Call) -> Any:
    if call.kind == "decision":
        return _decide(step, call)
    verb = _registered(vocabulary.handlers(), call.name, element_id=call.element.id)
    context = _context(step, call.parameters, call.variables, call.element.id)
    result = verb.function(context)
    step.entries += context.entries
    return result


def _registered(register: Mapping[str, vocabulary.Verb], name: str, *, element_id: str) -> vocabulary.Verb:
    """A verb by its name; a feature may have dropped it since the drawing was deployed."""
    if name not in register:
        raise EngineError(f"no handler {name}", element_id)
    return register[name]


def _decide(step: Step, call: Call) -> Any:
    asked = _facts(step, call)
    place: dict[str, Any] = {"now": step.now, "instance_id": step.instance.id, "element_id": call.element.id}
    given = {**call.variables, **call.parameters}
    answers = [decide(step.uow, key=call.name, inputs={**given, **facts}, **place) for facts in asked.inputs]
    result = asked.together(answers)
    step.note("decision", element=call.element.id, table=call.name, output=result)
    return result


def _facts(step: Step, call: Call) -> vocabulary.Several:
    """What the element's fact source computes from the records; nothing without one."""
    found: Any = {}
    source = call.element.attributes.get("facts")
    if source:
        context = _context(step, call.parameters, call.variables, call.element.id)
        found = _registered(vocabulary.fact_sources(), source, element_id=call.element.id).function(context)
        step.entries += context.entries
    return found if isinstance(found, vocabulary.Several) else vocabulary.Several([found], itemgetter(0))


def _context(
    step: Step, parameters: Mapping[str, Any], variables: Mapping[str, Any], element_id: str, task: Task | None = None
) -> vocabulary.Context:
    return vocabulary.Context(
        uow=step.uow,
        instance=step.instance,
        actor=step.actor,
        now=step.now,
        parameters=parameters,
        variables=variables,
        task=task,
        element_id=element_id,
    )


def record_result(step: Step, task: Task, data: Mapping[str, Any], attributes: Mapping[str, str]) -> dict[str, Any]:
    """The variables that a completed task leaves: those of its recorder, or the answers themselves."""
    name = attributes.get("record")
    if name is None:
        return dict(data)
    context = _context(step, data, step.run.variables_at(task.token), task.element_id, task)
    recorder = _registered(vocabulary.recorders(), name, element_id=task.element_id)
    variables = recorder.function(context) or {}
    step.entries += context.entries
    return dict(variables)


def _store_tasks(step: Step, outcome: Outcome, open_tasks: Sequence[Task]) -> None:
    wanted: dict[Any, OpenWork] = {work.token: work for work in outcome.open}
    gone = [t for t in open_tasks if t.token not in wanted]
    for task in gone:
        task.state, task.closed_at, task.version = "cancelled", step.now, task.version + 1
        step.note("task.cancel", task=task.id, element=task.element_id)
    step.kept = [t for t in open_tasks if t.token in wanted]
    unpublish(step.uow, [t.id for t in (*gone, *step.closed)])
    known = {t.token for t in open_tasks}
    step.opened = [open_task(step.instance, work, step.now) for token, work in wanted.items() if token not in known]
    newcomers = _involve(step.instance, step.opened)
    step.uow.add_all(step.opened)
    step.uow.flush()
    publish(step.uow, step.instance, step.opened)
    widen(step.uow, step.instance, step.kept, newcomers)
    for task in step.opened:
        step.note("task.open", task=task.id, element=task.element_id, candidates=task.candidates)


def _involve(instance: ProcessInstance, tasks: Sequence[Task]) -> list[str]:
    """Add the departments of new tasks to those who take part; returns the new ones."""
    groups = {g.split(":")[0] for task in tasks for g in task.candidates}
    newcomers = sorted(groups - set(instance.involved))
    if newcomers:
        instance.involved = [*instance.involved, *newcomers]
    return newcomers


def _send(step: Step) -> None:
    """What the step throws goes out with it, and is delivered after it."""
    for thrown in step.run.thrown:
        about = thrown.correlation or step.instance.business_key or ""
        send_out(step.uow, thrown.name, about, payload=plain(thrown.payload), by=step.actor.username, now=step.now)
        step.note("message.send", name=thrown.name, correlation=about)


def _store_instance(step: Step, outcome: Outcome, state: bytes) -> None:
    instance = step.instance
    instance.variables = plain(outcome.variables)
    instance.waiting_timers = len(outcome.timers)
    instance.waiting_messages = len(outcome.awaited)
    if outcome.completed:
        guard = vocabulary.end_guard(instance.process_key)
        if guard is not None:
            guard(step.uow, instance)
        instance.state, instance.ended_at, instance.engine_state = "completed", step.now, None
        step.note("instance.complete", path=step.run.passed)
    else:
        instance.engine_state = state
        step.note("instance.step", path=step.run.passed)
