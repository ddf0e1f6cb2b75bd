"""Bundles as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import gettext
from app.modules.bundles.models import BundleVersion
from app.modules.bundles.rules.description import BUNDLE
from app.modules.bundles.rules.taking import Gate, Verdict
from app.modules.catalogue.presenting import sale_reason_json
from app.modules.catalogue.rules.difference import difference_in
from app.modules.customers.presenting import point_json
from app.workflow.presenting import moment


def version_json(version: BundleVersion) -> dict[str, Any]:
    names = ("code", "number", "names", "owner_department", "state", "document", "content_hash", "author")
    moments = {"written": version.written_at, "approved": version.approved_at, "ended": version.ended_at}
    return {
        **{name: getattr(version, name) for name in (*names, "approved_by", "withdrawn_by", "reason")},
        **{name: moment(at) for name, at in moments.items()},
    }


def fault_json(fault: Fault) -> dict[str, Any]:
    return {"pointer": fault.pointer, "code": fault.code, "detail": gettext(fault.message, fault.values)}


def one_json(version: BundleVersion, contradictions: Sequence[Fault]) -> dict[str, Any]:
    return {**version_json(version), "contradictions": [fault_json(fault) for fault in contradictions]}


def difference_json(old: BundleVersion, new: BundleVersion) -> dict[str, Any]:
    changes = difference_in(BUNDLE, old.document, new.document)
    return {
        "old": old.number,
        "new": new.number,
        "names": {"old": old.names, "new": new.names},
        "changes": [{k: v for k, v in change.as_json().items() if k != "holder"} for change in changes],
    }


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
