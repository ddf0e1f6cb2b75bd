"""Exits as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.kernel.web import etag
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.changes.presenting import notice_json as shared_notice_json
from app.modules.exits.models import (
    Exit,
    ExitDecision,
    ExitEvaluation,
    ExitNotice,
    ExitOpinion,
    ExitPlan,
    MigrationItem,
    MigrationMap,
    TailItem,
)
from app.modules.exits.services.delivering import Tally
from app.modules.exits.services.winding_down import Reconciliation, Sum
from app.workflow.presenting import moment


def tag(found: Exit, plan: ExitPlan | None) -> str:
    """Of the exit and its plan: what a change of the plan must have seen."""
    return etag("exit", found.id, found.state, found.round, plan.content_hash if plan else None)


def summary_json(found: Exit) -> dict[str, Any]:
    return {
        "id": found.number,
        "instance_id": found.instance_id,
        "product": found.product_code,
        "reason": found.reason,
        "state": found.state,
        "created": moment(found.created_at),
        "ended": moment(found.ended_at),
    }


def exit_json(
    found: Exit,
    evaluation: ExitEvaluation | None,
    plan: ExitPlan | None,
    opinions: Sequence[ExitOpinion],
    decisions: Sequence[ExitDecision],
) -> dict[str, Any]:
    return {
        **summary_json(found),
        "round": found.round,
        "initiator": found.initiator,
        "owner_department": found.owner_department,
        "closing_reason": found.closing_reason,
        "answers_until": found.answers_until.isoformat() if found.answers_until else None,
        "evaluation": _evaluation(evaluation) if evaluation else None,
        "plan": _plan(plan) if plan else None,
        "opinions": [_opinion(row) for row in opinions],
        "decisions": [_decision(row) for row in decisions],
    }


def _opinion(row: ExitOpinion) -> dict[str, Any]:
    names = ("round", "department", "verdict", "opinion", "reviewer", "content_hash", "signed_by", "remark")
    at = {"at": moment(row.at), "signed": moment(row.signed_at), "returned": moment(row.returned_at)}
    return {**{name: getattr(row, name) for name in names}, **at}


def _decision(row: ExitDecision) -> dict[str, Any]:
    names = ("round", "decision", "reason", "by", "content_hash")
    return {**{name: getattr(row, name) for name in names}, "at": moment(row.at)}


def _evaluation(found: ExitEvaluation) -> dict[str, Any]:
    names = (
        "figures",
        "points",
        "score",
        "recommendation",
        "judgement",
        "judgement_reason",
        "evaluated_by",
        "judged_by",
    )
    return {name: getattr(found, name) for name in names}


def _plan(found: ExitPlan) -> dict[str, Any]:
    names = ("way", "target_version", "answer_days", "notice_text", "exception_owner", "content_hash", "planned_by")
    stop_on = found.stop_on.isoformat() if found.stop_on else None
    return {**{name: getattr(found, name) for name in names}, "target": found.target_code, "stop_on": stop_on}


def map_json(row: MigrationMap) -> dict[str, Any]:
    names = ("version", "path", "labels", "source", "target", "worse", "guaranteed", "choice")
    return {name: getattr(row, name) for name in names}


def item_json(item: MigrationItem) -> dict[str, Any]:
    names = ("version", "currency", "state", "outcome", "reason", "unreached", "answered_by", "decision", "decided_by")
    batches = {"notice": item.notice_batch, "settle": item.settle_batch, "reconcile": item.reconcile_batch}
    return {
        **{name: getattr(item, name) for name in names},
        "holding": item.holding_id,
        "principal": canonical_decimal(item.principal),
        "due_on": item.due_on.isoformat() if item.due_on else None,
        "answered": moment(item.answered_at),
        "batches": batches,
    }


def notice_json(row: ExitNotice) -> dict[str, Any]:
    return {**shared_notice_json(row), "batch": row.batch_id, "customers": row.customers}


def tally_json(tally: Tally) -> dict[str, Any]:
    names = ("customer_group", "channel", "state", "customers", "sent", "delivered", "failed")
    return {**{name: getattr(tally, name) for name in names}, "reported": moment(tally.reported_at)}


def tail_json(item: TailItem) -> dict[str, Any]:
    names = ("id", "kind", "owner", "state", "note", "settled_by")
    said = {name: getattr(item, name) for name in names}
    return {**said, "due_on": item.due_on.isoformat(), "settled": moment(item.settled_at)}


def reconciliation_json(row: Reconciliation) -> dict[str, Any]:
    return {
        "currency": row.currency,
        "balanced": row.balanced,
        "identified": _sum(row.identified),
        "outcomes": {state: _sum(total) for state, total in row.outcomes.items()},
        "source": _sum(row.source),
        "arrived": _sum(row.arrived),
        "still_open": _sum(row.still_open),
    }


def _sum(total: Sum) -> dict[str, Any]:
    return {"count": total.count, "amount": canonical_decimal(total.amount)}
