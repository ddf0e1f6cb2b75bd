"""How a department speaks: the officer's opinion 经办意见 and the head's sign-off 负责人签发.

Only what is signed counts; what is not stays in view.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.people import people_in
from app.kernel.database import once
from app.kernel.errors import Conflict, invalid
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest, Condition, DepartmentReview
from app.modules.changes.rules import routing
from app.modules.changes.rules.states import AFTER_LAUNCH, CONDITION_DAYS, CONSENTS
from app.modules.changes.services import differences
from app.modules.changes.services.records import note, shown_hash
from app.workflow.decisions.queries import records_of
from app.workflow.models import Task

POINTS = "review_points"
ALL_POINTS = "all_points"
"""Ticked instead of each point."""
STAND_IN = "executive"
"""Who signs where a department has no head left to sign."""


def points_inputs(session: Session, request: ChangeRequest, department: str, now: datetime) -> list[dict[str, Any]]:
    """What the checklist of a department is chosen by: a question for each family of products."""
    asked = routing.review_inputs(differences.facts_of(session, request, now))
    return [{**inputs, "department": department, "materiality": request.materiality} for inputs in asked]


def points_of(session: Session, request: ChangeRequest, department: str) -> list[dict[str, Any]]:
    """The checklist 审查要点 that was chosen for a department in this round, each point once.

    ``{key, text: {en, zh}, basis: {en, zh}}``, out of the trace of the rule, so
    that it stays what the officer was shown whatever becomes of the table.
    """
    case = request.instance_id or 0
    records = once(session, ("decisions", case), lambda: records_of(session, case))
    mine = [r for r in records if r.decision_key == POINTS and r.inputs.get("department") == department]
    latest = [r for r in mine if r.at == mine[-1].at]
    return list({row["point"]: _point(row) for record in latest for row in record.output or ()}.values())


def _point(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": row["point"],
        "text": {"en": row["text_en"], "zh": row["text_zh"]},
        "basis": {"en": row["basis_en"], "zh": row["basis_zh"]},
    }


def signatories(session: Session, initiator: str, department: str) -> dict[str, list[str]]:
    """The groups that give and sign the opinion of a department: two people, neither of them the initiator."""
    officers = _others(session, f"{department}:officer", initiator)
    heads = _others(session, f"{department}:head", initiator)
    givers = officers or heads
    opinion = f"{department}:{'officer' if officers else 'head'}" if givers else STAND_IN
    can_sign = bool(heads) and len(givers | heads) > 1
    return {"opinion": [opinion], "sign_off": [f"{department}:head" if can_sign else STAND_IN]}


def _others(session: Session, group: str, initiator: str) -> set[str]:
    return {actor.username for actor in people_in(session, [group])} - {initiator}


def record_opinion(
    uow: Session, request: ChangeRequest, *, task: Task, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> DepartmentReview:
    """Keep an officer's opinion, bound to the content that was shown; it counts once it is signed.

    409 if the content is not that any more; 422 for an approval whose checklist
    has points that are not met, without a word on them.
    """
    review = DepartmentReview(
        change_request_id=request.id,
        round=request.round,
        department=task.department,
        reviewer=actor.username,
        verdict=answers["verdict"],
        opinion=answers.get("opinion"),
        points=_checked(uow, request, task, answers),
        condition=_condition_asked(answers),
        raises_to=_raise(request, answers),
        content_hash=shown_hash(uow, request),
        matter=request.matter,
        task_id=task.id,
        at=now,
    )
    uow.add(review)
    return review


def _checked(uow: Session, request: ChangeRequest, task: Task, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    met = set(answers.get("points_met") or ())
    everything = ALL_POINTS in met and answers["verdict"] in CONSENTS
    points = [{**p, "met": everything or p["key"] in met} for p in points_of(uow, request, task.department or "")]
    if answers["verdict"] == "approve" and not answers.get("opinion") and any(not p["met"] for p in points):
        message = N_("Not all points of the checklist are met: say why the department agrees all the same.")
        raise invalid("/data/opinion", message, code="points_not_met")
    return points


def _condition_asked(answers: Mapping[str, Any]) -> dict[str, Any] | None:
    if answers["verdict"] != "with_conditions":
        return None
    kind = answers["condition_kind"]
    days = answers.get("condition_due_days") if kind == AFTER_LAUNCH else None
    return {
        "kind": kind,
        "text": answers["condition"],
        "due_days": days or (CONDITION_DAYS if kind == AFTER_LAUNCH else None),
    }


def _raise(request: ChangeRequest, answers: Mapping[str, Any]) -> str | None:
    """The class that compliance asks for: one of those that were offered, or none (rule 7)."""
    wanted: str | None = answers.get("raise_class")
    return wanted if wanted in higher_classes(request) else None


def higher_classes(request: ChangeRequest) -> list[str]:
    """What compliance may raise the request to; it can never be lowered."""
    return list(routing.CLASSES[routing.rank(request.materiality) + 1 :])


def sign_off(
    uow: Session, request: ChangeRequest, *, task: Task, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> DepartmentReview | None:
    """The head signs the opinion, or gives it back to the officer.

    409 for a signature under no opinion, where the case was put here by hand, or
    if the content is not what both were shown; giving back is always possible.
    """
    review = pending(uow, request, task.department or "")
    if answers["decision"] != "sign":
        if review is not None:
            review.sign_task_id, review.remark, review.returned_at = task.id, answers["remark"], now
        return None
    if review is None:
        raise Conflict(N_("There is no opinion to sign; give the task back to the officer."), code="no_opinion")
    if review.content_hash != shown_hash(uow, request):
        raise Conflict(N_("The content changed after it was shown for approval."), code="approval_void")
    review.sign_task_id, review.remark = task.id, answers.get("remark")
    review.signed_by = actor.username
    let_count(uow, request, review, actor=actor, now=now)
    return review


def pending(session: Session, request: ChangeRequest, department: str) -> DepartmentReview | None:
    """The opinion of this round that waits for the head's signature."""
    return session.scalar(
        select(DepartmentReview)
        .where(
            DepartmentReview.change_request_id == request.id,
            DepartmentReview.round == request.round,
            DepartmentReview.department == department,
            DepartmentReview.signed_at.is_(None),
            DepartmentReview.returned_at.is_(None),
            DepartmentReview.voided_at.is_(None),
        )
        .order_by(DepartmentReview.id.desc())
        .limit(1)
    )


def let_count(uow: Session, request: ChangeRequest, review: DepartmentReview, *, actor: Actor, now: datetime) -> None:
    """From now on the opinion is the department's: its condition stands, its class is the least."""
    review.signed_at = now
    uow.flush()
    if request.round > 1:
        _replace_conditions(uow, request, review.department)
    if review.condition:
        uow.add(_condition(request, review, review.condition, now))
    if review.raises_to and routing.rank(review.raises_to) > routing.rank(request.raised_to):
        old, request.raised_to = request.raised_to or request.materiality, review.raises_to
        note(
            uow, request, "change.class_raised", actor, now, old=old, new=review.raises_to, department=review.department
        )
    uow.flush()


def _replace_conditions(uow: Session, request: ChangeRequest, department: str) -> None:
    """What a department asked for in an earlier round is replaced by what it says now."""
    earlier = select(Condition).where(
        Condition.change_request_id == request.id, Condition.department == department, Condition.state == "open"
    )
    for condition in uow.scalars(earlier):
        condition.state = "replaced"


def _condition(request: ChangeRequest, review: DepartmentReview, asked: Mapping[str, Any], now: datetime) -> Condition:
    return Condition(
        change_request_id=request.id,
        review_id=review.id,
        department=review.department,
        kind=asked["kind"],
        text=asked["text"],
        state="open",
        set_at=now,
        due_days=asked["due_days"],
        owner_department=request.owner_department if asked["kind"] == AFTER_LAUNCH else None,
    )
