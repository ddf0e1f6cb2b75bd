"""Where a case is, why, since when, and what was said so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desks.inbox.matters import Matter, matter_of
from app.desks.inbox.queries.asked import Asked, in_short
from app.desks.inbox.queries.words import Words, words_for
from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.audit import AuditEvent
from app.kernel.errors import NotFound
from app.kernel.i18n import language, pick
from app.workflow.decisions.models import DecisionDefinition
from app.workflow.decisions.queries import records_of, table_of
from app.workflow.forms import Component, form_named
from app.workflow.instances import queries
from app.workflow.instances.services import facts_of
from app.workflow.instances.standing import Part, parts
from app.workflow.instances.wording import Line, Vocabulary, lines
from app.workflow.models import Attachment, Comment, Incident, ProcessInstance, Task, Timer

HISTORY = 200
"""Lines of the audit chain that a page tells; the API gives all."""


@dataclass(frozen=True)
class Said:
    """One question of a form and its answer, in the reader's language."""

    label: str
    text: str
    value: str = ""
    """The value chosen; empty where nothing was to choose from."""

    @property
    def typed(self) -> bool:
        return not self.value


@dataclass(frozen=True)
class Answer:
    """What somebody answered."""

    task: Task
    said: Sequence[Said]


@dataclass(frozen=True)
class Ruling:
    """A rule that was applied: which table, and the source of each row that was hit."""

    names: Mapping[str, str]
    sources: Sequence[Mapping[str, str]]
    at: datetime


@dataclass(frozen=True)
class Case:
    """Everything a page tells about a case."""

    instance: ProcessInstance
    title: str
    words: Words
    parts: Sequence[Part]
    open_tasks: Sequence[Task]
    answers: Sequence[Answer]
    timers: Sequence[Timer]
    incidents: Sequence[Incident]
    comments: Sequence[Comment]
    attachments: Sequence[Attachment]
    rulings: Sequence[Ruling]
    history: Sequence[Line]
    matter: Matter | None
    may: frozenset[str]

    @property
    def version(self) -> int:
        return self.parts[0].version

    def asked(self, element_id: str) -> Asked:
        """What the drawing says of a step: who, what, by when, by which rule."""
        for part in self.parts:
            if element_id in part.drawing.elements:
                return in_short(pick(part.drawing.elements[element_id].documentation))
        return in_short("")


def case_of(session: Session, instance: ProcessInstance, actor: Actor) -> Case:
    """The whole of a case, for somebody who may see it."""
    tasks = queries.tasks_of(session, instance.id)
    timers = queries.timers_of(session, instance.id)
    events = queries.latest_history(session, instance, limit=HISTORY)
    comments, files = queries.comments_of(session, instance.id), queries.attachments_of(session, instance.id)
    open_tasks = [t for t in tasks if t.state == "open"]
    live = {t.element_id for t in open_tasks} | {t.element_id for t in timers}
    drawn = parts(session, instance, live=live, passed=_passed(events))
    rulings, tables = _rulings(session, instance.id)
    words = _words(session, instance, tasks, events, [*(c.author for c in comments), *(f.uploaded_by for f in files)])
    words.elements.update({e.id: e.names for p in drawn for e in p.drawing.elements.values() if e.names})
    words.tables.update(tables)
    asked = {t.id: pick(t.names, t.element_id) for t in tasks}
    vocabulary = Vocabulary(words.person, words.group, words.element, lambda t: asked.get(t, "–"), words.table)
    return Case(
        instance=instance,
        title=pick(instance.card.get("title")) or pick(drawn[0].names),
        words=words,
        parts=drawn,
        open_tasks=open_tasks,
        answers=answers_of(instance, tasks),
        timers=timers,
        incidents=queries.incidents_of(session, instance.id),
        comments=comments,
        attachments=files,
        rulings=rulings,
        history=list(lines(events, vocabulary)),
        matter=matter_of(session, instance, actor),
        may=frozenset(_may(actor, instance)),
    )


def _may(actor: Actor, instance: ProcessInstance) -> Iterable[str]:
    facts = facts_of(instance)
    if instance.state in {"active", "suspended"}:
        yield from (verb for verb in ("withdraw", "operate") if allowed(actor, f"instance.{verb}", facts))
    elif instance.state == "failed" and allowed(actor, "instance.operate", facts):
        yield "operate"


def _words(
    session: Session,
    instance: ProcessInstance,
    tasks: Iterable[Task],
    events: Iterable[AuditEvent],
    others: Iterable[str],
) -> Words:
    people = {instance.started_by, *others}
    for task in tasks:
        people.update(p for p in (task.assignee, task.owner, task.closed_by) if p)
    for event in events:
        payload = event.payload or {}
        people.update(p for p in (event.actor, payload.get("new"), payload.get("old")) if isinstance(p, str))
    return words_for(session, people)


def _passed(events: Iterable[AuditEvent]) -> set[str]:
    return {element for e in events for element in (e.payload or {}).get("path") or ()}


def _rulings(session: Session, instance_id: int) -> tuple[list[Ruling], dict[str, Mapping[str, str]]]:
    """The latest application of each rule, in the order in which they were applied."""
    records = {r.decision_key: r for r in records_of(session, instance_id)}
    wanted = {r.definition_id for r in records.values()}
    if not wanted:
        return [], {}
    definitions = {
        d.id: d for d in session.scalars(select(DecisionDefinition).where(DecisionDefinition.id.in_(wanted)))
    }
    rulings = []
    for record in sorted(records.values(), key=lambda r: r.id):
        definition = definitions[record.definition_id]
        hit = set(record.rules)
        sources = [rule.annotations for rule in table_of(definition).rules if rule.id in hit and rule.annotations]
        rulings.append(Ruling(definition.names, sources, record.at))
    return rulings, {d.key: d.names for d in definitions.values()}


def answers_of(instance: ProcessInstance, tasks: Iterable[Task]) -> list[Answer]:
    """What people answered so far, newest first."""
    done = [t for t in tasks if t.state == "completed" and t.result]
    return [Answer(t, _said(instance, t)) for t in sorted(done, key=lambda t: (t.closed_at, t.id), reverse=True)]


def _said(instance: ProcessInstance, task: Task) -> list[Said]:
    result = task.result or {}
    try:
        inputs = form_named(task.form).inputs
    except NotFound:
        return [Said(key, str(value)) for key, value in result.items() if value not in (None, "", [])]
    answered = [(c, result.get(c.key)) for c in inputs if c.type != "filepicker"]
    return [_in_words(c, value) for c, value in answered if value not in (None, "", [], False)]


def _in_words(component: Component, value: Any) -> Said:
    label, names = component.label(language()), {o.value: pick(o.labels, o.value) for o in component.options}
    if component.type == "checkbox":
        return Said(label, "✓", "true")
    if isinstance(value, list):
        return Said(label, ", ".join(names.get(str(v), str(v)) for v in value), "list")
    return Said(label, names.get(str(value), str(value)), str(value) if names else "")
