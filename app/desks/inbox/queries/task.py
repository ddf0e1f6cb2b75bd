"""The task page: what is asked, of whom, by when, and the form to answer with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.desks.inbox.matters import Matter, matter_of
from app.desks.inbox.queries.case import Answer, Case, answers_of, case_of
from app.desks.inbox.queries.lists import Row, row
from app.desks.inbox.queries.words import Words, words_for
from app.identity.actors import Actor
from app.kernel.i18n import language
from app.workflow.engine.paths import earlier_steps
from app.workflow.forms import Form, form_named
from app.workflow.instances import queries
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.hands import possible_hands
from app.workflow.tasks.services import known_of, values_for


@dataclass(frozen=True)
class TaskPage:
    """Everything the task page shows."""

    row: Row
    case: Case
    form: Sequence[Mapping[str, Any]]
    """Components as the form macro renders them."""
    hands: Sequence[Actor]
    """Who could take the task over."""
    earlier: Sequence[str]
    """Ids of the steps it could be sent back to."""

    @property
    def task(self) -> Task:
        return self.row.task

    def may(self, action: str) -> bool:
        return action in self.row.actions


@dataclass(frozen=True)
class Preview:
    """What the pane beside the list shows."""

    row: Row
    words: Words
    matter: Matter | None
    answers: Sequence[Answer]


def page_of(
    session: Session, task: Task, instance: ProcessInstance, actor: Actor, now: datetime,
    typed: Mapping[str, Any] | None = None,
) -> TaskPage:  # fmt: skip
    """The page of a task; ``typed`` is what stood in the form that was just sent."""
    case = case_of(session, instance, actor)
    shown = row(task, instance, actor)
    known = known_of(session, task, instance, now)
    form = form_named(task.form).with_options(known.options)
    values = typed if typed is not None else values_for(task, instance, actor, known.values)
    handing = task.state == "open" and {"delegate", "transfer"} & set(shown.actions)
    return TaskPage(
        row=shown,
        case=case,
        form=form.for_page(language(), values, {**instance.variables, **known.facts}),
        hands=possible_hands(session, instance, task, besides=actor.username) if handing else [],
        earlier=_earlier(case, task) if "send-back" in shown.actions and not _sends_back(form) else [],
    )


def _sends_back(form: Form) -> bool:
    """Whether sending back is one of the answers: then it goes the way that is drawn, and no other is offered."""
    return any(option.value == "send_back" for component in form.inputs for option in component.options)


def _earlier(case: Case, task: Task) -> list[str]:
    """Earlier steps that this case has been through."""
    for part in case.parts:
        if task.element_id in part.drawing.elements:
            return [e for e in earlier_steps(part.drawing, task.element_id) if e in part.passed]
    return []


def preview_of(session: Session, task: Task, instance: ProcessInstance, actor: Actor) -> Preview:
    tasks = queries.tasks_of(session, instance.id)
    people = {instance.started_by, task.assignee, *(t.closed_by for t in tasks)}
    return Preview(
        row=row(task, instance, actor),
        words=words_for(session, people),
        matter=matter_of(session, instance, actor),
        answers=answers_of(instance, tasks),
    )
