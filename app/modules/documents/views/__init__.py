"""The pages of templates, and of the documents that are made from them for products."""

from __future__ import annotations

from app.modules.documents.views import products, reading, writing  # noqa: F401  (their views register themselves)
from app.modules.documents.views.base import pages

__all__ = ["pages"]
