"""The pages of bundles: which there are, one of them with what it costs, and where it is written."""

from __future__ import annotations

from app.modules.bundles.views import reading, taking, writing  # noqa: F401  (their views register themselves)
from app.modules.bundles.views.base import pages

__all__ = ["pages"]
