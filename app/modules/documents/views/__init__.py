"""The pages of templates: which there are, one with its versions, and where its texts are written."""

from __future__ import annotations

from app.modules.documents.views import reading, writing  # noqa: F401  (their views register themselves)
from app.modules.documents.views.base import pages

__all__ = ["pages"]
