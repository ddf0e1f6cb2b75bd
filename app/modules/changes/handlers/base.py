"""What the verbs share: the request of a case, and what lists say of it."""

from __future__ import annotations

from typing import Any

from app.modules.changes.models import ChangeRequest
from app.modules.changes.services.records import of_case
from app.workflow.vocabulary import Context


def request_of(context: Context) -> ChangeRequest:
    """The request of the case; a case that has none can do nothing."""
    return of_case(context.uow, context.instance)


def on_card(context: Context, **members: Any) -> None:
    """What lists say of the case."""
    context.instance.card = {**context.instance.card, **members}
