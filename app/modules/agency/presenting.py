"""Partners and their admissions as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.modules.agency.models import Partner, PartnerAdmission
from app.workflow.presenting import moment


def partner_json(partner: Partner) -> dict[str, Any]:
    return {name: getattr(partner, name) for name in ("key", "names", "kind", "licence_number", "entered_by")}


def partner_detail(
    partner: Partner, admissions: Sequence[PartnerAdmission], counts: PartnerAdmission | None
) -> dict[str, Any]:
    in_force = counts.number if counts else None
    return {**partner_json(partner), "in_force": in_force, "admissions": [admission_json(row) for row in admissions]}


def admission_json(row: PartnerAdmission) -> dict[str, Any]:
    names = ("number", "state", "findings", "evidence", "examined_by", "opinion", "decided_by", "reason")
    return {
        **{name: getattr(row, name) for name in names},
        "request": row.change_request_id,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "opened": moment(row.opened_at),
    }
