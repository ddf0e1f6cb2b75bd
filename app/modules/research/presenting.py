"""Market research as programs see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.research.models import Competitor, Gathered, Interview, Questionnaire, QuestionnaireAnswer, Trend
from app.modules.research.rules.results import Result
from app.workflow.presenting import moment

_MEMBERS: Mapping[type[Gathered], tuple[str, ...]] = {
    Interview: ("role", "group", "interviewer", "notes", "findings"),
    Competitor: ("bank", "name", "terms", "source"),
    Trend: ("topic", "direction", "note", "source"),
}


def questionnaire_json(row: Questionnaire) -> dict[str, Any]:
    plain = ("id", "number", "title", "groups", "departments", "questions", "state", "written_by")
    return {
        **{name: getattr(row, name) for name in plain},
        "product": row.product_code,
        "opens_on": row.opens_on.isoformat(),
        "closes_on": row.closes_on.isoformat(),
        "written": moment(row.written_at),
    }


def answer_json(row: QuestionnaireAnswer) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("id", "group", "given", "by")}
    return {**plain, "day": row.day.isoformat(), "at": moment(row.at)}


def results_json(found: Sequence[Result], by_group: Mapping[str | None, int]) -> dict[str, Any]:
    return {
        "answers": sum(by_group.values()),
        "by_group": {key: count for key, count in by_group.items() if key is not None},
        "colleagues": by_group.get(None, 0),
        "questions": [_result_json(result) for result in found],
    }


def _result_json(result: Result) -> dict[str, Any]:
    figures = {"mean": result.mean, "lowest": result.lowest, "highest": result.highest}
    return {
        **{name: result.question[name] for name in ("key", "kind", "text")},
        "answered": result.answered,
        "counts": dict(result.counts),
        **{name: None if value is None else canonical_decimal(value) for name, value in figures.items()},
        "quotes": list(result.quotes),
    }


def gathered_json(row: Gathered) -> dict[str, Any]:
    told = {"id": row.id, "product": row.product_code, "day": row.day.isoformat(), "by": row.by, "at": moment(row.at)}
    if isinstance(row, Competitor):
        told["rate"] = None if row.rate is None else canonical_decimal(row.rate)
    return {**told, **{name: getattr(row, name) for name in _MEMBERS[type(row)]}}
