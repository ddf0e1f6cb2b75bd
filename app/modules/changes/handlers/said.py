"""What people decide in their tasks, kept in records; what is routed by becomes a variable."""

from __future__ import annotations

from typing import Any

from app.modules.changes.handlers.base import on_card, request_of
from app.modules.changes.models import ChangeRequest, DepartmentReview, ExecutiveDecision
from app.modules.changes.services import (
    ceilings,
    committee,
    deciding,
    file_parts,
    filing,
    launching,
    opinions,
    piloting,
    preparing,
)
from app.modules.changes.services.records import tell_lives
from app.modules.changes.services.submission import earliest_day, notice_days
from app.workflow.vocabulary import Context, recorder


@recorder("changes.record_need")
def record_need(context: Context) -> dict[str, Any]:
    return {"need": preparing.record_need(request_of(context), answers=context.parameters)}


@recorder("changes.record_design")
def record_design(context: Context) -> dict[str, Any]:
    request = request_of(context)
    design = preparing.record_design(
        context.uow,
        request,
        **context.said,
        process=context.instance.process_key,
        element_id=context.element_id,
    )
    return {"design": design, "pilot_planned": request.pilot_plan is not None}


@recorder("changes.record_test")
def record_test(context: Context) -> dict[str, Any]:
    request = request_of(context)
    passed = preparing.record_test(context.uow, request, answers=context.parameters)
    context.note("change.tested", number=request.number, passed=passed, content_hash=request.content_hash)
    if passed and request.state == "approved":
        tell_lives(context.uow, request, "product_built")
    return {"preparation": "ready" if passed else "tests_failed"}


@recorder("changes.record_risk_assessment")
def record_risk_assessment(context: Context) -> dict[str, Any]:
    return _write_parts(context, "risk.assessed", "risks", "residual_risk")


@recorder("changes.record_costing")
def record_costing(context: Context) -> dict[str, Any]:
    return _write_parts(context, "cost.worked_out", "margin")


def _write_parts(context: Context, action: str, *told: str) -> dict[str, Any]:
    """What a department writes of the approver's file; what it judges beside stands in the history."""
    request = request_of(context)
    preparing.require_open(request, context.actor)
    file_parts.keep_answers(context.uow, request, context.parameters, **context.acting)
    context.note(action, number=request.number, **{name: context.parameters[name] for name in told})
    return {}


@recorder("changes.record_development")
def record_development(context: Context) -> dict[str, Any]:
    request = request_of(context)
    outcome = preparing.record_development(request, answers=context.parameters)
    told = {"outcome": outcome, "release": context.parameters.get("release")}
    context.note("product.developed", number=request.number, **told, reason=context.parameters.get("reason"))
    return {"development": outcome}


@recorder("changes.record_opinion")
def record_opinion(context: Context) -> dict[str, Any]:
    request, review = _opinion(context)
    told = {name: getattr(review, name) for name in ("department", "verdict", "round", "content_hash")}
    context.note("change.opinion", number=request.number, **told)
    return {}


@recorder("changes.record_sign_off")
def record_sign_off(context: Context) -> dict[str, Any]:
    request = request_of(context)
    review = opinions.sign_off(context.uow, request, task=context.own_task, **context.said)
    if review is None:
        context.note("change.opinion_returned", number=request.number, department=context.own_task.department)
        return {"sign_off": "return"}
    _spoken(context, request, review)
    return {"sign_off": "sign"}


@recorder("changes.record_review")
def record_review(context: Context) -> dict[str, Any]:
    """For cases that began when one signature was enough."""
    request, review = _opinion(context)
    opinions.let_count(context.uow, request, review, **context.acting)
    _spoken(context, request, review)
    return {}


def _opinion(context: Context) -> tuple[ChangeRequest, DepartmentReview]:
    request = request_of(context)
    review = opinions.record_opinion(context.uow, request, task=context.own_task, **context.said)
    if any(point["key"] == ceilings.POINT for point in review.points):
        day = ceilings.effective_day(request, context.now, earliest_day(context.uow, request, context.now))
        ceilings.check_for_opinion(context.uow, request, review, day, element_id=context.element_id)
    return request, review


def _spoken(context: Context, request: ChangeRequest, review: DepartmentReview) -> None:
    """A department has spoken."""
    told = {name: getattr(review, name) for name in ("department", "verdict", "round", "content_hash")}
    context.note("change.reviewed", number=request.number, **told)
    on_card(context, opinions=context.instance.card.get("opinions", 0) + 1)


@recorder("changes.record_decision")
def record_decision(context: Context) -> dict[str, Any]:
    return _one_decides(context, level="executive")


@recorder("changes.record_delegated_decision")
def record_delegated_decision(context: Context) -> dict[str, Any]:
    authority = deciding.require_authority(context.uow, request_of(context), context.instance, context.now)
    return _one_decides(context, level="delegated", authority_id=authority.id)


def _one_decides(context: Context, **how: Any) -> dict[str, Any]:
    decision = deciding.record(
        context.uow,
        request_of(context),
        task=context.own_task,
        decision=context.parameters["decision"],
        reason=context.parameters.get("reason"),
        **context.acting,
        **how,
    )
    return _decided(context, decision)


@recorder("changes.record_resolution")
def record_resolution(context: Context) -> dict[str, Any]:
    decision = deciding.record_resolution(context.uow, request_of(context), task=context.own_task, **context.said)
    return _decided(context, decision)


@recorder("changes.record_meeting")
def record_meeting(context: Context) -> dict[str, Any]:
    request = request_of(context)
    meeting = committee.record_meeting(context.uow, request, task=context.own_task, **context.said)
    until = meeting.voting_until.isoformat()
    called = {"members": meeting.members, "excused": meeting.excused, "quorum": meeting.quorum, "until": until}
    context.note("committee.convened", number=request.number, **called)
    return {"members": meeting.members, "voting_until": until}


@recorder("changes.record_vote")
def record_vote(context: Context) -> dict[str, Any]:
    request = request_of(context)
    vote = committee.record_vote(context.uow, request, task=context.own_task, **context.said)
    context.note("committee.voted", number=request.number, vote=vote.vote, content_hash=vote.content_hash)
    return {}


@recorder("changes.record_minutes")
def record_minutes(context: Context) -> dict[str, Any]:
    decision = committee.record_minutes(
        context.uow,
        request_of(context),
        task=context.own_task,
        **context.said,
    )
    return _decided(context, decision)


def _decided(context: Context, decision: ExecutiveDecision) -> dict[str, Any]:
    request = request_of(context)
    told = {name: getattr(decision, name) for name in ("decision", "level", "round", "content_hash")}
    context.note("change.decided", number=request.number, **told)
    # What the form of the rollout shows as the least; the plan itself is held to the policy of its own day.
    least = notice_days(context.uow, request, context.now, record=False)
    return {"decision": decision.decision, "notice_least": least}


@recorder("changes.record_receipt")
def record_receipt(context: Context) -> dict[str, Any]:
    answer = filing.record_receipt(
        context.uow,
        request_of(context),
        kind=context.variables["filing"],
        **context.said,
    )
    return {"receipt": answer}


@recorder("changes.record_pilot_plan")
def record_pilot_plan(context: Context) -> dict[str, Any]:
    piloting.record_plan(context.uow, request_of(context), **context.said)
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
    launching.record_conditions_met(
        context.uow,
        request_of(context),
        department=context.own_task.department or "",
        grounds=context.parameters["grounds"],
        **context.acting,
    )
    return {}


@recorder("changes.record_rollout")
def record_rollout(context: Context) -> dict[str, Any]:
    request = request_of(context)
    first = launching.record_rollout(context.uow, request, **context.said)
    assert request.effective_at is not None
    # Drawings from before there were waves wait for the day on which it is everywhere.
    return {"next_wave": first.isoformat(), "effective_at": request.effective_at.isoformat()}
