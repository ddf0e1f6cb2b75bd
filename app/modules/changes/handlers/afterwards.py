"""What the drawings of the time after a launch name: conditions that are owed, and the post-launch review."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.changes.rules import routing
from app.modules.changes.services import afterwards, looking_back
from app.workflow.models import ProcessInstance
from app.workflow.vocabulary import Context, Several, before_end, before_start, facts, handler, recorder, when_cancelled

MATTER_OPEN = N_("The case cannot end here: what it is about is still open.")


def _case(context: Context) -> dict[str, Any]:
    return {"uow": context.uow, "instance": context.instance, "actor": context.actor, "now": context.now}


def _said(context: Context) -> dict[str, Any]:
    return {**_case(context), "answers": context.parameters}


@before_start(afterwards.PROCESS)
def refuse_follow_up(uow: Session, process_key: str, business_key: str | None) -> None:
    """A case begins with the launch of a change that leaves a condition."""
    if not afterwards.waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with the launch of a change."), code="no_condition")


@before_start(looking_back.PROCESS)
def refuse_review(uow: Session, process_key: str, business_key: str | None) -> None:
    if not looking_back.waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with the launch of a change."), code="no_request")


@when_cancelled(afterwards.PROCESS)
@when_cancelled(looking_back.PROCESS)
def refuse_cancelling(context: Context) -> None:
    """What a launch leaves to do ends by being done."""
    raise Conflict(N_("This case is not withdrawn; it ends by its own steps."), code="not_withdrawn")


@before_end(afterwards.PROCESS)
def refuse_open_condition(uow: Session, instance: ProcessInstance) -> None:
    if afterwards.of_case(uow, instance)[1].state == "open":
        raise Conflict(MATTER_OPEN, code="matter_open")


@before_end(looking_back.PROCESS)
def refuse_open_review(uow: Session, instance: ProcessInstance) -> None:
    uow.flush()
    if looking_back.of_case(uow, instance)[1].state != "noted":
        raise Conflict(MATTER_OPEN, code="matter_open")


@recorder("changes.record_fulfilment")
def record_fulfilment(context: Context) -> dict[str, Any]:
    afterwards.record_fulfilment(**_said(context))
    return {}


@recorder("changes.record_confirmation")
def record_confirmation(context: Context) -> dict[str, Any]:
    return {"confirmation": afterwards.record_confirmation(**_said(context))}


@handler("changes.remind_condition")
def remind_condition(context: Context) -> None:
    afterwards.remind(**_case(context))


@handler("changes.escalate_condition")
def escalate_condition(context: Context) -> None:
    afterwards.escalate(**_case(context))


@facts("changes.post_launch_review")
def post_launch_review(context: Context) -> Several:
    request = looking_back.request_of(context.uow, context.instance)
    return Several(looking_back.inputs(request), routing.first_review)


@handler("changes.plan_post_launch_review", required=("terms",))
def plan_post_launch_review(context: Context) -> dict[str, Any]:
    return looking_back.plan(terms=context.parameters["terms"], **_case(context))


@recorder("changes.record_post_launch_review")
def record_post_launch_review(context: Context) -> dict[str, Any]:
    afterwards.require_attached(context.uow, context.instance, context.parameters.get("evidence") or [])
    looking_back.record(**_said(context))
    return {}


@recorder("changes.record_post_launch_note")
def record_post_launch_note(context: Context) -> dict[str, Any]:
    return {"note": looking_back.record_note(**_said(context))}


@handler("changes.remind_post_launch_review")
def remind_post_launch_review(context: Context) -> None:
    looking_back.remind(**_case(context))


@handler("changes.escalate_post_launch_review")
def escalate_post_launch_review(context: Context) -> None:
    looking_back.escalate(**_case(context))
    afterwards.make_urgent(context.uow, context.instance)
