"""The pages of customers and of what they hold."""

from __future__ import annotations

from app.modules.customers.views import reading, selling  # noqa: F401  (their views register themselves)
from app.modules.customers.views.base import pages

__all__ = ["pages"]
