"""Templates as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from app.modules.documents.models import Template, TemplateVersion
from app.modules.documents.queries import holds
from app.modules.documents.queries.products import Kept
from app.modules.documents.rules.states import LANGUAGES
from app.modules.documents.rules.typed import Typed, typed_in
from app.workflow.presenting import moment


def typed_json(figure: Typed) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in ("kind", "text", "line", "position")}


def version_json(version: TemplateVersion, today: date) -> dict[str, Any]:
    names = ("number", "state", "texts", "content_hash", "author", "approved_by", "withdrawn_by", "reason")
    moments = {"written": version.written_at, "approved": version.approved_at, "withdrawn": version.withdrawn_at}
    return {
        **{name: getattr(version, name) for name in names},
        "in_force": holds(version, today),
        "typed": [
            {"language": name, **typed_json(each)} for name in LANGUAGES for each in typed_in(version.texts[name])
        ],
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        **{name: moment(at) for name, at in moments.items()},
    }


def template_json(template: Template, versions: Sequence[TemplateVersion], today: date) -> dict[str, Any]:
    names = ("key", "kind", "names", "families", "types", "change_types", "holder", "created_by")
    return {
        **{name: getattr(template, name) for name in names},
        "created": moment(template.created_at),
        "versions": [version_json(version, today) for version in versions],
    }


def document_json(kept: Kept) -> dict[str, Any]:
    """A document beside the terms of the day that was asked."""
    names = ("id", "language", "text", "paths", "content_hash", "made_by", "withdrawn_by", "reason")
    document = kept.document
    return {
        **{name: getattr(document, name) for name in names},
        "product": document.product_code,
        "version": kept.source.number,
        "kind": kept.template.kind,
        "template": kept.template.key,
        "template_version": kept.written.number,
        "valid_from": document.valid_from.isoformat(),
        "valid_to": document.valid_to.isoformat() if document.valid_to else None,
        "made": moment(document.made_at),
        "live_version": kept.live.number if kept.live else None,
        "contradictions": [asdict(each) for each in kept.contradictions],
        "typed": [typed_json(each) for each in kept.typed],
    }
