"""The pages of change requests."""

from app.modules.changes.views import actions, launches, lists, page, sheets, starting, wizard
from app.modules.changes.views.base import pages

__all__ = ["actions", "launches", "lists", "page", "pages", "sheets", "starting", "wizard"]
