"""Change requests as programs see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.calendar import business_days_since
from app.kernel.i18n import gettext, pick
from app.modules.catalogue.rules.difference import changed
from app.modules.changes import queries
from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    Condition,
    DepartmentReview,
    ExecutiveDecision,
    Pilot,
    PilotObservation,
    PostLaunchReview,
    RateCheck,
    RegulatoryReceipt,
    Rollout,
    RolloutMaterial,
)
from app.modules.changes.models.notice import Notice
from app.modules.changes.rules.interim import as_json
from app.modules.changes.services import looking_back
from app.modules.changes.services.ceilings import checks_of
from app.modules.changes.services.clashes import clashes
from app.modules.changes.services.notices import notices_of
from app.modules.changes.services.piloting import observed
from app.modules.changes.services.standing import Standing
from app.modules.changes.services.texts import Offer, materials_of
from app.workflow.presenting import moment


def created_json(request: ChangeRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ("id", "instance_id", "number", "state")}


def summary_json(request: ChangeRequest) -> dict[str, Any]:
    names = ("initiator", "owner_department", "owners", "families", "materiality", "raised_to")
    return {
        **created_json(request),
        **{name: getattr(request, name) for name in names},
        "effective_at": moment(request.effective_at),
        "created": moment(request.created_at),
        "updated": moment(request.updated_at),
    }


def request_json(session: Session, request: ChangeRequest, now: datetime) -> dict[str, Any]:
    """The request with all that was said about it."""
    names = (
        "driver",
        "function_plan",
        "expected_benefit",
        "pilot_wish",
        "pilot_plan",
        "round",
        "content_hash",
        "closing_reason",
    )
    review = looking_back.of_request(session, request.id)
    pilot, rollout = queries.pilot_of(session, request.id), queries.rollout_of(session, request.id)
    return {
        **summary_json(request),
        **{name: getattr(request, name) for name in names},
        "waits_for": waits_for_json(session, request, now),
        "versions": [
            {"product": v.product_code, "version": v.number, "state": v.state, "content_hash": v.content_hash}
            for _, v in queries.proposed(session, request.id)
        ],
        "reviews": [_review_json(r) for r in queries.reviews_of(session, request.id)],
        "conditions": [condition_json(c) for c in queries.conditions_of(session, request.id)],
        "decisions": [_decision_json(d) for d in queries.decisions_of(session, request.id)],
        "meetings": _meetings_json(session, request),
        "receipts": [_receipt_json(r) for r in queries.receipts_of(session, request.id)],
        "rate_checks": [_rate_check_json(c) for c in checks_of(session, request.id)],
        "pilot": _pilot_json(session, pilot) if pilot else None,
        "post_launch_review": _post_launch_json(review) if review else None,
        "rollout": _rollout_json(session, rollout) if rollout else None,
    }


def waits_for_json(session: Session, request: ChangeRequest, now: datetime) -> list[dict[str, Any]]:
    """The open requests that a draft's products stand in: it can be submitted once they have ended."""
    found = clashes(session, request, now) if request.state == "draft" else []
    return [{name: getattr(c, name) for name in ("product", "number", "state", "outcome")} for c in found]


def _rate_check_json(check: RateCheck) -> dict[str, Any]:
    names = ("stage", "outcome", "excess_bp", "measured", "ceilings", "lines", "by")
    return {**{name: getattr(check, name) for name in names}, "day": check.day.isoformat(), "at": moment(check.at)}


def standing_json(found: Standing, now: datetime) -> dict[str, Any]:
    """With whom a request lies and for how long, and what it needs from whoever asks."""
    request = found.request
    return {
        "state": request.state,
        "expected_effective_at": moment(request.effective_at),
        "waits_until": moment(found.timer.due_at) if found.timer else None,
        "steps": [
            {
                "task_id": task.id,
                "instance_id": task.instance_id,
                "element_id": task.element_id,
                "name": pick(task.names, task.element_id),
                "lies_with": [task.assignee] if task.assignee else task.candidates,
                "since": moment(task.created_at),
                "business_days": business_days_since(task.created_at, now),
                "due": moment(task.due_at),
                "waits_for": gettext(said) if (said := found.waits_for(task)) else None,
            }
            for task in found.tasks
        ],
        "votes": {"cast": found.votes[0], "called": found.votes[1]} if found.votes else None,
        "needed_from_me": {
            "tasks": [task.id for task in found.mine],
            "conditions": [condition.id for condition in found.conditions],
        },
    }


def _review_json(review: DepartmentReview) -> dict[str, Any]:
    names = ("round", "department", "reviewer", "verdict", "opinion", "points", "raises_to", "content_hash")
    found = {name: getattr(review, name) for name in (*names, "signed_by", "remark")}
    moments = {"at": review.at, "signed": review.signed_at, "returned": review.returned_at, "voided": review.voided_at}
    return {**found, **{name: moment(at) for name, at in moments.items()}}


def condition_json(condition: Condition) -> dict[str, Any]:
    names = ("id", "department", "kind", "text", "state", "closed_by", "grounds", "due_days", "owner_department")
    found = {name: getattr(condition, name) for name in (*names, "fulfilled_by", "report", "instance_id")}
    return {**found, "due": moment(condition.due_at), "fulfilled": moment(condition.fulfilled_at)}


def _post_launch_json(review: PostLaunchReview) -> dict[str, Any]:
    names = ("instance_id", "state", "review_days", "noter", *looking_back.SAID, "evidence", "reviewed_by", "noted_by")
    moments = {"begins": review.begins_at, "due": review.due_at, "reviewed": review.reviewed_at}
    return {
        **{name: getattr(review, name) for name in (*names, "remark")},
        **{name: moment(at) for name, at in {**moments, "noted": review.noted_at}.items()},
    }


def _decision_json(decision: ExecutiveDecision) -> dict[str, Any]:
    names = ("round", "decision", "level", "reason", "by", "resolution", "authority_id", "meeting_id", "content_hash")
    return {**{name: getattr(decision, name) for name in names}, "at": moment(decision.at)}


def _meetings_json(session: Session, request: ChangeRequest) -> list[dict[str, Any]]:
    meetings = queries.meetings_of(session, request.id)
    votes = queries.votes_of(session, [meeting.id for meeting in meetings])
    return [_meeting_json(meeting, [v for v in votes if v.meeting_id == meeting.id]) for meeting in meetings]


def _meeting_json(meeting: CommitteeMeeting, votes: list[CommitteeVote]) -> dict[str, Any]:
    names = ("id", "round", "members", "excused", "quorum", "result", "minutes", "minutes_by", "content_hash")
    return {
        **{name: getattr(meeting, name) for name in names},
        "voting_until": moment(meeting.voting_until),
        "votes": [{"member": v.member, "vote": v.vote, "reason": v.reason, "at": moment(v.at)} for v in votes],
    }


def _receipt_json(receipt: RegulatoryReceipt) -> dict[str, Any]:
    names = ("kind", "number", "products", "entered_by")
    return {**{name: getattr(receipt, name) for name in names}, "received_on": receipt.received_on.isoformat()}


def _pilot_json(session: Session, pilot: Pilot) -> dict[str, Any]:
    names = ("state", "scopes", "comparison", "criteria", "extended", "results", "stopped_by")
    rows = queries.observations_of(session, pilot.change_request_id)
    return {
        **{name: getattr(pilot, name) for name in names},
        "begins": moment(pilot.begins_at),
        "until": moment(pilot.until),
        **as_json(observed(rows), pilot.criteria),
        "observations": [observation_json(row) for row in rows],
    }


def notice_json(row: Notice) -> dict[str, Any]:
    names = ("id", "customer_group", "channel", "state", "sent", "delivered", "failed", "source")
    found = {name: getattr(row, name) for name in names}
    return {**found, "planned": moment(row.planned_at), "reported": moment(row.reported_at)}


def _rollout_json(session: Session, rollout: Rollout) -> dict[str, Any]:
    names = ("strategy", "waves", "policy", "notice_channels", "notice_text", "notice_text_en", "notice_days")
    return {
        **{name: getattr(rollout, name) for name in names},
        "written_from": rollout.written_from,
        "materials": [_material_json(row) for row in materials_of(session, rollout.change_request_id)],
        "effective_at": moment(rollout.effective_at),
        "notified": moment(rollout.notified_at),
        "notices": [notice_json(row) for row in notices_of(session, rollout.change_request_id)],
    }


def _material_json(row: RolloutMaterial) -> dict[str, Any]:
    names = ("template", "names", "number", "content_hash", "language", "text")
    return {name: getattr(row, name) for name in names}


def texts_json(offer: Offer) -> list[dict[str, Any]]:
    """What the templates offer for a request."""
    return [
        {"kind": kind, **text.source, "names": dict(text.names), "texts": dict(text.texts)}
        for kind, found in offer.found.items()
        for text in found
    ]


def observation_json(row: PilotObservation) -> dict[str, Any]:
    names = ("id", "scope", "side", "source", "text", "readings", "attachment_id", "by")
    return {**{name: getattr(row, name) for name in names}, "at": moment(row.at)}


def difference_json(found: queries.VersionDifference) -> dict[str, Any]:
    return {
        "product": found.product,
        "old": found.old.number if found.old else None,
        "new": found.new.number,
        "changes": [change.as_json() for change in changed(found.changes)],
    }
