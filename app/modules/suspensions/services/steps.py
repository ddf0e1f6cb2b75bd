"""The steps of a suspension's case: what people say in its tasks, and what the process does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Conflict, Forbidden
from app.kernel.i18n import N_
from app.modules.catalogue import services as catalogue
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.states import OFF_THE_MARKET
from app.modules.suspensions.models import Suspension
from app.modules.suspensions.services.records import move, note, tell, tell_outside
from app.workflow.tasks.attachments import require_attached

COMMITTEE, EXECUTIVE = "committee", "executive"
NOT_THE_SAME = N_("Whoever ordered, remedied or proposed may not do this step as well: it needs another person.")


def stop(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """Sales stop now."""
    catalogue.suspend(
        uow,
        product_code=suspension.product_code,
        scopes=suspension.scopes,
        cause=suspension.number,
        reason=suspension.reason,
        actor=actor,
        now=now,
    )
    tell_outside(uow, suspension, "sales.suspended", now)


def record_ratification(
    uow: Session, suspension: Suspension, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """Ratified 追认 or refused, by an executive or for the committee; gives which."""
    decision: str = answers["decision"]
    _refuse(actor, suspension.suspended_by)
    moved = move(suspension, decision)
    suspension.ratification, suspension.ratification_reason = decision, answers["reason"]
    suspension.ratified_by, suspension.ratified_at = actor.username, now
    note(uow, suspension, "suspension.ratified", actor, now, decision=decision, reason=answers["reason"], **moved)
    return decision


def record_remedy(
    uow: Session, suspension: Suspension, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """What was wrong and what was done, with evidence where there is some."""
    require_attached(uow, suspension.instance_id, answers.get("evidence") or [])
    moved = move(suspension, "remedy")
    suspension.remedy, suspension.remedied_by, suspension.remedied_at = answers["remedy"], actor.username, now
    note(uow, suspension, "suspension.remedied", actor, now, reason=answers["remedy"], **moved)


def record_proposal(
    uow: Session, suspension: Suspension, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """Resume, or hand over to exit; gives which."""
    proposal: str = answers["proposal"]
    moved = move(suspension, "propose")
    suspension.proposal, suspension.proposal_reason = proposal, answers["reason"]
    suspension.proposed_by, suspension.proposed_at = actor.username, now
    note(uow, suspension, "suspension.proposed", actor, now, proposal=proposal, reason=answers["reason"], **moved)
    return proposal


def record_confirmation(
    uow: Session, suspension: Suspension, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """The second person confirms or declines; 403 for whoever had a hand in it (rules 5 and 12)."""
    _refuse(actor, suspension.suspended_by, suspension.remedied_by, suspension.proposed_by)
    if suspension.proposal != "resume":
        raise Conflict(N_("Nobody has proposed to resume sales."), code="not_proposed")
    decision: str = answers["decision"]
    moved = move(suspension, decision)
    suspension.confirmation, suspension.confirmation_reason = decision, answers["reason"]
    suspension.confirmed_by, suspension.confirmed_at = actor.username, now
    note(uow, suspension, "suspension.answered", actor, now, decision=decision, reason=answers["reason"], **moved)
    return decision


def _refuse(actor: Actor, *makers: str | None) -> None:
    """Maker is never checker, whatever way a person came to the task."""
    if actor.username in makers:
        raise Forbidden(NOT_THE_SAME, code="four_eyes")


def resume(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """Sales go on: confirmed by the second person, or at once because the suspension was refused."""
    moved = move(suspension, "resume")
    reason = suspension.confirmation_reason if suspension.state == "resumed" else suspension.ratification_reason
    suspension.ended_at = now
    catalogue.resume(
        uow,
        product_code=suspension.product_code,
        scopes=suspension.scopes,
        cause=suspension.number,
        reason=reason or "",
        actor=actor,
        now=now,
    )
    by = {"proposed_by": suspension.proposed_by, "confirmed_by": suspension.confirmed_by}
    note(uow, suspension, "suspension.lifted", actor, now, **moved, **by)
    tell_outside(uow, suspension, "sales.resumed", now)


def hand_over(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """Sales stay stopped; the exit process takes it from here (rule 9)."""
    if suspension.proposal != "exit":
        raise Conflict(N_("Nobody has proposed an exit."), code="not_proposed")
    moved = move(suspension, "hand_over")
    note(uow, suspension, "suspension.handed_over", actor, now, reason=suspension.proposal_reason, **moved)


def name_exit(uow: Session, suspension: Suspension, number: str, *, actor: Actor, now: datetime) -> None:
    """The exit that takes the product over, so that each is found from the other."""
    suspension.exit_number = number
    note(uow, suspension, "suspension.exit_named", actor, now, exit=number)


def take_back(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """The exit ended and the product stays: what stopped its sales is still to be remedied. 409 while it is leaving."""
    if _status(uow, suspension) in OFF_THE_MARKET:
        raise Conflict(N_("The product is leaving."), code="leaving")
    note(uow, suspension, "suspension.taken_back", actor, now, exit=suspension.exit_number, **move(suspension, "stay"))


def end_with_product(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """The product has left the market, and nothing of it is sold again. 409 before that."""
    if _status(uow, suspension) != "retired":
        raise Conflict(N_("The product has not left yet."), code="not_left")
    moved = move(suspension, "leave")
    suspension.ended_at = now
    note(uow, suspension, "suspension.ended", actor, now, exit=suspension.exit_number, **moved)


def _status(session: Session, suspension: Suspension) -> str | None:
    return session.scalar(select(Product.status).where(Product.code == suspension.product_code))


def remind(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """One business day is left for the ratification."""
    tell(uow, suspension, "ratification.due", [EXECUTIVE], now)
    note(uow, suspension, "suspension.reminded", actor, now)


def escalate(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """Not ratified in time: the suspension stands, and the committee is called."""
    tell(uow, suspension, "ratification.overdue", [COMMITTEE, EXECUTIVE], now)
    note(uow, suspension, "suspension.escalated", actor, now, to=COMMITTEE)


def escalate_remedy(uow: Session, suspension: Suspension, *, actor: Actor, now: datetime) -> None:
    """The remedy is late: the owning department's head and the executives are told."""
    owner = uow.scalar(select(Product.owner_department).where(Product.code == suspension.product_code))
    tell(uow, suspension, "remedy.overdue", [f"{owner or 'risk'}:head", EXECUTIVE], now)
    note(uow, suspension, "suspension.remedy_late", actor, now)
