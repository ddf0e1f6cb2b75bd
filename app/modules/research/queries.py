"""Reads of market research."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.research.models import Competitor, Gathered, Interview, Questionnaire, QuestionnaireAnswer, Trend
from app.modules.research.rules.enough import Count
from app.modules.research.rules.results import Result, results_of

NO_QUESTIONNAIRE = N_("There is no such questionnaire.")
Kept = TypeVar("Kept", bound=Gathered)


def questionnaire(session: Session, number: int) -> Questionnaire:
    found = session.get(Questionnaire, number)
    if found is None:
        raise NotFound(NO_QUESTIONNAIRE)
    return found


def questionnaires_of(
    session: Session, product: str, *, after: int | None = None, limit: int
) -> list[tuple[Questionnaire, int]]:
    """Those of a product, the latest first, each with its answers: one more than ``limit``."""
    rows = select(Questionnaire).where(Questionnaire.product_code == product)
    return _counted(session, list(session.scalars(_page(rows, Questionnaire.id, after, limit))))


def open_on(session: Session, day: date, *, after: int | None = None, limit: int) -> list[tuple[Questionnaire, int]]:
    """Those that can be answered on a day, of all products."""
    rows = select(Questionnaire).where(
        Questionnaire.state == "open", Questionnaire.opens_on <= day, Questionnaire.closes_on > day
    )
    return _counted(session, list(session.scalars(_page(rows, Questionnaire.id, after, limit))))


def answers_to(
    session: Session, found: Questionnaire, *, after: int | None = None, limit: int
) -> list[QuestionnaireAnswer]:
    rows = select(QuestionnaireAnswer).where(QuestionnaireAnswer.questionnaire_id == found.id)
    return list(session.scalars(_page(rows, QuestionnaireAnswer.id, after, limit)))


def own_answer(session: Session, found: Questionnaire, username: str) -> QuestionnaireAnswer | None:
    """What a colleague answered for themself."""
    rows = select(QuestionnaireAnswer).where(
        QuestionnaireAnswer.questionnaire_id == found.id,
        QuestionnaireAnswer.group.is_(None),
        QuestionnaireAnswer.by == username,
    )
    return session.scalar(rows.limit(1))


def results(session: Session, found: Questionnaire) -> list[Result]:
    rows = select(QuestionnaireAnswer.given).where(QuestionnaireAnswer.questionnaire_id == found.id)
    return results_of(found.questions, list(session.scalars(rows.order_by(QuestionnaireAnswer.id.desc()))))


def answered_by_group(session: Session, found: Questionnaire) -> Mapping[str | None, int]:
    """Customer group → answers; under ``None`` those of colleagues."""
    group = QuestionnaireAnswer.group
    rows = select(group, func.count()).where(QuestionnaireAnswer.questionnaire_id == found.id).group_by(group)
    return {key: count for key, count in session.execute(rows)}


def gathered(
    session: Session, kind: type[Kept], product: str, *, after: int | None = None, limit: int
) -> Sequence[Kept]:
    """Interviews, competitors or trends of a product, the latest entry first: one more than ``limit``."""
    rows = select(kind).where(kind.product_code == product)
    return list(session.scalars(_page(rows, kind.id, after, limit)))


def counted(session: Session, product: str, known_at: datetime) -> Count:
    """How much was gathered for a product by an instant."""
    answers = (
        select(func.count())
        .select_from(QuestionnaireAnswer)
        .join(Questionnaire, Questionnaire.id == QuestionnaireAnswer.questionnaire_id)
        .where(Questionnaire.product_code == product, QuestionnaireAnswer.at <= known_at)
    )
    others = (
        select(func.count()).select_from(kind).where(kind.product_code == product, kind.at <= known_at)
        for kind in (Interview, Competitor, Trend)
    )
    return Count(*(session.scalar(rows) or 0 for rows in (answers, *others)))


def _counted(session: Session, rows: Sequence[Questionnaire]) -> list[tuple[Questionnaire, int]]:
    of = QuestionnaireAnswer.questionnaire_id
    counts = select(of, func.count()).where(of.in_([row.id for row in rows])).group_by(of)
    found = {key: count for key, count in session.execute(counts)}
    return [(row, found.get(row.id, 0)) for row in rows]


def _page(rows: Any, key: Any, after: int | None, limit: int) -> Any:
    return (rows.where(key < after) if after is not None else rows).order_by(key.desc()).limit(limit + 1)
