"""What the decision tables are asked with, out of the records."""

from __future__ import annotations

from typing import Any

from app.modules.changes.handlers.base import request_of
from app.modules.changes.rules import routing
from app.modules.changes.services import committee, deciding, differences, launching, opinions, piloting, reviewing
from app.workflow.vocabulary import Context, Several, facts


@facts("changes.materiality")
def materiality(context: Context) -> dict[str, Any]:
    return differences.materiality_inputs(context.uow, request_of(context), context.now)


@facts("changes.review_departments")
def review_departments(context: Context) -> Several:
    return Several(reviewing.review_inputs(context.uow, request_of(context), context.now), routing.union)


@facts("changes.consolidation")
def consolidation(context: Context) -> dict[str, Any]:
    request = request_of(context)
    verdicts = {r.department: r.verdict for r in reviewing.standing_reviews(context.uow, request)}
    raised = routing.rank(request.raised_to) > routing.rank(request.materiality)
    conditions = len(launching.open_before_launch(context.uow, request.id))
    return routing.consolidation_inputs(verdicts, conditions, class_raised=raised)


@facts("changes.decider")
def decider(context: Context) -> Several:
    asked = deciding.decider_inputs(context.uow, request_of(context), context.instance, context.now)
    return Several(asked, routing.highest)


@facts("changes.review_points")
def review_points(context: Context) -> Several:
    request, department = request_of(context), context.variables["department"]
    return Several(opinions.points_inputs(context.uow, request, department, context.now), len)


@facts("changes.votes")
def votes(context: Context) -> dict[str, Any]:
    return dict(committee.result_inputs(context.uow, request_of(context)))


@facts("changes.regulatory_filing")
def regulatory_filing(context: Context) -> Several:
    return Several([{"family": family} for family in request_of(context).families], routing.strictest_filing)


@facts("changes.pilot_required")
def pilot_required(context: Context) -> Several:
    request = request_of(context)
    asked = reviewing.review_inputs(context.uow, request, context.now)
    return Several([{**inputs, "pilot_wish": request.pilot_wish} for inputs in asked], any)


@facts("changes.pilot_verdict")
def pilot_verdict(context: Context) -> dict[str, Any]:
    return dict(piloting.verdict_inputs(context.uow, request_of(context)))
