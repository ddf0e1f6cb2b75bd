"""Suspensions as programs see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.modules.suspensions.models import Suspension
from app.workflow.presenting import moment


def suspension_json(found: Suspension) -> dict[str, Any]:
    names = ("number", "kind", "state", "scopes", "reason", "quota", "suspended_by", "instance_id")
    return {
        **{name: getattr(found, name) for name in names},
        "product": found.product_code,
        "suspended": moment(found.suspended_at),
        "ratification": _said(found.ratification, found.ratified_by, found.ratified_at, found.ratification_reason),
        "remedy": _said(None, found.remedied_by, found.remedied_at, found.remedy),
        "proposal": _said(found.proposal, found.proposed_by, found.proposed_at, found.proposal_reason),
        "confirmation": _said(found.confirmation, found.confirmed_by, found.confirmed_at, found.confirmation_reason),
        "exit": found.exit_number,
        "ended": moment(found.ended_at),
    }


def _said(what: str | None, by: str | None, at: datetime | None, reason: str | None) -> dict[str, Any] | None:
    return {"what": what, "by": by, "at": moment(at), "reason": reason} if by else None
