"""What the verbs share: the request of a case, and what lists say of it."""

from __future__ import annotations

from typing import Any

from app.modules.changes.models import ChangeRequest
from app.modules.changes.services.records import of_case
from app.workflow.models import Task
from app.workflow.vocabulary import Context


def request_of(context: Context) -> ChangeRequest:
    """The request of the case; a case that has none can do nothing."""
    return of_case(context.uow, context.instance)


def acting(context: Context) -> dict[str, Any]:
    """Who acts, and when: what every verb is given."""
    return {"actor": context.actor, "now": context.now}


def said(context: Context) -> dict[str, Any]:
    """The same, with what was answered."""
    return {"answers": context.parameters, **acting(context)}


def task_of(context: Context) -> Task:
    """The task that is being completed; only recorders are given one."""
    assert context.task is not None
    return context.task


def on_card(context: Context, **members: Any) -> None:
    """What lists say of the case."""
    context.instance.card = {**context.instance.card, **members}
