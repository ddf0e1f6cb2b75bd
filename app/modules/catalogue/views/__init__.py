"""The pages of the catalogue."""

from __future__ import annotations

from app.modules.catalogue.views import comparing, creating, entering, finding, importing, matrix, product
from app.modules.catalogue.views.base import pages

__all__ = ["comparing", "creating", "entering", "finding", "importing", "matrix", "pages", "product"]
