"""Reads of the catalogue."""

from __future__ import annotations

from app.modules.catalogue.queries.products import (
    ProductFilter,
    ProductRow,
    first_drafts,
    list_products,
    product_by_code,
    status_at,
    version_by_number,
    version_in_force,
    versions_in_force,
    versions_of,
)
from app.modules.catalogue.queries.sale import (
    Scope,
    availability_of,
    may_sell,
    on_sale,
    resolve_scope,
    saleable,
    stops_of,
    unit_paths,
)

__all__ = [
    "ProductFilter",
    "ProductRow",
    "Scope",
    "availability_of",
    "first_drafts",
    "list_products",
    "may_sell",
    "on_sale",
    "product_by_code",
    "resolve_scope",
    "saleable",
    "status_at",
    "stops_of",
    "unit_paths",
    "version_by_number",
    "version_in_force",
    "versions_in_force",
    "versions_of",
]
