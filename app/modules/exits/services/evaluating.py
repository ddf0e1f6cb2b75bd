"""The exit evaluation 退出评估: what the records say, what people add with evidence, and what a table makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import version_in_force
from app.modules.catalogue.rules.content import effective_rating
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.customers.models import Holding
from app.modules.customers.rules.states import OPEN
from app.modules.exits.models import Exit, ExitEvaluation
from app.modules.exits.rules import scorecard
from app.modules.exits.services.records import move, note
from app.workflow.tasks.attachments import require_attached

YEAR = timedelta(days=365)


def recorded_figures(session: Session, found: Exit, now: datetime) -> dict[str, Decimal]:
    """What the records know: change of sales, share of the family's balance, risk rating."""
    today = accounting_date(now)
    opened = _opened(session, found.product_code)
    this_year = session.scalar(opened.where(Holding.opened_on > today - YEAR)) or 0
    before = session.scalar(opened.where(Holding.opened_on <= today - YEAR, Holding.opened_on > today - 2 * YEAR)) or 0
    version = version_in_force(session, found.product_code, at=now)
    rating = effective_rating(version.content) if version else None
    return {
        "sales": scorecard.growth(this_year, before),
        "balance": _share(session, found.product_code),
        "risk": Decimal(rating[1:] if rating else 0),
    }


def _opened(session: Session, code: str) -> Any:
    return select(func.count()).select_from(Holding).where(Holding.product_code == code)


def _share(session: Session, code: str) -> Decimal:
    """Of the open balance in the product's family and its currencies, in percent."""
    family = select(Product.code).where(
        Product.family == select(Product.family).where(Product.code == code).scalar_subquery()
    )
    currencies = select(Holding.currency).where(Holding.product_code == code).distinct()
    balance = select(func.sum(Holding.principal)).where(Holding.status.in_(OPEN))
    own = session.scalar(balance.where(Holding.product_code == code)) or Decimal(0)
    whole = session.scalar(balance.where(Holding.product_code.in_(family), Holding.currency.in_(currencies)))
    return scorecard.percent(own, whole or Decimal(0))


def open_contracts(session: Session, code: str) -> int:
    return session.scalar(_opened(session, code).where(Holding.status.in_(OPEN))) or 0


def record_evaluation(
    uow: Session, found: Exit, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> ExitEvaluation:
    """Keep the figures: margin and complaints as they were given with evidence, the rest out of the records."""
    require_attached(uow, found.instance_id, answers["evidence"])
    complaints = scorecard.per_ten_thousand(int(answers["complaints"]), open_contracts(uow, found.product_code))
    figures = {**recorded_figures(uow, found, now), "profit": Decimal(str(answers["margin"])), "complaints": complaints}
    kept = {name: canonical_decimal(figures[name]) for name in scorecard.INDICATORS}
    evaluation = uow.get(ExitEvaluation, found.id) or ExitEvaluation(exit_id=found.id)
    evaluation.figures, evaluation.note = kept, answers.get("note")
    evaluation.evaluated_by, evaluation.evaluated_at = actor.username, now
    uow.add(evaluation)
    moved = move(found, "evaluate")
    note(uow, found, "exit.evaluated", actor, now, figures=kept, evidence=answers["evidence"], **moved)
    return evaluation


def scorecard_inputs(session: Session, found: Exit) -> list[dict[str, Any]]:
    """What the scorecard is asked: once for each indicator."""
    figures = evaluation_of(session, found).figures
    return [{"indicator": name, "value": Decimal(figures[name])} for name in scorecard.INDICATORS]


def keep_score(uow: Session, found: Exit, points: list[Mapping[str, Any]]) -> Decimal:
    """The weighted mean of what the table answered, kept with its parts; for ``record_recommendation`` to judge by."""
    evaluation = evaluation_of(uow, found)
    evaluation.points = {name: dict(given) for name, given in zip(scorecard.INDICATORS, points, strict=True)}
    score = scorecard.score(points)
    evaluation.score = canonical_decimal(score)
    uow.flush()
    return score


def evaluation_of(session: Session, found: Exit) -> ExitEvaluation:
    evaluation = session.get(ExitEvaluation, found.id)
    if evaluation is None:
        raise Conflict(N_("The exit has not been evaluated."), code="not_evaluated")
    return evaluation


def record_judgement(
    uow: Session, found: Exit, *, recommendation: str, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """The head of the owning department pursues the exit or leaves the product be; gives which."""
    evaluation, judgement = evaluation_of(uow, found), str(answers["judgement"])
    evaluation.recommendation, evaluation.judgement = recommendation, judgement
    evaluation.judged_by, evaluation.judged_at = actor.username, now
    evaluation.judgement_reason = answers["reason"]
    moved = move(found, judgement)
    if judgement == "leave":
        found.ended_at, found.closing_reason = now, answers["reason"]
    told = {"recommendation": recommendation, "score": evaluation.score, "reason": answers["reason"]}
    note(uow, found, "exit.judged", actor, now, judgement=judgement, **told, **moved)
    return judgement
