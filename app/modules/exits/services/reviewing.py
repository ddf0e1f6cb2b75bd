"""Opinions of the departments on the plan, two signatures each, and the decision; all bound to what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.changes.rules.routing import consolidation_inputs
from app.modules.exits.models import Exit, ExitDecision, ExitOpinion
from app.modules.exits.rules import worsening
from app.modules.exits.services.planning import map_of, plan_hash
from app.modules.exits.services.records import move, note, plan_of
from app.modules.exits.services.stopping import require_free
from app.workflow.decisions.queries import asked_last

DEPARTMENTS, CONSOLIDATION = "exit_departments", "consolidation"
_ROUND = frozenset({DEPARTMENTS, CONSOLIDATION})
VOID = N_("The content changed after it was shown for approval.")


def shown_hash(session: Session, found: Exit, now: datetime) -> str:
    """The hash that a judgement given now binds to; 409 if plan or target are not what was submitted."""
    plan = plan_of(session, found)
    if plan.content_hash != plan_hash(session, plan, map_of(session, found.id), now):
        raise Conflict(VOID, code="approval_void")
    return plan.content_hash


def department_inputs(session: Session, found: Exit) -> dict[str, Any]:
    """What names the departments that review."""
    rows = map_of(session, found.id)
    return {
        "family": session.get_one(Product, found.product_code).family,
        "way": plan_of(session, found).way,
        "worsens": worsening.worsens([(row.choice, row.worse) for row in rows]),
    }


def record_opinion(
    uow: Session, found: Exit, *, department: str, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> ExitOpinion:
    """Keep an officer's opinion; it counts once the head has signed it."""
    opinion = ExitOpinion(
        exit_id=found.id,
        round=found.round,
        department=department,
        verdict=answers["verdict"],
        opinion=answers.get("opinion"),
        reviewer=actor.username,
        content_hash=shown_hash(uow, found, now),
        at=now,
    )
    uow.add(opinion)
    uow.flush()
    note(uow, found, "exit.opinion", actor, now, department=department, verdict=opinion.verdict, round=found.round)
    return opinion


def sign_off(
    uow: Session, found: Exit, *, department: str, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """The head signs the opinion as it stands, or gives it back; gives which."""
    opinion = _pending(uow, found, department)
    if opinion is None:
        raise Conflict(N_("There is no opinion to sign; give the task back to the officer."), code="no_opinion")
    opinion.remark = answers.get("remark")
    if answers["decision"] != "sign":
        opinion.returned_at = now
        note(uow, found, "exit.opinion_returned", actor, now, department=department, reason=opinion.remark)
        return "return"
    if opinion.content_hash != shown_hash(uow, found, now):
        raise Conflict(VOID, code="approval_void")
    opinion.signed_by, opinion.signed_at = actor.username, now
    note(uow, found, "exit.reviewed", actor, now, department=department, verdict=opinion.verdict, round=found.round)
    return "sign"


def _pending(session: Session, found: Exit, department: str) -> ExitOpinion | None:
    mine = select(ExitOpinion).where(
        ExitOpinion.exit_id == found.id,
        ExitOpinion.round == found.round,
        ExitOpinion.department == department,
        ExitOpinion.signed_at.is_(None),
        ExitOpinion.returned_at.is_(None),
    )
    return session.scalar(mine.order_by(ExitOpinion.id.desc()).limit(1))


def signed_in_round(session: Session, found: Exit) -> list[ExitOpinion]:
    """Each department's signed word of this round."""
    session.flush()
    signed = select(ExitOpinion).where(
        ExitOpinion.exit_id == found.id, ExitOpinion.round == found.round, ExitOpinion.signed_at.is_not(None)
    )
    return list({o.department: o for o in session.scalars(signed.order_by(ExitOpinion.id))}.values())


def verdict_inputs(session: Session, found: Exit) -> dict[str, Any]:
    """What the consolidation is asked; an exit has no class and no conditions."""
    verdicts = {opinion.department: opinion.verdict for opinion in signed_in_round(session, found)}
    return consolidation_inputs(verdicts, 0, class_raised=False)


def record_decision(uow: Session, found: Exit, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    """Keep the executive's decision, bound to the plan that was shown; gives it.

    409 while opinions are missing, when the plan is not what they were about, or when something depends on the product.
    """
    decision = str(answers["decision"])
    if decision == "approve":
        _require_consolidated(uow, found)
        require_free(uow, uow.get_one(Product, found.product_code))
    content = shown_hash(uow, found, now)
    if decision == "approve" and any(o.content_hash != content for o in signed_in_round(uow, found)):
        raise Conflict(VOID, code="approval_void")
    row = ExitDecision(
        exit_id=found.id,
        round=found.round,
        decision=decision,
        reason=answers.get("reason"),
        by=actor.username,
        content_hash=content,
        at=now,
    )
    uow.add(row)
    told = {"decision": decision, "content_hash": content, "round": found.round, "reason": row.reason}
    note(uow, found, "exit.decided", actor, now, **told)
    return decision


def _require_consolidated(session: Session, found: Exit) -> None:
    """An operator can put a case on another step, never past its reviewers."""
    if asked_last(session, found.instance_id, _ROUND) != CONSOLIDATION:
        raise Conflict(N_("The opinions of the departments are not all in."), code="not_reviewed")


def approve(uow: Session, found: Exit, *, actor: Actor, now: datetime) -> None:
    """The exit is approved: by a decision that was taken, on the plan as it is (rule 6)."""
    uow.flush()
    wanted = select(ExitDecision).where(ExitDecision.exit_id == found.id).order_by(ExitDecision.id.desc())
    decision = uow.scalar(wanted.limit(1))
    if decision is None or decision.decision != "approve" or decision.round != found.round:
        raise Conflict(N_("Nobody who may has approved this exit."), code="not_approved")
    if decision.content_hash != shown_hash(uow, found, now):
        raise Conflict(VOID, code="approval_void")
    note(uow, found, "exit.approved", actor, now, content_hash=decision.content_hash, **move(found, "approve"))


def send_back(uow: Session, found: Exit, *, actor: Actor, now: datetime) -> None:
    """The plan goes back to the owning department; the next round reads all of it again."""
    note(uow, found, "exit.sent_back", actor, now, **move(found, "send_back"))


def close(uow: Session, found: Exit, *, verb: str, actor: Actor, now: datetime) -> None:
    """The exit ends without effect: rejected, or withdrawn by whoever proposed it."""
    found.ended_at = now
    note(uow, found, f"exit.{verb}", actor, now, reason=found.closing_reason, **move(found, verb))
