"""The post-launch review 后评价: when it is due, what it found, and who took note of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import clock
from app.kernel.calendar import add_business_days
from app.kernel.errors import Conflict, Forbidden
from app.kernel.i18n import N_
from app.modules.catalogue.services.records import note_each
from app.modules.changes.models import ChangeRequest, PostLaunchReview, ProposedVersion
from app.modules.changes.rules import routing
from app.modules.changes.services.chasing import tell
from app.modules.changes.services.records import note
from app.workflow.decisions.services import try_out
from app.workflow.models import ProcessInstance
from app.workflow.tasks.audience import let_see

PROCESS = TABLE = "post_launch_review"
SAID = ("objective", "sales", "complaints", "incidents", "deviations", "conclusion", "reason")
COUNTS = frozenset({"sales", "complaints", "incidents"})
NOT_THE_SAME = N_("Whoever reviewed the change does not take note of it: it needs another person.")


def inputs(request: ChangeRequest) -> list[dict[str, Any]]:
    """What the table is asked: once for each family."""
    return [{"materiality": request.materiality or "material", "family": family} for family in request.families]


def terms_of(session: Session, request: ChangeRequest, materiality: str | None) -> dict[str, Any]:
    """What the table would say of a request that is not live yet; nothing is recorded."""
    asked = [{**i, "materiality": materiality or i["materiality"]} for i in inputs(request)]
    return routing.first_review([try_out(session, key=TABLE, inputs=i).output for i in asked])


def foreseen(session: Session, request: ChangeRequest, materiality: str | None) -> dict[str, Any]:
    """When the review begins, by the table as it stands, with ``day`` where the effective day is known."""
    terms = terms_of(session, request, materiality)
    day = day_after(request.effective_at, terms) if request.effective_at else None
    return {**terms, "day": day}


def day_after(launch: datetime, terms: Mapping[str, Any]) -> datetime:
    """The beginning of the accounting date on which the review begins."""
    return clock.start_of_day(clock.accounting_date(launch) + timedelta(days=int(terms["days"])))


def waits_for_case(session: Session, business_key: str | None) -> bool:
    """Whether a request went live a moment ago and its review is not planned yet."""
    number, _, rest = (business_key or "").partition("/")
    live = select(ChangeRequest.id).where(ChangeRequest.number == number, ChangeRequest.state == "live")
    request_id = session.scalar(live)
    return rest == "review" and request_id is not None and of_request(session, request_id) is None


def of_request(session: Session, request_id: int) -> PostLaunchReview | None:
    return session.scalar(select(PostLaunchReview).where(PostLaunchReview.change_request_id == request_id))


def request_of(uow: Session, instance: ProcessInstance) -> ChangeRequest:
    """The request that a case of this process looks back on."""
    number = (instance.business_key or "").partition("/")[0]
    found = uow.scalar(select(ChangeRequest).where(ChangeRequest.number == number))
    if found is None:
        raise Conflict(N_("This case has no change request."), code="no_request")
    return found


def of_case(uow: Session, instance: ProcessInstance) -> tuple[ChangeRequest, PostLaunchReview]:
    review = uow.scalar(select(PostLaunchReview).where(PostLaunchReview.instance_id == instance.id))
    if review is None:
        raise Conflict(N_("This case has no post-launch review."), code="no_review")
    return uow.get_one(ChangeRequest, review.change_request_id), review


def plan(
    uow: Session, instance: ProcessInstance, *, terms: Mapping[str, Any], actor: Actor, now: datetime
) -> dict[str, Any]:
    """Keep when the review begins; gives what the drawing needs."""
    request = request_of(uow, instance)
    existing = of_request(uow, request.id)
    begins = day_after(now, terms) if existing is None else existing.begins_at
    if existing is None:
        days = int(terms["review_days"])
        existing = PostLaunchReview(
            change_request_id=request.id,
            instance_id=instance.id,
            state="planned",
            begins_at=begins,
            review_days=days,
            due_at=add_business_days(begins, days),
            noter=terms["noted_by"],
            evidence=[],
        )
        uow.add(existing)
        note(uow, request, "post_launch.planned", actor, now, begins=begins.isoformat(), noter=existing.noter)
    return {
        "begins_at": begins.isoformat(),
        "review_days": existing.review_days,
        "noter": existing.noter,
        "owner": request.owner_department,
    }


def record(uow: Session, instance: ProcessInstance, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """What the owning department found."""
    request, review = of_case(uow, instance)
    for name in SAID:
        setattr(review, name, int(answers[name]) if name in COUNTS else answers.get(name))
    review.evidence = list(answers.get("evidence") or [])
    review.state, review.reviewed_by, review.reviewed_at = "reviewed", actor.username, now
    told = {"conclusion": review.conclusion, "reason": review.reason, "objective": review.objective}
    note(uow, request, "post_launch.reviewed", actor, now, **told)


def record_note(
    uow: Session, instance: ProcessInstance, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """Noted, and told on the products' own time lines; or more is asked for.

    403 for whoever reviewed (rule 5), 409 before anybody has, where the case was put here by hand.
    """
    request, review = of_case(uow, instance)
    if actor.username == review.reviewed_by:
        raise Forbidden(NOT_THE_SAME, code="four_eyes")
    if review.state != "reviewed":
        raise Conflict(N_("The review has not been reported yet."), code="not_reviewed")
    decision: str = answers["decision"]
    review.remark = answers.get("remark")
    if decision != "noted":
        review.state = "planned"
        note(uow, request, "post_launch.returned", actor, now, reason=review.remark)
        return decision
    review.state, review.noted_by, review.noted_at = "noted", actor.username, now
    note(uow, request, "post_launch.noted", actor, now, conclusion=review.conclusion, reason=review.remark)
    codes = uow.scalars(select(ProposedVersion.product_code).where(ProposedVersion.change_request_id == request.id))
    told = {"approval": request.number, "conclusion": review.conclusion}
    note_each(uow, "product.reviewed", actor, now, [(code, told) for code in codes])
    return decision


def remind(uow: Session, instance: ProcessInstance, *, actor: Actor, now: datetime) -> None:
    """The time for the review has passed: the owning department is told."""
    request, _ = of_case(uow, instance)
    tell(uow, request, "post_launch.due", [request.owner_department], now, f"/cases/{instance.id}")
    note(uow, request, "post_launch.reminded", actor, now, owner=request.owner_department)


def escalate(uow: Session, instance: ProcessInstance, *, actor: Actor, now: datetime) -> None:
    """Late: the heads of the department and of risk and the executives are told."""
    request, _ = of_case(uow, instance)
    let_see(uow, instance, ["risk", "executive"])
    tell(
        uow,
        request,
        "post_launch.overdue",
        [f"{request.owner_department}:head", "risk:head", "executive"],
        now,
        f"/cases/{instance.id}",
    )
    note(uow, request, "post_launch.escalated", actor, now)
