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
    "ELIGIBILITY",
    "FAMILIES",
    "PRODUCT_TYPES",
    "Attribute",
    "Group",
    "Labels",
    "ProductType",
    "label",
    "loaded",
    "product_type",
    "source_of",
]
FOLDER = Path(__file__).resolve().parents[4] / "product_types"


def loaded(folders: Sequence[Path]) -> tuple[Shared, Mapping[Path, ProductType]]:
    """What is shared, and the type of each file: family by family, each in its place."""
    shared, files = read(folders)
    flaws = flaws_of(files, shared)
    if flaws:
        raise ContradictoryTypes(flaws)
    families = list(shared.families)
    return shared, dict(sorted(files.items(), key=lambda f: (families.index(f[1].family), f[1].place, f[1].key)))


_shared, _files = loaded([FOLDER, *more_product_types()])
PRODUCT_TYPES: Mapping[str, ProductType] = {found.key: found for found in _files.values()}
FAMILIES: Mapping[str, Labels] = _shared.families
CHOICES: Mapping[str, Mapping[str, Labels]] = _shared.choices
"""Choices that several attributes share, by name."""
CHANNELS, CUSTOMER_GROUPS = CHOICES["channels"], CHOICES["customer_groups"]
AVAILABILITY: Group = _shared.groups["availability"]
"""A scope that leaves out units, channels or groups covers all of them; no scope at all covers everything."""
ELIGIBILITY: Group = _shared.groups["eligibility"]


def source_of(key: str) -> Path:
    """The file that describes a type."""
    return next(file for file, found in _files.items() if found.key == key)


def product_type(key: str) -> ProductType:
    """``KeyError`` if there is no such type."""
    return PRODUCT_TYPES[key]
