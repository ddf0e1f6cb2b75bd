"""Business verbs on cases: start, cancel, suspend, resume, send back."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, allowed, require
from app.kernel import audit
from app.kernel.errors import Conflict, NotFound, invalid
from app.kernel.i18n import N_
from app.workflow import vocabulary
from app.workflow.deployments.library import latest_bundle
from app.workflow.engine import EngineError, Run
from app.workflow.engine.errors import ExpressionError
from app.workflow.engine.values import Scales
from app.workflow.instances.progress import Step, functions, resume, settle, stream, stuck
from app.workflow.models import Incident, MessageWait, ProcessInstance, Task, Timer
from app.workflow.tasks.audience import unpublish
from app.workflow.tasks.queries import open_tasks_of

ENDED = frozenset({"completed", "cancelled"})
MAX_VARIABLES = 100


def start_instance(
    uow: Session,
    *,
    key: str,
    actor: Actor,
    now: datetime,
    business_key: str | None = None,
    variables: Mapping[str, Any] | None = None,
    card: Mapping[str, Any] | None = None,
) -> Step:
    """Start a case of the latest version of ``key``.

    ``card`` is what lists show of it: ``title`` by language, ``products``; without it what
    the feature says (``vocabulary.card_of``), else the name of the process. What the
    feature's start guard refuses does not start (``vocabulary.before_start``).
    """
    require(actor, "instance.start")
    guard = vocabulary.start_guard(key)
    if guard is not None:
        guard(uow, key, business_key)
    _refuse_masses(variables or {})
    parts = latest_bundle(uow, key)
    instance = ProcessInstance(
        definition_id=parts.definition_id,
        process_key=key,
        called=list(parts.called_ids) or None,
        business_key=business_key,
        state="active",
        started_by=actor.username,
        started_at=now,
        variables={},
        hands={actor.username: ["initiate"]},
        involved=[actor.department] if actor.department else [],
        card=dict(card or _card(uow, key, business_key) or {"title": parts.drawing.names}),
    )
    uow.add(instance)
    uow.flush()
    facts = {**(variables or {}), "initiator": actor.username}
    try:
        run = Run.start(parts.specs, parts.drawings, facts, now, functions(now))
    except EngineError as error:
        raise stuck(parts, error) from error
    step = Step(uow, instance, run, parts, actor, now)
    step.note("instance.start", process=key, definition=parts.definition_id, business_key=business_key)
    settle(step, [])
    return step


def _card(uow: Session, key: str, business_key: str | None) -> Mapping[str, Any] | None:
    told = vocabulary.carder(key)
    return told(uow, business_key) if told else None


def _refuse_masses(variables: Mapping[str, Any]) -> None:
    """What an expression could not hold anyway would be carried through every step of the case."""
    for name, value in variables.items():
        try:
            Scales().weigh(value)
        except ExpressionError as error:
            message = N_("Variables carry routing facts only; this is too much: %(reason)s.")
            raise invalid(f"/variables/{name}", message, reason=str(error), code="too_large") from error


def locked(uow: Session, instance_id: int) -> ProcessInstance:
    """The case, its row locked until the end of the unit of work."""
    found = uow.scalar(select(ProcessInstance).where(ProcessInstance.id == instance_id).with_for_update())
    if found is None:
        raise NotFound("There is no such case.")
    return found


def facts_of(instance: ProcessInstance) -> Facts:
    """The neutral facts that permissions on a case depend on."""
    return Facts(
        initiator=instance.started_by,
        hands={name: frozenset(duties) for name, duties in instance.hands.items()},
        involved=frozenset(instance.involved),
        open=instance.state == "active",
    )


def visible(uow: Session, instance_id: int, actor: Actor) -> ProcessInstance:
    """The locked case, if ``actor`` may see it: otherwise it is not there."""
    instance = locked(uow, instance_id)
    _hide(actor, instance)
    return instance


def _hide(actor: Actor, instance: ProcessInstance) -> None:
    if not allowed(actor, "instance.see", facts_of(instance)):
        raise NotFound("There is no such case.")


def cancel(uow: Session, *, instance_id: int, actor: Actor, now: datetime, reason: str = "") -> ProcessInstance:
    """Withdraw 撤回 (by whoever started it) or cancel (by an operator): nothing stays open."""
    instance = visible(uow, instance_id, actor)
    _refuse_ended(instance)
    permission = "instance.withdraw" if actor.username == instance.started_by else "instance.operate"
    require(actor, permission, facts_of(instance))
    close_everything(uow, instance, now)
    entries = _tell_feature(uow, instance, actor, now, reason)
    instance.state, instance.ended_at, instance.engine_state = "cancelled", now, None
    entries.append(audit.Entry("instance.cancel", actor.username, now, {"reason": reason}))
    audit.record(uow, stream(instance), entries)
    return instance


def _tell_feature(
    uow: Session, instance: ProcessInstance, actor: Actor, now: datetime, reason: str
) -> list[audit.Entry]:
    """Let the feature close its records with the case; it may refuse."""
    close = vocabulary.cancelled(instance.process_key)
    if close is None:
        return []
    context = vocabulary.Context(
        uow=uow, instance=instance, actor=actor, now=now, parameters={"reason": reason}, variables=instance.variables
    )
    close(context)
    return context.entries


def deliver_message(
    uow: Session,
    *,
    instance: ProcessInstance,
    name: str,
    actor: Actor,
    now: datetime,
    payload: Mapping[str, Any] | None = None,
) -> bool:
    """Deliver a message to a case. ``False``, and nothing changed, when nothing in it waits for that.

    The caller holds the lock and has checked the permission. ``payload`` becomes variables.
    """
    if instance.state != "active":
        raise Conflict("The case is %(state)s.", code="case_not_active", state=instance.state)
    step = resume(uow, instance, actor, now)
    before = open_tasks_of(uow, instance.id)
    if not step.run.message(name, payload or {}):
        return False
    step.note("message.receive", name=name)
    settle(step, before)
    return True


def close_everything(uow: Session, instance: ProcessInstance, now: datetime) -> list[Task]:
    """Close every open task and timer of a case."""
    tasks = open_tasks_of(uow, instance.id)
    for task in tasks:
        task.state, task.closed_at, task.version = "cancelled", now, task.version + 1
    unpublish(uow, [t.id for t in tasks])
    uow.execute(delete(Timer).where(Timer.instance_id == instance.id))
    uow.execute(delete(MessageWait).where(MessageWait.instance_id == instance.id))
    instance.waiting_timers = instance.waiting_messages = 0
    return tasks


def suspend(uow: Session, *, instance_id: int, actor: Actor, now: datetime) -> ProcessInstance:
    """Hold a case: its tasks and timers wait."""
    return _switch(uow, instance_id, actor, now, {"active"}, "suspended")


def resume_instance(uow: Session, *, instance_id: int, actor: Actor, now: datetime) -> ProcessInstance:
    """Let a held or a failed case go on; timers that fell due meanwhile fire at the next tick.

    The incidents of a failed case count as solved: whoever resumes it has looked at them.
    """
    instance = _switch(uow, instance_id, actor, now, {"suspended", "failed"}, "active")
    solve_incidents(uow, instance, now)
    return instance


def solve_incidents(uow: Session, instance: ProcessInstance, now: datetime) -> None:
    open_ones = update(Incident).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    uow.execute(open_ones.values(resolved_at=now))


def _switch(
    uow: Session, instance_id: int, actor: Actor, now: datetime, before: AbstractSet[str], after: str
) -> ProcessInstance:
    instance = visible(uow, instance_id, actor)
    require(actor, "instance.operate", facts_of(instance))
    if instance.state not in before:
        raise Conflict("The case is %(state)s.", code="case_not_held", state=instance.state)
    payload = {"old": instance.state, "new": after}
    instance.state = after
    audit.record(uow, stream(instance), [audit.Entry("instance.state", actor.username, now, payload)])
    return instance


def send_back(
    uow: Session, *, instance: ProcessInstance, element_id: str, actor: Actor, now: datetime, reason: str
) -> Step:
    """Cancel all live work downstream of an earlier step and begin again there 退回.

    The caller holds the lock and has checked the permission.
    """
    step = resume(uow, instance, actor, now)
    before = open_tasks_of(uow, instance.id)
    try:
        step.run.send_back(element_id)
    except EngineError as error:
        raise invalid("/element_id", "The case cannot be sent back there: %(reason)s", reason=str(error)) from error
    step.note("instance.send_back", element=element_id, reason=reason)
    settle(step, before)
    return step


def move(
    uow: Session, *, instance_id: int, element_id: str, reason: str, actor: Actor, now: datetime
) -> ProcessInstance:
    """As an operator, put a case on another step of the part of the drawing it stands in.

    A failed case goes on from there; a suspended one stays suspended.
    """
    instance = visible(uow, instance_id, actor)
    require(actor, "instance.operate", facts_of(instance))
    _refuse_ended(instance)
    send_back(uow, instance=instance, element_id=element_id, actor=actor, now=now, reason=reason)
    if instance.state == "failed":
        instance.state = "active"
        solve_incidents(uow, instance, now)
    return instance


def _refuse_ended(instance: ProcessInstance) -> None:
    if instance.state in ENDED:
        raise Conflict("The case is %(state)s.", state=instance.state)
