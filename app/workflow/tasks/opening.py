"""From the engine's open work to a task row: who, what form, by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.workflow.deployments.lint import groups_of, is_initiator_lane
from app.workflow.engine import EngineError, OpenWork
from app.workflow.engine.durations import instant
from app.workflow.models import ProcessInstance, Task

STANDARD_FORM = "standard_decision"
DEFAULT_DUE = timedelta(days=7)
MAX_NAME = 100
MOST_GROUPS = 50


def open_task(instance: ProcessInstance, work: OpenWork, now: datetime) -> Task:
    """A new task for ``work``. The drawing's attributes say who may do it and until when."""
    candidates, assignee = _people(instance, work)
    department = _department(work, candidates)
    return Task(
        instance_id=instance.id,
        token=work.token,
        element_id=work.element.id,
        names=work.element.names or {"en": work.element.id},
        form=work.attributes.get("form", STANDARD_FORM),
        duty=work.attributes.get("duty"),
        department=department,
        candidates=candidates,
        assignee=assignee,
        state="open",
        version=1,
        priority=_whole(work, "priority", 50),
        due_at=_due(work, now),
        created_at=now,
    )


def _people(instance: ProcessInstance, work: OpenWork) -> tuple[list[str], str | None]:
    named = work.attributes.get("candidateGroups")
    if named is not None:
        return [
            _name(work, g) for g in (named if isinstance(named, list) else groups_of(str(named)))[:MOST_GROUPS]
        ], None
    if "assignee" in work.attributes:
        return [], _name(work, work.attributes["assignee"])
    if work.element.lane and not is_initiator_lane(work.element.lane):
        return [_name(work, g) for g in groups_of(work.element.lane)[:MOST_GROUPS]], None
    return [], instance.started_by


def _name(work: OpenWork, value: object) -> str:
    """The key of a group or a person; lists are found by it, and databases bound the length of a key."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME:
        raise EngineError(f"not the name of a group or a person: {str(value)[:60]!r}", work.element.id)
    return value


def _department(work: OpenWork, candidates: Sequence[str]) -> str | None:
    if "department" in work.attributes:
        return _name(work, work.attributes["department"])
    if isinstance(work.item, str):
        return work.item
    return candidates[0].split(":")[0] if len(candidates) == 1 else None


def _due(work: OpenWork, now: datetime) -> datetime:
    text = work.attributes.get("due")
    if text is None:
        return now + DEFAULT_DUE
    try:
        return instant(text, now)
    except EngineError as error:
        raise EngineError(str(error), work.element.id) from error


def _whole(work: OpenWork, name: str, default: int) -> int:
    value: Any = work.attributes.get(name, default)
    try:
        return max(0, min(100, int(value)))
    except (TypeError, ValueError):
        raise EngineError(f"{name} is not a whole number: {value!r}", work.element.id) from None
