"""The pages of a product's life: its life, its strategy and objectives, its readings."""

from __future__ import annotations

from app.modules.lifecycle.views import aiming, life, reading  # noqa: F401  (their views register themselves)
from app.modules.lifecycle.views.base import pages
from app.modules.lifecycle.views.matter import EVALUATION, ON_ITS_WAY, PLANNING, evaluation_of, on_its_way, planning_of

__all__ = ["EVALUATION", "ON_ITS_WAY", "PLANNING", "evaluation_of", "on_its_way", "pages", "planning_of"]
