"""How definitions, cases and tasks look to programs, built from the objects in hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.i18n import pick
from app.workflow.models import ProcessDefinition, ProcessInstance, Task
from app.workflow.tasks.services import facts_of

ACTIONS = ("claim", "release", "complete", "delegate", "transfer", "send_back", "comment", "attach", "remind")


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, as ``2026-11-22T08:00:00Z``."""
    return at.isoformat().replace("+00:00", "Z") if at is not None else None


def definition_json(definition: ProcessDefinition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "key": definition.key,
        "version": definition.version,
        "name": pick(definition.names, definition.key),
        "state": definition.state,
        "content_hash": definition.content_hash,
        "deployed_by": definition.deployed_by,
        "deployed_at": moment(definition.deployed_at),
    }


def instance_json(instance: ProcessInstance, version: int, active: list[str]) -> dict[str, Any]:
    return {
        "id": instance.id,
        "process": instance.process_key,
        "process_version": version,
        "business_key": instance.business_key,
        "state": instance.state,
        "started_by": instance.started_by,
        "started": moment(instance.started_at),
        "ended": moment(instance.ended_at),
        "variables": instance.variables,
        "active_elements": active,
    }


def task_json(task: Task, instance: ProcessInstance, actor: Actor) -> dict[str, Any]:
    return {
        "id": task.id,
        "version": task.version,
        "name": pick(task.names, task.element_id),
        "process": instance.process_key,
        "instance_id": instance.id,
        "business_key": instance.business_key,
        "element_id": task.element_id,
        "candidate_groups": task.candidates,
        "department": task.department,
        "assignee": task.assignee,
        "due": moment(task.due_at),
        "created": moment(task.created_at),
        "priority": task.priority,
        "state": task.state,
        "allowed_actions": allowed_actions(task, instance, actor),
    }


def allowed_actions(task: Task, instance: ProcessInstance, actor: Actor) -> list[str]:
    """The actions the permission table grants this person on this task now."""
    facts = facts_of(instance, task)
    return [action.replace("_", "-") for action in ACTIONS if allowed(actor, f"task.{action}", facts)]
