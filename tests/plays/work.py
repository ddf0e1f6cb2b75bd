"""Working on tasks in a play: whichever are open, by whoever may, found by the permission table and the form alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.workflow.deployments.library import bundle
from app.workflow.engine import Run
from app.workflow.forms import form_named
from app.workflow.instances.progress import functions
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks import attachments, services
from tests.plays.answers import Consent, Mood, filled_in
from tests.plays.bank import Bank
from tests.plays.moods import AnyMood

ACTIONS = ("complete",) * 14 + ("claim", "release", "delegate", "transfer", "comment", "draft") + ("send_back",) * 2


def work(bank: Bank, chance: Random) -> None:
    """One action on one open task."""
    found = open_tasks()
    if not found:
        return
    task, case = chance.choice(found)
    actor = worker(bank, chance, task, case)
    action = chance.choice(ACTIONS)
    if action == "complete":
        _complete(bank, chance, task, case, actor)
    elif action in {"delegate", "transfer"}:
        to = worker(bank, chance, task, case).username
        in_one(lambda uow: getattr(services, action)(uow, task_id=task.id, to=to, actor=actor, now=bank.now))
    elif action == "send_back":
        _send_back(bank, chance, task, case, actor)
    elif action == "comment":
        in_one(lambda uow: services.comment(uow, task_id=task.id, text="Seen.", actor=actor, now=bank.now))
    elif action == "draft":
        in_one(lambda uow: services.save_draft(uow, task_id=task.id, data={}, actor=actor, now=bank.now))
    else:
        in_one(lambda uow: getattr(services, action)(uow, task_id=task.id, actor=actor, now=bank.now))


def in_one(act: Callable[[Session], Any]) -> None:
    """In one unit of work."""
    with unit_of_work() as uow:
        act(uow)


def open_tasks(elements: Collection[str] | None = None) -> list[tuple[Task, ProcessInstance]]:
    """The open tasks, of these elements only or of any, with their cases; the oldest first."""
    opened = select(Task, ProcessInstance).join(ProcessInstance, ProcessInstance.id == Task.instance_id)
    opened = opened.where(Task.state == "open", *([Task.element_id.in_(sorted(elements))] if elements else []))
    found = [(task, case) for task, case in session().execute(opened.order_by(Task.id))]
    session().expunge_all()
    end_read()
    return found


def worker(bank: Bank, chance: Random, task: Task, case: ProcessInstance) -> Actor:
    """Mostly somebody who may; at times anybody."""
    facts = services.facts_of(case, task)
    may = [actor for _, actor in sorted(bank.actors.items()) if allowed(actor, "task.complete", facts)]
    return chance.choice(may) if may and chance.random() < 0.88 else bank.anybody(chance)


def consent(bank: Bank, chance: Random | None = None) -> bool:
    """Somebody who may completes the oldest open task with yes to everything; whether anybody did."""
    for task, case in open_tasks():
        facts = services.facts_of(case, task)
        may = [a for _, a in sorted(bank.actors.items()) if allowed(a, "task.complete", facts)]
        if may:
            actor, mood = (chance.choice(may), AnyMood(bank, chance, 0.96)) if chance else (may[0], Consent())
            complete(bank, task, case, actor, mood)
            return True
    return False


def rush(bank: Bank, chance: Random) -> None:
    """Several tasks in a row go the way of the case, so that plays get far."""
    for _ in range(chance.randint(2, 10)):
        bank.pass_time(timedelta(seconds=1))
        if not consent(bank, chance):
            return


def _complete(bank: Bank, chance: Random, task: Task, case: ProcessInstance, actor: Actor) -> None:
    version = task.version if chance.random() < 0.98 else task.version + 1
    complete(bank, task, case, actor, AnyMood(bank, chance), version)


def complete(
    bank: Bank,
    task: Task,
    case: ProcessInstance,
    actor: Actor,
    mood: Mood,
    version: int | None = None,
    said: Mapping[str, Any] | None = None,
) -> None:
    """Fill in the form of a task as the mood has it, but for what is ``said``, and complete it."""
    shown = task.version if version is None else version
    in_one(lambda uow: _completed(uow, bank, task, case, actor, mood, shown, said or {}))


def _completed(
    uow: Session,
    bank: Bank,
    task: Task,
    case: ProcessInstance,
    actor: Actor,
    mood: Mood,
    version: int,
    said: Mapping[str, Any],
) -> None:
    def attach() -> int:
        told: dict[str, Any] = {"task_id": task.id, "filename": "report.txt", "content": b"measured"}
        return attachments.attach(uow, actor=actor, now=bank.now, **told).id

    known = services.known_of(uow, task, case, bank.now)
    form = form_named(task.form).with_options(known.options)
    answers = filled_in(form, {**case.variables, **known.facts}, mood, attach)
    if answers.get("products"):
        # What stands on the paper, mostly.
        answers["products"] = ", ".join(case.card["products"][: 20 if mood.flag(form.inputs[0]) else 1])
        answers["received_on"] = accounting_date(bank.now).isoformat()
        answers["number"] = f"R-{task.id}"
    answers |= said
    services.complete_task(uow, task_id=task.id, version=version, data=answers, actor=actor, now=bank.now)


def _send_back(bank: Bank, chance: Random, task: Task, case: ProcessInstance, actor: Actor) -> None:
    steps = _earlier(task, case, bank)
    if steps:
        told: dict[str, Any] = {"element_id": chance.choice(steps), "reason": "Look again.", "version": None}
        in_one(lambda uow: services.send_back(uow, task_id=task.id, actor=actor, now=bank.now, **told))


def _earlier(task: Task, case: ProcessInstance, bank: Bank) -> list[str]:
    if case.engine_state is None:
        return []
    parts = bundle(session(), case.definition_id, case.called or ())
    run = Run.load(case.engine_state, parts.specs, parts.drawings, bank.now, functions(bank.now))
    end_read()
    return run.earlier_steps(task.element_id)
