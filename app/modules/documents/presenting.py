"""Templates as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.modules.documents.models import Template, TemplateVersion
from app.modules.documents.queries import holds
from app.workflow.presenting import moment


def version_json(version: TemplateVersion, today: date) -> dict[str, Any]:
    names = ("number", "state", "texts", "content_hash", "author", "approved_by", "withdrawn_by", "reason")
    moments = {"written": version.written_at, "approved": version.approved_at, "withdrawn": version.withdrawn_at}
    return {
        **{name: getattr(version, name) for name in names},
        "in_force": holds(version, today),
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        **{name: moment(at) for name, at in moments.items()},
    }


def template_json(template: Template, versions: Sequence[TemplateVersion], today: date) -> dict[str, Any]:
    names = ("key", "kind", "names", "families", "change_types", "holder", "created_by")
    return {
        **{name: getattr(template, name) for name in names},
        "created": moment(template.created_at),
        "versions": [version_json(version, today) for version in versions],
    }
