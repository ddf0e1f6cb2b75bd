"""The pages of product risk."""

from app.modules.risk.views import assessments, books
from app.modules.risk.views.base import pages

__all__ = ["assessments", "books", "pages"]
