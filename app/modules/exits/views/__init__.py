"""The pages of exits: propose one, plan it attribute by attribute, follow it to zero, decide on exceptions."""

from __future__ import annotations

from app.modules.exits.views import actions, holdings, lists, planning  # noqa: F401  (their routes)
from app.modules.exits.views.base import TEMPLATE, pages
from app.modules.exits.views.told import context_of, untold_context

__all__ = ["TEMPLATE", "context_of", "pages", "untold_context"]
