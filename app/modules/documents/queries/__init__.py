"""Templates with their versions, and the documents of products that were made from them."""

from __future__ import annotations

from app.modules.documents.queries.templates import (
    InForce,
    holds,
    in_force,
    template,
    templates,
    version,
    version_ids,
    versions_of,
)

__all__ = ["InForce", "holds", "in_force", "template", "templates", "version", "version_ids", "versions_of"]
