"""The bank's product types, read from one file for each; ``ContradictoryTypes`` where they contradict themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.kernel.config import more_product_types
from app.modules.catalogue.types.contradictions import flaws_of
from app.modules.catalogue.types.description import Attribute, Group, Labels, ProductType, label
from app.modules.catalogue.types.flaws import ContradictoryTypes
from app.modules.catalogue.types.reading import Shared, read

__all__ = [
    "AVAILABILITY",
    "CHANNELS",
    "CHOICES",
    "CUSTOMER_GROUPS",
    "FAMILIES",
    "PRODUCT_TYPES",
    "Attribute",
    "Group",
    "Labels",
    "ProductType",
    "label",
    "loaded",
    "product_type",
]
FOLDER = Path(__file__).resolve().parents[4] / "product_types"


def loaded(folders: Sequence[Path]) -> tuple[Shared, Mapping[str, ProductType]]:
    """What is shared, and the types by key: family by family, each in its place."""
    shared, files = read(folders)
    flaws = flaws_of(files, shared)
    if flaws:
        raise ContradictoryTypes(flaws)
    families = list(shared.families)
    ordered = sorted(files.values(), key=lambda found: (families.index(found.family), found.place, found.key))
    return shared, {found.key: found for found in ordered}


_shared, PRODUCT_TYPES = loaded([FOLDER, *more_product_types()])
FAMILIES: Mapping[str, Labels] = _shared.families
CHOICES: Mapping[str, Mapping[str, Labels]] = _shared.choices
"""Choices that several attributes share, by name."""
CHANNELS, CUSTOMER_GROUPS = CHOICES["channels"], CHOICES["customer_groups"]
AVAILABILITY: Group = _shared.groups["availability"]
"""A scope that leaves out units, channels or groups covers all of them; no scope at all covers everything."""


def product_type(key: str) -> ProductType:
    """``KeyError`` if there is no such type."""
    return PRODUCT_TYPES[key]
