"""What the drawings of the time after a launch name: conditions that are owed, and the post-launch review."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.changes.rules import routing
from app.modules.changes.services import afterwards, looking_back
from app.workflow.models import ProcessInstance
from app.workflow.tasks.attachments import require_attached
from app.workflow.vocabulary import (
    Context,
    Several,
    before_end,
    before_start,
    facts,
    handler,
    matter_open,
    recorder,
    when_cancelled,
)


@before_start(afterwards.PROCESS)
def refuse_follow_up(uow: Session, process_key: str, business_key: str | None) -> None:
    """A case begins with the launch of a change that leaves a condition."""
    if not afterwards.waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with the launch of a change."), code="no_condition")


@before_start(looking_back.PROCESS)
def refuse_review(uow: Session, process_key: str, business_key: str | None) -> None:
    if not looking_back.waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with the launch of a change."), code="no_request")


@when_cancelled(afterwards.PROCESS, looking_back.PROCESS)
def refuse_cancelling(context: Context) -> None:
    """What a launch leaves to do ends by being done."""
    raise Conflict(N_("This case is not withdrawn; it ends by its own steps."), code="not_withdrawn")


@before_end(afterwards.PROCESS)
def refuse_open_condition(uow: Session, instance: ProcessInstance) -> None:
    if afterwards.of_case(uow, instance)[1].state == "open":
        raise matter_open()


@before_end(looking_back.PROCESS)
def refuse_open_review(uow: Session, instance: ProcessInstance) -> None:
    uow.flush()
    if looking_back.of_case(uow, instance)[1].state != "noted":
        raise matter_open()


@recorder("changes.record_fulfilment")
def record_fulfilment(context: Context) -> dict[str, Any]:
    afterwards.record_fulfilment(context.uow, context.instance, **context.said)
    return {}


@recorder("changes.record_confirmation")
def record_confirmation(context: Context) -> dict[str, Any]:
    return {"confirmation": afterwards.record_confirmation(context.uow, context.instance, **context.said)}


@handler("changes.remind_condition")
def remind_condition(context: Context) -> None:
    afterwards.remind(context.uow, context.instance, **context.acting)


@handler("changes.escalate_condition")
def escalate_condition(context: Context) -> None:
    afterwards.escalate(context.uow, context.instance, **context.acting)


@facts("changes.post_launch_review")
def post_launch_review(context: Context) -> Several:
    request = looking_back.request_of(context.uow, context.instance)
    return Several(looking_back.inputs(request), routing.first_review)


@handler("changes.plan_post_launch_review", required=("terms",))
def plan_post_launch_review(context: Context) -> dict[str, Any]:
    return looking_back.plan(context.uow, context.instance, terms=context.parameters["terms"], **context.acting)


@recorder("changes.record_post_launch_review")
def record_post_launch_review(context: Context) -> dict[str, Any]:
    require_attached(context.uow, context.instance.id, context.parameters.get("evidence") or [])
    looking_back.record(context.uow, context.instance, **context.said)
    return {}


@recorder("changes.record_post_launch_note")
def record_post_launch_note(context: Context) -> dict[str, Any]:
    return {"note": looking_back.record_note(context.uow, context.instance, **context.said)}


@handler("changes.remind_post_launch_review")
def remind_post_launch_review(context: Context) -> None:
    looking_back.remind(context.uow, context.instance, **context.acting)


@handler("changes.escalate_post_launch_review")
def escalate_post_launch_review(context: Context) -> None:
    looking_back.escalate(context.uow, context.instance, **context.acting)
    afterwards.make_urgent(context.uow, context.instance)
