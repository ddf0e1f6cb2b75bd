"""Completing a task, and letting its case go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import CHECKS, CONFIRM, allowed, hand
from app.kernel import audit
from app.kernel.database import fault_point
from app.kernel.errors import Conflict, Forbidden
from app.workflow.deployments.lint import is_initiator_lane
from app.workflow.engine import ElementFacts, EngineError, NotOpen
from app.workflow.forms import form_named
from app.workflow.instances.progress import Step, record_result, resume, settle, stream, stuck
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.audience import republish
from app.workflow.tasks.services.answers import known_of
from app.workflow.tasks.services.locking import facts_of, locked_with_others, require_open


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
    require_open(instance, task, version)
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
