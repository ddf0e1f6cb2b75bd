"""The pages of market research: what was gathered for a product, a questionnaire with its results, and entering."""

from __future__ import annotations

from app.modules.research.views import answering, reading, writing  # noqa: F401  (their views register themselves)
from app.modules.research.views.base import pages

__all__ = ["pages"]
