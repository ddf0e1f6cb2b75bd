"""Who decides 决策: under delegated authority 授权, a vice president, or the board; the committee stands beside.

Each way leaves a record bound to the content that was shown (rule 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.people import people_in
from app.identity.permissions import may_decide
from app.kernel.errors import Conflict, invalid
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest, DelegatedAuthority, ExecutiveDecision
from app.modules.changes.rules import routing
from app.modules.changes.services import ceilings, differences
from app.modules.changes.services.records import shown_hash
from app.modules.changes.services.reviewing import require_consolidated
from app.workflow.decisions.queries import last_asked
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.attachments import require_attached

DECIDER_RULE = "decider"


def record(
    uow: Session,
    request: ChangeRequest,
    *,
    task: Task,
    decision: str,
    reason: str | None,
    actor: Actor,
    now: datetime,
    **how: Any,
) -> ExecutiveDecision:
    """Keep a decision, bound to the content that was shown.

    409 while opinions are missing, and for an approval by anybody but those whom the rule named.
    ``how``: ``level`` and what it rests on: ``authority_id``, ``meeting_id`` or ``resolution``.
    """
    if decision == "approve":
        require_consolidated(uow, request)
        _require_named(uow, request, how["level"])
    found = ExecutiveDecision(
        change_request_id=request.id,
        round=request.round,
        decision=decision,
        reason=reason,
        by=actor.username,
        content_hash=shown_hash(uow, request),
        task_id=task.id,
        at=now,
        **how,
    )
    uow.add(found)
    uow.flush()
    if decision == "reject":
        request.closing_reason = reason
    return found


def _require_named(session: Session, request: ChangeRequest, level: str) -> None:
    """No operator's hand puts one decider in the place of another."""
    asked = last_asked(session, request.instance_id, DECIDER_RULE)
    if not asked or routing.highest([record.output for record in asked]) != level:
        raise Conflict(N_("The rule names others to decide on this change."), code="not_the_decider")


def decider_inputs(
    session: Session, request: ChangeRequest, instance: ProcessInstance, now: datetime
) -> list[dict[str, Any]]:
    """What names who decides: a question for each family of products."""
    delegated = authority_over(session, request, instance, now) is not None and not ceilings.needs_executive(
        session, request
    )
    return [{"family": family, "delegated": delegated} for family in request.families]


def authority_over(
    session: Session, request: ChangeRequest, instance: ProcessInstance, now: datetime
) -> DelegatedAuthority | None:
    """The delegated authority that covers the request and has a holder who may decide it; the narrowest first."""
    rates = max((f["rate_change_bp"] for f in differences.facts_of(session, request, now)), default=0)
    valid = (
        select(DelegatedAuthority)
        .where(
            DelegatedAuthority.valid_from <= now,
            DelegatedAuthority.valid_to > now,
            DelegatedAuthority.revoked_at.is_(None),
            DelegatedAuthority.max_rate_change_bp >= rates,
        )
        .order_by(DelegatedAuthority.max_rate_change_bp, DelegatedAuthority.id)
    )
    for authority in session.scalars(valid):
        covered = set(request.families) <= set(authority.families)
        if covered and _may_decide(session, authority.holder, request, instance):
            return authority
    return None


def _may_decide(session: Session, group: str, request: ChangeRequest, instance: ProcessInstance) -> bool:
    """Whether anybody in the group neither proposed nor checked the change (rule 5)."""
    return any(may_decide(p.username, request.initiator, instance.hands) for p in people_in(session, [group]))


def require_authority(
    session: Session, request: ChangeRequest, instance: ProcessInstance, now: datetime
) -> DelegatedAuthority:
    """The authority a decision rests on; 409 if it has ended or was revoked meanwhile."""
    found = authority_over(session, request, instance, now)
    if found is None:
        raise Conflict(N_("No delegated authority covers this change any more."), code="no_authority")
    return found


def record_resolution(
    uow: Session, request: ChangeRequest, *, task: Task, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> ExecutiveDecision:
    """Keep the board's resolution, with its number and the signed paper."""
    require_attached(uow, request.instance_id, answers["evidence"])
    if _used(uow, answers["resolution"], request):
        message = N_("This resolution is on record for another request.")
        raise invalid("/data/resolution", message, code="resolution_used")
    return record(
        uow,
        request,
        task=task,
        decision=answers["decision"],
        reason=answers.get("reason"),
        actor=actor,
        now=now,
        level="board",
        resolution=answers["resolution"],
    )


def _used(session: Session, resolution: str, request: ChangeRequest) -> bool:
    found = select(ExecutiveDecision.id).where(
        ExecutiveDecision.resolution == resolution, ExecutiveDecision.change_request_id != request.id
    )
    return session.scalar(found.limit(1)) is not None
