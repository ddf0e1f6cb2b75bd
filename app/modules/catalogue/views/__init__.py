"""The pages of the catalogue."""

from __future__ import annotations

from app.modules.catalogue.views import comparing, creating, finding, importing, matrix, product
from app.modules.catalogue.views.base import pages

__all__ = ["comparing", "creating", "finding", "importing", "matrix", "pages", "product"]
