"""The pages of product risk."""

from app.modules.risk.views import books
from app.modules.risk.views.base import pages

__all__ = ["books", "pages"]
