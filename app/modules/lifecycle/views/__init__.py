"""The pages of a product's life: its life, its strategy and objectives, its readings."""

from __future__ import annotations

from app.modules.lifecycle.views import aiming, life, reading  # noqa: F401  (their views register themselves)
from app.modules.lifecycle.views.base import pages
from app.modules.lifecycle.views.matter import EVALUATION, PLANNING, evaluation_of, planning_of

__all__ = ["EVALUATION", "PLANNING", "evaluation_of", "pages", "planning_of"]
