"""Writing and approving templates, and filling them."""

from __future__ import annotations

from app.modules.documents.services.versions import (
    Purpose,
    Texts,
    approve,
    create,
    draft,
    edit,
    withdraw,
)

__all__ = ["Purpose", "Texts", "approve", "create", "draft", "edit", "withdraw"]
