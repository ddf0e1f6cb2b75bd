"""The pages of change requests."""

from app.modules.changes.views import actions, lists, page, sheets, starting, wizard
from app.modules.changes.views.base import pages

__all__ = ["actions", "lists", "page", "pages", "sheets", "starting", "wizard"]
