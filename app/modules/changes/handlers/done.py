"""What the process does by itself."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.changes.handlers.base import on_card, request_of
from app.modules.changes.rules.states import ENDED
from app.modules.changes.services import (
    chasing,
    deciding,
    launching,
    opinions,
    piloting,
    preparing,
    returning,
    reviewing,
)
from app.modules.changes.services.records import of_case, tell_lives, waits_for_case
from app.modules.changes.services.submission import PROCESSES
from app.workflow.models import ProcessInstance
from app.workflow.vocabulary import Context, before_end, before_start, handler, matter_open, when_cancelled

CALLED = (
    "prepare_change",
    "prepare_new_product",
    "department_opinion",
    "decision",
    "regulatory_filing",
    "develop_product",
    "pilot",
    "rollout",
)
"""Processes of this feature that only another one calls."""
TESTED_LATER = frozenset({"new_product_approval"})
"""Processes in which what is proposed is built after its approval."""
_VERBS = {"declined": "decline", "rejected": "reject", "withdrawn": "withdraw"}


@handler("changes.departments_to_review", required=("departments",))
def departments_to_review(context: Context) -> list[str]:
    request = request_of(context)
    preparing.require_designed(request)
    if context.instance.process_key not in TESTED_LATER:
        preparing.require_tested(request)
    materiality = context.variables["materiality"]
    asked, standing = reviewing.open_round(
        context.uow,
        request,
        departments=context.parameters["departments"],
        materiality=materiality,
        element_id=context.element_id,
        **context.acting,
    )
    on_card(context, materiality=materiality, opinions=len(standing), opinions_asked=len(standing) + len(asked))
    return asked


@handler("changes.signatories", required=("department",))
def signatories(context: Context) -> dict[str, list[str]]:
    return opinions.signatories(context.uow, request_of(context).initiator, context.parameters["department"])


@handler("changes.find_authority")
def find_authority(context: Context) -> str:
    found = deciding.require_authority(context.uow, request_of(context), context.instance, context.now)
    return found.holder


@handler("changes.complete_file")
def complete_file(context: Context) -> str:
    preparing.complete_file(context.uow, request_of(context), **context.acting, element_id=context.element_id)
    return "ready"


@handler("changes.send_back")
def send_back(context: Context) -> bool:
    returning.send_back(context.uow, request_of(context), **context.acting)
    return True


@handler("changes.close", required=("outcome",))
def close(context: Context) -> str:
    outcome: str = context.parameters["outcome"]
    reviewing.close(context.uow, request_of(context), verb=_VERBS[outcome], **context.acting)
    return outcome


@before_start(*PROCESSES, *CALLED)
def refuse_start(uow: Session, process_key: str, business_key: str | None) -> None:
    """A case begins with the submission of its request; the processes it calls never begin by themselves."""
    if process_key not in PROCESSES or not waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with a change request: POST /change-requests."), code="no_request")


@before_end(*PROCESSES)
def refuse_end(uow: Session, instance: ProcessInstance) -> None:
    """Nobody ends the case past the steps that end the request; whoever waits for its products hears of it."""
    request = of_case(uow, instance)
    if request.state not in ENDED:
        raise matter_open()
    tell_lives(uow, request, "product_launched" if request.state == "live" else "product_not_launched")


@when_cancelled(*PROCESSES)
def cancelled(context: Context) -> None:
    request = request_of(context)
    request.closing_reason = context.parameters.get("reason") or None
    verb = "withdraw" if context.actor.username == request.initiator else "cancel"
    reviewing.close(context.uow, request, verb=verb, **context.acting)
    tell_lives(context.uow, request, "product_not_launched")


@handler("changes.approve")
def approve(context: Context) -> None:
    reviewing.approve(context.uow, request_of(context), **context.acting)


@handler("changes.open_pilot")
def open_pilot(context: Context) -> str:
    until = piloting.open_pilot(context.uow, request_of(context), **context.acting)
    return until.isoformat()


@handler("changes.extend_pilot")
def extend_pilot(context: Context) -> str:
    until = piloting.extend_pilot(context.uow, request_of(context), **context.acting)
    return until.isoformat()


@handler("changes.pass_pilot")
def pass_pilot(context: Context) -> str:
    piloting.pass_pilot(context.uow, request_of(context), **context.acting)
    return "passed"


@handler("changes.roll_back_pilot")
def roll_back_pilot(context: Context) -> str:
    piloting.roll_back(context.uow, request_of(context), **context.acting)
    return "failed"


@handler("changes.departments_with_conditions")
def departments_with_conditions(context: Context) -> list[str]:
    return launching.departments_with_conditions(context.uow, request_of(context))


@handler("changes.schedule")
def schedule(context: Context) -> None:
    launching.schedule(context.uow, request_of(context), **context.acting)


@handler("changes.notify")
def notify(context: Context) -> None:
    launching.notify(context.uow, request_of(context), **context.acting)


@handler("changes.reach_wave")
def reach_wave(context: Context) -> str:
    return launching.reach_wave(context.uow, request_of(context), **context.acting)


@handler("changes.go_live")
def go_live(context: Context) -> None:
    launching.go_live(context.uow, request_of(context), **context.acting)


@handler("changes.remind_late")
def remind_late(context: Context) -> None:
    late = chasing.remind(context.uow, request_of(context), context.instance, **context.acting)
    context.note("review.reminded", departments=late)


@handler("changes.escalate_late")
def escalate_late(context: Context) -> None:
    late = chasing.escalate(context.uow, request_of(context), context.instance, **context.acting)
    context.note("review.escalated", departments=late)
