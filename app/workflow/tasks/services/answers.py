"""What stands in the form of a task before it is completed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed, require
from app.kernel.errors import TooLarge
from app.workflow import vocabulary
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services.locking import facts_of, locked, require_open

MAX_DRAFT = 200_000
"""Characters of what is kept while somebody types."""


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


def save_draft(uow: Session, *, task_id: int, data: Mapping[str, Any], actor: Actor, now: datetime) -> Task:
    """Keep what was typed. Not a decision, so not audited and not checked but for size."""
    instance, task = locked(uow, task_id, actor)
    require_open(instance, task)
    require(actor, "task.draft", facts_of(instance, task))
    if len(json.dumps(data, ensure_ascii=False, default=str)) > MAX_DRAFT:
        raise TooLarge("What was typed is longer than %(limit)s characters.", limit=MAX_DRAFT)
    # What is known anyway is no draft: it may change behind what somebody began to type.
    known = known_of(uow, task, instance, now).values
    task.draft = {name: value for name, value in data.items() if name not in known or value != known[name]}
    return task
