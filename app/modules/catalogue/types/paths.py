"""Paths into a document: ``group.attribute``, or ``group.list.column`` for each row of a list."""

from __future__ import annotations

from dataclasses import dataclass

from app.modules.catalogue.types.description import Attribute, ProductType


@dataclass(frozen=True)
class Place:
    """Where a path leads: an attribute, or a column of a list."""

    group: str
    attribute: Attribute
    column: Attribute | None = None

    @property
    def last(self) -> Attribute:
        return self.column or self.attribute


def resolve(found: ProductType, path: str) -> Place | None:
    """None where the path leads nowhere in this type."""
    parts = path.split(".")
    if len(parts) not in (2, 3):
        return None
    attribute = next((a for g, a in found.attributes() if (g.key, a.key) == (parts[0], parts[1])), None)
    if attribute is None or len(parts) == 2:
        return Place(parts[0], attribute) if attribute else None
    column = next((c for c in attribute.columns if c.key == parts[2]), None)
    return Place(parts[0], attribute, column) if column else None
