"""Review rounds 会签, and the approval that follows from them and the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue import services as versions
from app.modules.changes.models import ChangeRequest, DepartmentReview, ExecutiveDecision
from app.modules.changes.rules import routing
from app.modules.changes.rules.matter import changed_groups
from app.modules.changes.rules.states import CONSENTS
from app.modules.changes.services import differences
from app.modules.changes.services.records import (
    current_matter,
    end,
    move,
    note,
    proposed,
    shown_hash,
    version_ids,
)
from app.workflow.decisions.queries import asked_last
from app.workflow.decisions.services import decide

DEPARTMENTS, CONSOLIDATION = "review_departments", "consolidation"
_ROUND = frozenset({DEPARTMENTS, CONSOLIDATION})
"""The tables that begin and end a review round."""


def open_round(
    uow: Session,
    request: ChangeRequest,
    *,
    departments: Sequence[str],
    materiality: str,
    element_id: str | None,
    actor: Actor,
    now: datetime,
) -> tuple[list[str], list[str]]:
    """Begin a review round; gives the departments that review in it, and those whose consent stands.

    In a later round a department whose consent stands is asked again only if the
    table that named it names it again for what changed since (rule 6). Everybody
    else the table names is asked.
    """
    left = move(request, "review", actor)
    request.round += 1
    request.materiality = materiality
    standing = {r.department: r for r in standing_reviews(uow, request) if r.verdict in CONSENTS}
    matter = current_matter(uow, request)
    again = _again(uow, request, standing.values(), matter, element_id, now)
    for department in again:
        standing.pop(department).voided_at = now
    asked = [d for d in departments if d not in standing]
    note(
        uow,
        request,
        "change.review",
        actor,
        now,
        old=left,
        new=request.state,
        round=request.round,
        materiality=materiality,
        asked=asked,
        standing=sorted(standing),
        voided=sorted(again),
    )
    return asked, sorted(standing)


def _again(
    uow: Session,
    request: ChangeRequest,
    consents: Iterable[DepartmentReview],
    matter: Mapping[str, str],
    element_id: str | None,
    now: datetime,
) -> set[str]:
    """Departments whose consent has lost its ground."""
    found: set[str] = set()
    asked: dict[tuple[str, ...], set[str]] = {}
    for review in consents:
        groups = tuple(changed_groups(review.matter, matter))
        if groups and groups not in asked:
            asked[groups] = _concerned(uow, request, groups, element_id, now)
        if groups and review.department in asked[groups]:
            found.add(review.department)
    return found


def _concerned(
    uow: Session, request: ChangeRequest, groups: Sequence[str], element_id: str | None, now: datetime
) -> set[str]:
    """The departments whose matter lies in ``groups``, by the table that names the reviewers."""
    place: dict[str, Any] = {"now": now, "instance_id": request.instance_id, "element_id": element_id}
    inputs = [{"materiality": request.materiality, "family": f, "groups_touched": [*groups]} for f in request.families]
    return set(routing.union([decide(uow, key=DEPARTMENTS, inputs=asked, **place) for asked in inputs]))


def standing_reviews(session: Session, request: ChangeRequest) -> list[DepartmentReview]:
    """Each department's latest signed word that no later edit has voided."""
    session.flush()
    rows = session.scalars(
        select(DepartmentReview)
        .where(
            DepartmentReview.change_request_id == request.id,
            DepartmentReview.signed_at.is_not(None),
            DepartmentReview.voided_at.is_(None),
        )
        .order_by(DepartmentReview.id)
    )
    return list({row.department: row for row in rows}.values())


def require_consolidated(uow: Session, request: ChangeRequest) -> None:
    """Since departments were last named, their opinions were consolidated: by the trace of the rules (rule 8).

    An operator can put a case on another step, never past its reviewers.
    """
    if asked_last(uow, request.instance_id, _ROUND) not in {CONSOLIDATION, None}:
        raise Conflict(N_("The opinions of the departments are not all in."), code="not_reviewed")


def approve(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> None:
    """The versions become approved, bound to what whoever decided was shown (rule 6)."""
    uow.flush()
    decision = uow.scalar(
        select(ExecutiveDecision)
        .where(ExecutiveDecision.change_request_id == request.id)
        .order_by(ExecutiveDecision.id.desc())
        .limit(1)
    )
    if decision is None or decision.decision != "approve":
        raise Conflict(N_("Nobody who may has approved this request."), code="not_approved")
    if decision.content_hash != shown_hash(uow, request):
        raise Conflict(N_("The content changed after it was shown for approval."), code="approval_void")
    left = move(request, "approve", actor)
    versions.approve_all(
        uow,
        shown={version.id: version.content_hash for _, version in proposed(uow, request.id)},
        approval=request.number,
        change_class=request.materiality or "material",
        actor=actor,
        now=now,
    )
    note(uow, request, "change.approve", actor, now, old=left, new=request.state, content_hash=decision.content_hash)


def close(uow: Session, request: ChangeRequest, *, verb: str, actor: Actor, now: datetime) -> None:
    """The request ends without a launch: ``decline``, ``reject``, ``withdraw`` or ``cancel``.

    Its versions end with it; why stands in ``closing_reason``.
    """
    left = move(request, verb, actor)
    reason = request.closing_reason or verb
    end_all = versions.withdraw_all if request.state == "withdrawn" else versions.reject_all
    end_all(uow, version_ids=version_ids(uow, request), reason=reason, actor=actor, now=now)
    end(uow, request)
    note(uow, request, f"change.{verb}", actor, now, old=left, new=request.state, reason=reason)


def review_inputs(session: Session, request: ChangeRequest, now: datetime) -> list[dict[str, Any]]:
    """What names the departments, besides the materiality: a question for each family."""
    return routing.review_inputs(differences.facts_of(session, request, now))
