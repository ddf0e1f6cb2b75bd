"""The pages of this desk."""

from app.desks.inbox import sources
from app.desks.inbox.views import actions, cases, evidence, lists, tasks
from app.desks.inbox.views.base import pages

__all__ = ["actions", "cases", "evidence", "lists", "pages", "sources", "tasks"]
