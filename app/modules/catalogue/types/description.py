"""How a product type describes the document that a version carries.

One file per type in ``product_types`` says what stands in it; validation, forms, checks,
the difference, the importer and the display all follow that one description.
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
from typing import Any, Literal, get_args

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
KINDS: tuple[Kind, ...] = get_args(Kind)
Holder = Literal["fixed", "tracks", "negotiated"]
"""What a change means for existing holders: they keep theirs, follow, or were given it individually (rule 4)."""
Audience = Literal["everybody", "internal"]
"""Who may read it: what is internal never reaches a customer (rule 11)."""

DAY_COUNTS = ("ACT/360", "ACT/365F", "ACT/ACT", "30/360")
RATE_UNITS = ("fraction", "percent")
HOLDER_TREATMENTS: tuple[Holder, ...] = get_args(Holder)
AUDIENCES: tuple[Audience, ...] = get_args(Audience)


def label(en: str, zh: str) -> Labels:
    return {"en": en, "zh": zh}


UNITS: Mapping[str, Labels] = {
    "ratio": label("%", "%"),
    "money": label("", ""),
    "price": label("", ""),
    "bp": label("bp", "基点"),
    "years": label("years", "岁"),
    "days": label("days", "天"),
    "times": label("times", "次"),
    "grams": label("g", "克"),
}
"""What an integer or a decimal counts. A ratio is kept as a fraction and shown in per cent; money is in the
currency of the document, a price in that of its quotation."""


@dataclass(frozen=True)
class Attribute:
    """One attribute of a version, or one column of a list."""

    key: str
    labels: Labels
    kind: Kind
    unit: str | None = None
    required: bool = False
    """No document can be without it; what a launch needs besides stands among the checks."""
    holder: Holder = "tracks"
    choices: Mapping[str, Labels] = field(default_factory=dict)
    columns: tuple[Attribute, ...] = ()
    key_by: tuple[str, ...] = ()
    """Columns that identify a row of a list from one version to the next."""
    minimum: int | None = None
    maximum: int | None = None
    longest: int = 4000
    prompt: Labels = field(default_factory=dict)
    audience: Audience = "everybody"
    default: str | bool | None = None
    """What a new product begins with."""

    def column(self, key: str) -> Attribute:
        return next(c for c in self.columns if c.key == key)


@dataclass(frozen=True)
class Check:
    """A rule that the document must keep: ``rules.checks`` says what each ``rule`` means."""

    rule: str
    of: tuple[str, ...]
    """Paths: ``group.attribute``, or ``group.list.column`` for each row of a list."""
    than: Any = None
    """The bound: a path, or a value written as in a document."""
    values: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column → keys: only the rows that have one of them."""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Path → keys: only where the attribute has one of them."""
    says: Labels = field(default_factory=dict)
    """Why, in the bank's words."""


@dataclass(frozen=True)
class Group:
    """Attributes that belong together, such as terms, fees or eligibility."""

    key: str
    labels: Labels
    attributes: tuple[Attribute, ...]
    prompt: Labels = field(default_factory=dict)
    """What is asked on its page when a product is entered."""
    counts_as: str | None = None
    """The group as which the decision tables take a change in it."""
    checks: tuple[Check, ...] = ()

    def attribute(self, key: str) -> Attribute:
        return next(a for a in self.attributes if a.key == key)


@dataclass(frozen=True)
class Template:
    """Terms that the bank usually gives, to begin a product with."""

    key: str
    labels: Labels
    content: Mapping[str, Any]


@dataclass(frozen=True)
class ProductType:
    """One of the bank's product types, within a family."""

    key: str
    family: str
    labels: Labels
    groups: tuple[Group, ...]
    place: int = 0
    """Among the types of its family, in lists."""
    checks: tuple[Check, ...] = ()
    """Its own, besides those of its groups."""
    templates: tuple[Template, ...] = ()

    def group(self, key: str) -> Group:
        return next(g for g in self.groups if g.key == key)

    def attributes(self) -> Iterator[tuple[Group, Attribute]]:
        for group in self.groups:
            for attribute in group.attributes:
                yield group, attribute

    def all_checks(self) -> Iterator[Check]:
        for group in self.groups:
            yield from group.checks
        yield from self.checks
