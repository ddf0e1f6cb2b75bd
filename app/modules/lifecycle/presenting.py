"""A product's life as programs see it."""

from __future__ import annotations

from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.lifecycle.queries import Life
from app.workflow.presenting import moment


def life_json(life: Life) -> dict[str, Any]:
    return {
        "product": life.product.code,
        "status": life.status,
        "instance_id": life.case.id if life.case is not None else None,
        "stages": [
            {"key": stage.key, "standing": stage.standing, "instances": [case.id for case in stage.cases]}
            for stage in life.stages
        ],
        "events": [
            {"stream": e.stream, "number": e.number, "at": moment(e.at), "actor": e.actor, "action": e.action}
            for e in life.events
        ],
        "strategy": life.strategy.text if life.strategy is not None else None,
        "objectives": [
            {
                "metric": aim.objective.metric,
                "target": canonical_decimal(aim.objective.target),
                "due_on": aim.objective.due_on.isoformat(),
                "value": canonical_decimal(aim.value),
            }
            for aim in life.aims
        ],
        "evaluations": [
            {
                "measured": moment(row.measured_at),
                "results": row.measured,
                "conclusion": row.conclusion,
                "summary": row.summary,
                "noted_by": row.noted_by,
            }
            for row in life.evaluations
        ],
        "next_evaluation": moment(life.next_evaluation) if life.next_evaluation else None,
    }
