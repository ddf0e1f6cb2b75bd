"""The pages of change requests."""

from app.modules.changes.views import (
    actions,
    authorities,
    file,
    launches,
    lists,
    page,
    pilots,
    sheets,
    starting,
    texts,
    wizard,
)
from app.modules.changes.views.base import pages

__all__ = [
    "actions",
    "authorities",
    "file",
    "launches",
    "lists",
    "page",
    "pages",
    "pilots",
    "sheets",
    "starting",
    "texts",
    "wizard",
]
