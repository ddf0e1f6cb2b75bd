"""The pages of research and development."""

from __future__ import annotations

from app.modules.development.views import assumptions, costing, evidence, ideas, initiatives, tasks  # noqa: F401  (their routes)
from app.modules.development.views.base import pages

__all__ = ["pages"]
