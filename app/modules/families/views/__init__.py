"""The pages of tier families."""

from __future__ import annotations

from app.modules.families.views import keeping, plans, reading  # noqa: F401  (their routes)
from app.modules.families.views.base import pages

__all__ = ["pages"]
