"""The verbs, recorders and facts that the drawings of this feature name.

What people say in their tasks is audited in the chain of the case; what becomes
of the request, in the request's own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import routing
from app.modules.changes.rules.file import KEY_OF_FIELD
from app.modules.changes.rules.routing import consolidation_inputs
from app.modules.changes.rules.states import ENDED
from app.modules.changes.services import (
    chasing,
    differences,
    file_parts,
    launching,
    piloting,
    preparing,
    returning,
    reviewing,
)
from app.modules.changes.services.records import of_case, waits_for_case
from app.modules.changes.services.submission import PROCESS, notice_days
from app.workflow.models import ProcessInstance
from app.workflow.vocabulary import (
    Context,
    Known,
    Several,
    before_end,
    before_start,
    facts,
    handler,
    knows,
    recorder,
    when_cancelled,
)

CALLED = ("prepare_change", "pilot", "rollout")
"""Processes of this feature that only another one calls."""
_VERBS = {"declined": "decline", "rejected": "reject", "withdrawn": "withdraw"}


def request_of(context: Context) -> ChangeRequest:
    """The request of the case; a case that has none can do nothing."""
    return of_case(context.uow, context.instance)


def _on_card(context: Context, **members: Any) -> None:
    """What lists say of the case."""
    context.instance.card = {**context.instance.card, **members}


# What people decide in their tasks


@recorder("changes.record_need")
def record_need(context: Context) -> dict[str, Any]:
    return {"need": preparing.record_need(request_of(context), answers=context.parameters)}


@recorder("changes.record_design")
def record_design(context: Context) -> dict[str, Any]:
    request = request_of(context)
    design = preparing.record_design(
        context.uow,
        request,
        answers=context.parameters,
        actor=context.actor,
        now=context.now,
        element_id=context.element_id,
    )
    return {"design": design, "pilot_planned": request.pilot_plan is not None}


@recorder("changes.record_test")
def record_test(context: Context) -> dict[str, Any]:
    request = request_of(context)
    passed = preparing.record_test(context.uow, request, answers=context.parameters)
    context.note("change.tested", number=request.number, passed=passed, content_hash=request.content_hash)
    return {"preparation": "ready" if passed else "tests_failed"}


@recorder("changes.record_review")
def record_review(context: Context) -> dict[str, Any]:
    assert context.task is not None
    request = request_of(context)
    review = reviewing.record_review(
        context.uow,
        request,
        task=context.task,
        answers=context.parameters,
        actor=context.actor,
        now=context.now,
    )
    said = {name: getattr(review, name) for name in ("department", "verdict", "round", "content_hash")}
    context.note("change.reviewed", number=request.number, **said)
    _on_card(context, opinions=context.instance.card.get("opinions", 0) + 1)
    return {}


@recorder("changes.record_decision")
def record_decision(context: Context) -> dict[str, Any]:
    assert context.task is not None
    request = request_of(context)
    decision = reviewing.record_decision(
        context.uow,
        request,
        task=context.task,
        answers=context.parameters,
        actor=context.actor,
        now=context.now,
    )
    said = {name: getattr(decision, name) for name in ("decision", "round", "content_hash")}
    context.note("change.decided", number=request.number, **said)
    if decision.decision == "reject":
        request.closing_reason = decision.reason
    # What the form of the rollout shows as the least; the plan itself is held to the policy of its own day.
    least = notice_days(context.uow, request, context.now, record=False)
    return {"decision": decision.decision, "notice_least": least}


@recorder("changes.record_pilot_plan")
def record_pilot_plan(context: Context) -> dict[str, Any]:
    piloting.record_plan(
        context.uow, request_of(context), answers=context.parameters, actor=context.actor, now=context.now
    )
    return {"pilot_planned": True}


@recorder("changes.record_early_report")
def record_early_report(context: Context) -> dict[str, Any]:
    context.note("pilot.reported_early", reason=context.parameters["reason"])
    return {}


@recorder("changes.record_pilot_results")
def record_pilot_results(context: Context) -> dict[str, Any]:
    piloting.record_results(context.uow, request_of(context), answers=context.parameters)
    return {}


@recorder("changes.record_conditions_met")
def record_conditions_met(context: Context) -> dict[str, Any]:
    assert context.task is not None
    launching.record_conditions_met(
        context.uow,
        request_of(context),
        department=context.task.department or "",
        grounds=context.parameters["grounds"],
        actor=context.actor,
        now=context.now,
    )
    return {}


@recorder("changes.record_rollout")
def record_rollout(context: Context) -> dict[str, Any]:
    effective_at = launching.record_rollout(
        context.uow, request_of(context), answers=context.parameters, actor=context.actor, now=context.now
    )
    return {"effective_at": effective_at.isoformat()}


@knows("design")
def file_asked(session: Session, instance: ProcessInstance, now: datetime) -> Known:
    """The parts of the approver's file that the design must bring, with what is written of them already."""
    request = session.scalar(select(ChangeRequest).where(ChangeRequest.instance_id == instance.id))
    if request is None:
        return Known()
    asked = file_parts.asked_of_initiator(session, request, now)
    written = file_parts.parts_of(session, request.id)
    texts = {f"{KEY_OF_FIELD}{part}": written[part].text for part in asked if part in written}
    return Known({"file_parts": asked}, texts)


# What the process does


@handler("changes.departments_to_review", required=("departments",))
def departments_to_review(context: Context) -> list[str]:
    request = request_of(context)
    materiality = context.variables["materiality"]
    asked, standing = reviewing.open_round(
        context.uow,
        request,
        departments=context.parameters["departments"],
        materiality=materiality,
        element_id=context.element_id,
        actor=context.actor,
        now=context.now,
    )
    _on_card(context, materiality=materiality, opinions=len(standing), opinions_asked=len(standing) + len(asked))
    return asked


@handler("changes.send_back")
def send_back(context: Context) -> bool:
    returning.send_back(context.uow, request_of(context), actor=context.actor, now=context.now)
    return True


@handler("changes.close", required=("outcome",))
def close(context: Context) -> str:
    outcome: str = context.parameters["outcome"]
    reviewing.close(context.uow, request_of(context), verb=_VERBS[outcome], actor=context.actor, now=context.now)
    return outcome


@before_start(PROCESS, *CALLED)
def refuse_start(uow: Session, process_key: str, business_key: str | None) -> None:
    """A case begins with the submission of its request; the processes it calls never begin by themselves."""
    if process_key != PROCESS or not waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with a change request: POST /change-requests."), code="no_request")


@before_end(PROCESS)
def refuse_end(uow: Session, instance: ProcessInstance) -> None:
    """Nobody ends the case past the steps that end the request."""
    if of_case(uow, instance).state not in ENDED:
        raise Conflict(N_("The case cannot end here: what it is about is still open."), code="matter_open")


@when_cancelled(PROCESS)
def cancelled(context: Context) -> None:
    request = request_of(context)
    request.closing_reason = context.parameters.get("reason") or None
    verb = "withdraw" if context.actor.username == request.initiator else "cancel"
    reviewing.close(context.uow, request, verb=verb, actor=context.actor, now=context.now)


@handler("changes.approve")
def approve(context: Context) -> None:
    reviewing.approve(context.uow, request_of(context), actor=context.actor, now=context.now)


@handler("changes.open_pilot")
def open_pilot(context: Context) -> str:
    until = piloting.open_pilot(context.uow, request_of(context), actor=context.actor, now=context.now)
    return until.isoformat()


@handler("changes.extend_pilot")
def extend_pilot(context: Context) -> str:
    until = piloting.extend_pilot(context.uow, request_of(context), actor=context.actor, now=context.now)
    return until.isoformat()


@handler("changes.pass_pilot")
def pass_pilot(context: Context) -> str:
    piloting.pass_pilot(context.uow, request_of(context), actor=context.actor, now=context.now)
    return "passed"


@handler("changes.roll_back_pilot")
def roll_back_pilot(context: Context) -> str:
    piloting.roll_back(context.uow, request_of(context), actor=context.actor, now=context.now)
    return "failed"


@handler("changes.departments_with_conditions")
def departments_with_conditions(context: Context) -> list[str]:
    return launching.departments_with_conditions(context.uow, request_of(context))


@handler("changes.schedule")
def schedule(context: Context) -> None:
    launching.schedule(context.uow, request_of(context), actor=context.actor, now=context.now)


@handler("changes.notify")
def notify(context: Context) -> None:
    launching.notify(context.uow, request_of(context), actor=context.actor, now=context.now)


@handler("changes.go_live")
def go_live(context: Context) -> None:
    launching.go_live(context.uow, request_of(context), actor=context.actor, now=context.now)


@handler("changes.remind_late")
def remind_late(context: Context) -> None:
    late = chasing.remind(context.uow, request_of(context), context.instance, actor=context.actor, now=context.now)
    context.note("review.reminded", departments=late)


@handler("changes.escalate_late")
def escalate_late(context: Context) -> None:
    late = chasing.escalate(context.uow, request_of(context), context.instance, actor=context.actor, now=context.now)
    context.note("review.escalated", departments=late)


# What the tables are asked with


@facts("changes.materiality")
def materiality(context: Context) -> dict[str, Any]:
    return differences.materiality_inputs(context.uow, request_of(context), context.now)


@facts("changes.review_departments")
def review_departments(context: Context) -> Several:
    return Several(reviewing.review_inputs(context.uow, request_of(context), context.now), routing.union)


@facts("changes.consolidation")
def consolidation(context: Context) -> dict[str, Any]:
    request = request_of(context)
    verdicts = {r.department: r.verdict for r in reviewing.standing_reviews(context.uow, request)}
    return dict(consolidation_inputs(verdicts, len(launching.open_before_launch(context.uow, request.id))))


@facts("changes.decider")
def decider(context: Context) -> Several:
    return Several([{"family": family} for family in request_of(context).families], routing.highest)


@facts("changes.pilot_required")
def pilot_required(context: Context) -> Several:
    request = request_of(context)
    asked = reviewing.review_inputs(context.uow, request, context.now)
    return Several([{**inputs, "pilot_wish": request.pilot_wish} for inputs in asked], any)


@facts("changes.pilot_verdict")
def pilot_verdict(context: Context) -> dict[str, Any]:
    return dict(piloting.verdict_inputs(context.uow, request_of(context)))
