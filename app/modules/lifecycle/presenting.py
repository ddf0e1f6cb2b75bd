"""A product's life as programs see it."""

from __future__ import annotations

from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.lifecycle.models import MeasureReading, ProductStrategy
from app.modules.lifecycle.queries import Life
from app.workflow.presenting import moment


def life_json(life: Life) -> dict[str, Any]:
    return {
        "product": life.product.code,
        "status": life.status,
        "instance_id": life.case.id if life.case is not None else None,
        "followed": life.followed,
        "stages": [
            {"key": stage.key, "standing": stage.standing, "instances": [case.id for case in stage.cases]}
            for stage in life.stages
        ],
        "events": [
            {"stream": e.stream, "number": e.number, "at": moment(e.at), "actor": e.actor, "action": e.action}
            for e in life.events
        ],
        "strategy": life.strategy.text if life.strategy is not None else None,
        "objectives": list(life.aims),
        "readings": [reading_json(one.row) for one in life.readings],
        "evaluations": [
            {
                "measured": moment(one.row.measured_at),
                "results": list(one.results),
                "conclusion": one.row.conclusion if one.concluded else None,
                "summary": one.row.summary if one.concluded else None,
                "evaluated_by": one.row.evaluated_by if one.concluded else None,
                "noted_by": one.row.noted_by if one.noted else None,
            }
            for one in life.evaluations
        ],
        "waiting": [
            {
                "id": one.task.id,
                "name": one.task.names,
                "candidates": one.task.candidates,
                "assignee": one.task.assignee,
                "due": moment(one.task.due_at) if one.task.due_at else None,
            }
            for one in life.waiting
        ],
        "drafts": [draft.number for draft in life.drafts],
        "next_evaluation": moment(life.next_evaluation) if life.next_evaluation else None,
    }


def reading_json(row: MeasureReading) -> dict[str, Any]:
    return {
        "id": row.id,
        "product": row.product_code,
        "measure": row.measure,
        "day": row.day.isoformat(),
        "value": canonical_decimal(row.value),
        "source": row.source,
        "by": row.by,
        "at": moment(row.at),
    }


def strategy_json(row: ProductStrategy) -> dict[str, Any]:
    return {"id": row.id, "strategy": row.text, "target_groups": row.target_groups, "by": row.by, "at": moment(row.at)}
