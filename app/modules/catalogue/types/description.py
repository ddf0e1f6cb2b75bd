"""How a product type describes the document that a version carries.

One description per type drives validation, forms, the difference and display.
A content document is ``{"type": key, group: {attribute: value}}``; the JSON form
of a value follows from the attribute's ``kind``:

=============  ==========================================================
``text``       a string
``phrase``     ``{"en": ..., "zh": ...}``, at least one of them
``integer``    a JSON integer
``decimal``    a decimal in a string
``money``      ``{"amount": "50.00", "currency": "CNY"}``
``rate``       ``{"value": "0.0155", "unit": "fraction", "period": "P1Y", "day_count": "ACT/360"}``
``duration``   ISO 8601, ``P3M``
``instant``    ISO 8601 in UTC
``boolean``    true or false
``choice``     the key of one choice
``choices``    a list of keys
``codes``      a list of codes of another record, such as units
``list``       a list of rows, each with the attributes of ``columns``
=============  ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Labels = Mapping[str, str]
Kind = Literal[
    "text",
    "phrase",
    "integer",
    "decimal",
    "money",
    "rate",
    "duration",
    "instant",
    "boolean",
    "choice",
    "choices",
    "codes",
    "list",
]
Holder = Literal["fixed", "tracks", "negotiated"]
"""What a change means for existing holders: they keep theirs, follow, or were given it individually (rule 4)."""

DAY_COUNTS = ("ACT/360", "ACT/365F", "ACT/ACT", "30/360")
RATE_UNITS = ("fraction", "percent")
HOLDER_TREATMENTS: tuple[Holder, ...] = ("fixed", "tracks", "negotiated")


@dataclass(frozen=True)
class Attribute:
    """One attribute of a version, or one column of a list."""

    key: str
    labels: Labels
    kind: Kind
    unit: str | None = None
    required: bool = False
    holder: Holder = "tracks"
    choices: Mapping[str, Labels] = field(default_factory=dict)
    columns: tuple[Attribute, ...] = ()
    key_by: tuple[str, ...] = ()
    """Columns that identify a row of a list from one version to the next."""
    minimum: int | None = None
    maximum: int | None = None
    longest: int = 4000
    prompt: Labels = field(default_factory=dict)

    def column(self, key: str) -> Attribute:
        return next(c for c in self.columns if c.key == key)


@dataclass(frozen=True)
class Group:
    """Attributes that belong together, such as terms, fees or eligibility."""

    key: str
    labels: Labels
    attributes: tuple[Attribute, ...]

    def attribute(self, key: str) -> Attribute:
        return next(a for a in self.attributes if a.key == key)


@dataclass(frozen=True)
class ProductType:
    """One of the bank's product types, within a family."""

    key: str
    family: str
    labels: Labels
    groups: tuple[Group, ...]

    def group(self, key: str) -> Group:
        return next(g for g in self.groups if g.key == key)

    def attributes(self) -> Iterator[tuple[Group, Attribute]]:
        for group in self.groups:
            for attribute in group.attributes:
                yield group, attribute


def label(en: str, zh: str) -> Labels:
    return {"en": en, "zh": zh}
