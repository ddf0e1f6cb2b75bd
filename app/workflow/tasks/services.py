"""Business verbs on tasks: claim 领取, release 退回待办池, complete, delegate 委派, transfer 转办,
send back 退回, comment.

Each locks the case first, so that two people on one case queue and two on one
task are told apart: the first succeeds, the second is told who was first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import CHECKS, CONFIRM, Facts, allowed, hand, require
from app.identity.services import actor_named
from app.kernel import audit
from app.kernel.database import fault_point
from app.kernel.errors import Conflict, Forbidden, NotFound, TooLarge, invalid
from app.workflow import vocabulary
from app.workflow.deployments.lint import is_initiator_lane
from app.workflow.engine import ElementFacts, EngineError, NotOpen
from app.workflow.forms import form_named
from app.workflow.instances import services as instances
from app.workflow.instances.progress import Step, record_result, resume, settle, stream, stuck
from app.workflow.models import Comment, ProcessInstance, Task
from app.workflow.tasks.audience import republish

# Built once: they run with every action on a task.
_CASE_OF_TASK = (
    select(ProcessInstance)
    .where(ProcessInstance.id == select(Task.instance_id).where(Task.id == bindparam("task")).scalar_subquery())
    .with_for_update()
)
_OPEN_OR_THIS = audit.with_head(
    select(Task).where(
        Task.instance_id == bindparam("instance"), or_(Task.state == "open", Task.id == bindparam("task"))
    )
)


MAX_DRAFT = 200_000
"""Characters of what is kept while somebody types."""


def facts_of(instance: ProcessInstance, task: Task) -> Facts:
    """The facts of a task, over those of its case."""
    return replace(
        instances.facts_of(instance),
        candidates=frozenset(task.candidates),
        assignee=task.assignee,
        owner=task.owner,
        duty=task.duty,
        department=task.department,
        open=task.state == "open" and instance.state == "active",
    )


def locked(uow: Session, task_id: int, actor: Actor) -> tuple[ProcessInstance, Task]:
    """The case, locked, and the task as it is under that lock. Hidden tasks are not there."""
    instance, task, _ = locked_with_others(uow, task_id, actor)
    return instance, task


def locked_with_others(uow: Session, task_id: int, actor: Actor) -> tuple[ProcessInstance, Task, list[Task]]:
    """Like ``locked``, with the other open tasks of the case: one statement for the lock, one for all under it."""
    instance = uow.scalar(_CASE_OF_TASK, {"task": task_id})
    fault_point("after_lock")
    if instance is None:
        raise NotFound("There is no such task.")
    chain = stream(instance)
    rows = uow.execute(_OPEN_OR_THIS, {"instance": instance.id, "task": task_id, "stream": chain}).all()
    audit.expect(uow, chain, rows[0].length, rows[0].head)
    found = {row.Task.id: row.Task for row in rows}
    task = found.pop(task_id)
    if not allowed(actor, "task.see", facts_of(instance, task)):
        raise NotFound("There is no such task.")
    return instance, task, list(found.values())


def require_open(instance: ProcessInstance, task: Task) -> None:
    """409 unless the task can be worked on."""
    _check(instance, task, None)


def _check(instance: ProcessInstance, task: Task, version: int | None) -> None:
    """409 when the task is not what the person saw."""
    if task.state == "completed":
        raise Conflict("%(who)s has already completed this task.", code="already_completed", who=task.closed_by)
    if task.state != "open":
        raise Conflict("This task is not open any more.", code="task_closed")
    if version is not None and version != task.version:
        raise Conflict("This task has changed since you opened it; look at it again.", code="task_changed")
    if instance.state != "active":
        raise Conflict("The case is %(state)s.", code="case_not_active", state=instance.state)


def complete_task(
    uow: Session,
    *,
    task_id: int,
    version: int,
    data: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> Step:
    """Complete a task with the answers of its form, and let the case go on.

    All of it in the caller's unit of work: one commit. Raises ``NotFound`` (not
    for your eyes), ``Conflict`` (somebody was first, or the version is old),
    ``Forbidden`` (not yours, or against four eyes) and ``Invalid`` (a wrong value).
    """
    instance, task, others = locked_with_others(uow, task_id, actor)
    _check(instance, task, version)
    _require_may_act(actor, instance, task)
    known = known_of(uow, task, instance, now)
    form = form_named(task.form).with_options(known.options)
    answers = form.read({**known.assumed, **known.values, **data}, variables={**instance.variables, **known.facts})
    if task.owner is not None:
        return _give_back(uow, instance, task, answers, actor, now)
    step = resume(uow, instance, actor, now)
    _close(step, task, answers)
    try:
        element = step.run.element_of(task.token)
        step.run.complete(task.token, _variables(step, task, element, answers))
        settle(step, others)
    except NotOpen as error:
        raise Conflict("The case has moved on.", code="case_moved") from error
    except EngineError as error:
        raise stuck(step.bundle, error) from error
    fault_point("after_store")
    return step


def _require_may_act(actor: Actor, instance: ProcessInstance, task: Task) -> None:
    facts = facts_of(instance, task)
    if allowed(actor, "task.complete", facts):
        return
    if task.assignee is not None and task.assignee != actor.username:
        raise Forbidden("%(who)s is working on this task.", code="not_yours", who=task.assignee)
    if task.duty in CHECKS | {CONFIRM} and allowed(actor, "task.complete", replace(facts, duty=None)):
        raise Forbidden(
            "Whoever proposed, reviewed, signed or decided may not do this step as well.",
            code="four_eyes",
        )
    raise Forbidden("You may not do this.", code="may_not_task_complete")


def _close(step: Step, task: Task, answers: Mapping[str, Any]) -> None:
    actor, now = step.actor, step.now
    task.state, task.closed_at, task.closed_by = "completed", now, actor.username
    task.version += 1
    task.result, task.draft = dict(answers), None
    step.closed.append(task)
    _keep_hand(step.instance, task, actor)
    step.note("task.complete", task=task.id, element=task.element_id, department=task.department, data=dict(answers))


def _keep_hand(instance: ProcessInstance, task: Task, actor: Actor) -> None:
    """Who had a hand in the case counts for four eyes, whoever completes the task in the end."""
    if task.duty:
        duty = hand(task.duty, task.department)
        done = instance.hands.get(actor.username, [])
        if duty not in done:
            instance.hands = {**instance.hands, actor.username: [*done, duty]}


def _variables(step: Step, task: Task, element: ElementFacts, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the answers leave as variables.

    A task without a form of its own uses the standard decision form; in a lane
    its answers are kept under the lane's name, so that side by side they do not
    overwrite each other.
    """
    variables = record_result(step, task, answers, element.attributes)
    own_form = "form" in element.attributes or "record" in element.attributes
    if own_form or not element.lane or is_initiator_lane(element.lane):
        return variables
    return {f"{element.lane}_{name}": value for name, value in variables.items()}


def _give_back(
    uow: Session, instance: ProcessInstance, task: Task, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> Step:
    """A delegate's work goes back to whoever delegated it, as a draft."""
    _keep_hand(instance, task, actor)
    old = task.assignee
    task.assignee, task.owner, task.draft = task.owner, None, dict(answers)
    task.version += 1
    republish(uow, instance, task)
    step = resume(uow, instance, actor, now)
    step.note("task.give_back", task=task.id, old=old, new=task.assignee)
    audit.record(uow, stream(instance), step.entries)
    return step


def claim(uow: Session, *, task_id: int, actor: Actor, now: datetime) -> Task:
    """Take a task of one of my groups 领取."""
    instance, task = locked(uow, task_id, actor)
    if task.assignee == actor.username and task.state == "open":
        return task
    _check(instance, task, None)
    if task.assignee is not None:
        raise Conflict("%(who)s has claimed this task.", code="already_claimed", who=task.assignee)
    require(actor, "task.claim", facts_of(instance, task))
    return _assign(uow, instance, task, actor.username, "task.claim", actor, now)


def release(uow: Session, *, task_id: int, actor: Actor, now: datetime) -> Task:
    """Put a task back for the group 退回待办池."""
    instance, task = locked(uow, task_id, actor)
    _check(instance, task, None)
    require(actor, "task.release", facts_of(instance, task))
    if not task.candidates:
        raise Conflict("Nobody else could take this task; transfer it instead.", code="no_candidates")
    task.owner = None
    return _assign(uow, instance, task, None, "task.release", actor, now)


def delegate(uow: Session, *, task_id: int, to: str, actor: Actor, now: datetime) -> Task:
    """Have somebody work on it for me; it comes back to me 委派."""
    instance, task = _handing_over(uow, task_id, to, actor, "task.delegate")
    task.owner = actor.username
    return _assign(uow, instance, task, to, "task.delegate", actor, now)


def transfer(uow: Session, *, task_id: int, to: str, actor: Actor, now: datetime) -> Task:
    """Hand it to somebody for good 转办."""
    instance, task = _handing_over(uow, task_id, to, actor, "task.transfer")
    task.owner = None
    return _assign(uow, instance, task, to, "task.transfer", actor, now)


def _handing_over(uow: Session, task_id: int, to: str, actor: Actor, permission: str) -> tuple[ProcessInstance, Task]:
    instance, task = locked(uow, task_id, actor)
    _check(instance, task, None)
    require(actor, permission, facts_of(instance, task))
    target = actor_named(uow, to)
    if target is None or target.username == actor.username:
        raise invalid("/to", "Name another person.")
    # Maker stays unlike checker, whoever hands the task on.
    if not allowed(target, "task.claim", replace(facts_of(instance, task), assignee=None)):
        raise invalid("/to", "%(who)s may not work on this task.", who=to, code="may_not")
    return instance, task


def _assign(
    uow: Session, instance: ProcessInstance, task: Task, to: str | None, action: str, actor: Actor, now: datetime
) -> Task:
    payload = {"task": task.id, "old": task.assignee, "new": to}
    task.assignee = to
    task.version += 1
    uow.flush()
    republish(uow, instance, task)
    audit.record(uow, stream(instance), [audit.Entry(action, actor.username, now, payload)])
    return task


def save_draft(uow: Session, *, task_id: int, data: Mapping[str, Any], actor: Actor, now: datetime) -> Task:
    """Keep what was typed. Not a decision, so not audited and not checked but for size."""
    instance, task = locked(uow, task_id, actor)
    _check(instance, task, None)
    require(actor, "task.draft", facts_of(instance, task))
    if len(json.dumps(data, ensure_ascii=False, default=str)) > MAX_DRAFT:
        raise TooLarge("What was typed is longer than %(limit)s characters.", limit=MAX_DRAFT)
    # What is known anyway is no draft: it may change behind what somebody began to type.
    known = known_of(uow, task, instance, now).values
    task.draft = {name: value for name, value in data.items() if name not in known or value != known[name]}
    return task


def known_of(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> vocabulary.Known:
    """What the feature behind an open task knows of its form; most know nothing."""
    tell = vocabulary.known_of(task.form) if task.state == "open" else None
    return tell(session, task, instance, now) if tell else vocabulary.Known()


def values_for(task: Task, instance: ProcessInstance, actor: Actor, known: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form of a task: its result, or the draft for those who may go on writing it.

    ``known`` is what stands in it before anybody types.
    """
    if task.state != "open":
        return dict(task.result or {})
    mine = allowed(actor, "task.draft", facts_of(instance, task))
    return {**known, **(task.draft or {} if mine else {})}


def comment(uow: Session, *, task_id: int, text: str, actor: Actor, now: datetime) -> Comment:
    """A remark for all who take part in the case."""
    instance, task = locked(uow, task_id, actor)
    require(actor, "task.comment", facts_of(instance, task))
    found = Comment(instance_id=instance.id, task_id=task.id, author=actor.username, at=now, text=text)
    uow.add(found)
    uow.flush()
    audit.record(uow, stream(instance), [audit.Entry("comment", actor.username, now, {"comment": found.id})])
    return found


def send_back(
    uow: Session, *, task_id: int, element_id: str, reason: str, version: int | None, actor: Actor, now: datetime
) -> Step:
    """Send the case back to an earlier step 退回, cancelling all live work after it."""
    instance, task = locked(uow, task_id, actor)
    _check(instance, task, version)
    require(actor, "task.send_back", facts_of(instance, task))
    step = resume(uow, instance, actor, now)
    if element_id not in step.run.earlier_steps(task.element_id):
        raise invalid("/element_id", "That is not an earlier step of this process.")
    return instances.send_back(uow, instance=instance, element_id=element_id, actor=actor, now=now, reason=reason)
