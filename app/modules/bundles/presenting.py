"""Bundles as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import gettext
from app.modules.bundles.models import Bundle
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
