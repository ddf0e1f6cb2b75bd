"""Reads of change requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.audit import AuditEvent
from app.kernel.errors import NotFound
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.rules.difference import Change, difference
from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    Condition,
    DepartmentReview,
    ExecutiveDecision,
    Pilot,
    PilotObservation,
    ProposedVersion,
    RegulatoryReceipt,
    Rollout,
)
from app.modules.changes.rules.matter import changed_groups
from app.modules.changes.services.differences import open_request_on, pairs
from app.modules.changes.services.piloting import observations_of
from app.modules.changes.services.records import NO_REQUEST, current_matter, facts_of, proposed, stream
from app.modules.changes.services.reviewing import standing_reviews
from app.workflow.models import ProcessInstance

__all__ = [
    "CaseMatter",
    "VersionDifference",
    "case_matter",
    "changed_since",
    "conditions_of",
    "decisions_of",
    "difference_of",
    "history_of",
    "meetings_of",
    "observations_of",
    "open_request_on",
    "pilot_of",
    "proposed",
    "receipts_of",
    "request_for",
    "request_of_case",
    "requests_of",
    "reviews_of",
    "rollout_of",
    "standing_reviews",
    "votes_of",
]

PAGE = 200


@dataclass(frozen=True)
class VersionDifference:
    """One proposed version beside the one in force; ``old`` is None for a new product."""

    product: str
    old: ProductVersion | None
    new: ProductVersion
    changes: list[Change]
    """Every attribute in the type's order, unchanged ones included."""


@dataclass(frozen=True)
class CaseMatter:
    """What a task page of a case must show."""

    request: ChangeRequest
    differences: list[VersionDifference]
    reviews: Sequence[DepartmentReview]
    conditions: Sequence[Condition]
    decisions: Sequence[ExecutiveDecision]
    pilot: Pilot | None
    observations: Sequence[PilotObservation]
    rollout: Rollout | None
    changed_groups: dict[str, list[str]] = field(default_factory=dict)
    """Department → attribute groups changed since its last opinion."""


def request_for(session: Session, request_id: int, actor: Actor) -> ChangeRequest:
    """A request, if ``actor`` may see it: otherwise it is not there."""
    row = session.execute(
        select(ChangeRequest, ProcessInstance)
        .outerjoin(ProcessInstance, ProcessInstance.id == ChangeRequest.instance_id)
        .where(ChangeRequest.id == request_id)
    ).first()
    if row is None or not allowed(actor, "change.see", facts_of(row[0], row[1])):
        raise NotFound(NO_REQUEST)
    found: ChangeRequest = row[0]
    return found


def request_of_case(session: Session, instance_id: int) -> ChangeRequest | None:
    """The request a case is about."""
    return session.scalar(select(ChangeRequest).where(ChangeRequest.instance_id == instance_id))


def requests_of(
    session: Session,
    actor: Actor,
    *,
    mine: bool = False,
    state: str | None = None,
    product: str | None = None,
    after: int | None = None,
    limit: int = 25,
) -> list[ChangeRequest]:
    """Requests ``actor`` may see, newest first: at most ``limit + 1``, so that the caller knows of a next page."""
    query = (
        select(ChangeRequest, ProcessInstance)
        .outerjoin(ProcessInstance, ProcessInstance.id == ChangeRequest.instance_id)
        .order_by(ChangeRequest.id.desc())
        .limit(PAGE)
    )
    if mine:
        query = query.where(ChangeRequest.initiator == actor.username)
    if state is not None:
        query = query.where(ChangeRequest.state == state)
    if product is not None:
        over = select(ProposedVersion.change_request_id).where(ProposedVersion.product_code == product)
        query = query.where(ChangeRequest.id.in_(over))
    found: list[ChangeRequest] = []
    while len(found) <= limit:
        page = query if after is None else query.where(ChangeRequest.id < after)
        rows = session.execute(page).all()
        found += [request for request, case in rows if allowed(actor, "change.see", facts_of(request, case))]
        if len(rows) < PAGE:
            break
        after = rows[-1][0].id
    return found[: limit + 1]


def difference_of(session: Session, request: ChangeRequest, now: datetime) -> list[VersionDifference]:
    """What the request changes, product by product."""
    return [
        VersionDifference(new.product_code, old, new, difference(old.content if old else {}, new.content))
        for old, new in pairs(session, request, now)
    ]


def reviews_of(session: Session, request_id: int) -> Sequence[DepartmentReview]:
    """All opinions of all rounds, oldest first; ``voided_at`` tells which stand no more."""
    rows = select(DepartmentReview).where(DepartmentReview.change_request_id == request_id)
    return list(session.scalars(rows.order_by(DepartmentReview.id)))


def conditions_of(session: Session, request_id: int) -> Sequence[Condition]:
    """The conditions departments have set, oldest first, replaced ones left out."""
    rows = select(Condition).where(Condition.change_request_id == request_id, Condition.state.in_(("open", "closed")))
    return list(session.scalars(rows.order_by(Condition.id)))


def decisions_of(session: Session, request_id: int) -> Sequence[ExecutiveDecision]:
    rows = select(ExecutiveDecision).where(ExecutiveDecision.change_request_id == request_id)
    return list(session.scalars(rows.order_by(ExecutiveDecision.id)))


def meetings_of(session: Session, request_id: int) -> Sequence[CommitteeMeeting]:
    """The meetings of the committee on the request, oldest first."""
    rows = select(CommitteeMeeting).where(CommitteeMeeting.change_request_id == request_id)
    return list(session.scalars(rows.order_by(CommitteeMeeting.id)))


def votes_of(session: Session, meetings: Sequence[int]) -> Sequence[CommitteeVote]:
    """The votes cast in these meetings, oldest first."""
    if not meetings:
        return []
    rows = select(CommitteeVote).where(CommitteeVote.meeting_id.in_(meetings))
    return list(session.scalars(rows.order_by(CommitteeVote.id)))


def receipts_of(session: Session, request_id: int) -> Sequence[RegulatoryReceipt]:
    """The regulator's receipts for the request."""
    rows = select(RegulatoryReceipt).where(RegulatoryReceipt.change_request_id == request_id)
    return list(session.scalars(rows.order_by(RegulatoryReceipt.id)))


def pilot_of(session: Session, request_id: int) -> Pilot | None:
    return session.scalar(select(Pilot).where(Pilot.change_request_id == request_id))


def rollout_of(session: Session, request_id: int) -> Rollout | None:
    return session.get(Rollout, request_id)


def history_of(session: Session, request: ChangeRequest, *, limit: int = 200) -> list[AuditEvent]:
    """The request's audit chain, newest first."""
    events = select(AuditEvent).where(AuditEvent.stream == stream(request))
    return list(session.scalars(events.order_by(AuditEvent.number.desc()).limit(limit)))


def changed_since(session: Session, request: ChangeRequest) -> dict[str, list[str]]:
    """Department → attribute groups that changed since its last opinion, whether or not that stands."""
    matter = current_matter(session, request)
    latest = {review.department: review for review in reviews_of(session, request.id)}
    return {department: changed_groups(review.matter, matter) for department, review in latest.items()}


def case_matter(session: Session, instance_id: int, now: datetime) -> CaseMatter | None:
    """The matter of a case; None if the case is about no change request."""
    request = request_of_case(session, instance_id)
    if request is None:
        return None
    return CaseMatter(
        request=request,
        differences=difference_of(session, request, now),
        reviews=reviews_of(session, request.id),
        conditions=conditions_of(session, request.id),
        decisions=decisions_of(session, request.id),
        pilot=pilot_of(session, request.id),
        observations=observations_of(session, request.id),
        rollout=rollout_of(session, request.id),
        changed_groups=changed_since(session, request),
    )


def open_requests_on(session: Session, product: str) -> list[ChangeRequest]:
    """Requests over a product that are being drafted or are open, newest first."""
    query = (
        select(ChangeRequest)
        .join(ProposedVersion, ProposedVersion.change_request_id == ChangeRequest.id)
        .where(
            ProposedVersion.product_code == product,
            or_(ProposedVersion.open, ChangeRequest.state == "draft"),
        )
    )
    return list(session.scalars(query.order_by(ChangeRequest.id.desc())))
