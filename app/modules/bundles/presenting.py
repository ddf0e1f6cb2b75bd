"""Bundles as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import gettext
from app.modules.bundles.models import Bundle
from app.modules.bundles.rules.taking import Gate, Verdict
from app.modules.catalogue.presenting import sale_reason_json
from app.modules.customers.presenting import point_json
from app.workflow.presenting import moment


def bundle_json(bundle: Bundle) -> dict[str, Any]:
    names = ("code", "names", "owner_department", "state", "document", "content_hash", "author", "approved_by")
    moments = {"written": bundle.written_at, "approved": bundle.approved_at, "withdrawn": bundle.withdrawn_at}
    return {
        **{name: getattr(bundle, name) for name in (*names, "withdrawn_by", "reason")},
        **{name: moment(at) for name, at in moments.items()},
    }


def fault_json(fault: Fault) -> dict[str, Any]:
    return {"pointer": fault.pointer, "code": fault.code, "detail": gettext(fault.message, fault.values)}


def one_json(bundle: Bundle, contradictions: Sequence[Fault]) -> dict[str, Any]:
    return {**bundle_json(bundle), "contradictions": [fault_json(fault) for fault in contradictions]}


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "met": verdict.met,
        "reasons": [sale_reason_json(reason) for reason in verdict.reasons],
        "points": [point_json(point) for point in verdict.points],
        "members": [_gate_json(gate) for gate in verdict.members],
    }


def _gate_json(gate: Gate) -> dict[str, Any]:
    return {
        "member": gate.code,
        "role": gate.role,
        "met": gate.met,
        "reasons": [sale_reason_json(reason) for reason in gate.reasons],
        "points": [point_json(point) for point in gate.points],
        "inner": verdict_json(gate.inner) if gate.inner else None,
    }
