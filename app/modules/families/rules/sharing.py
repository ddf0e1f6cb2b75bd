"""Shared and own terms: which differ, and what a variant reads like once it follows its base."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.types import Attribute, Group, product_type

ALWAYS_OWN = frozenset({"basics.name", "target_market.groups", "availability.scopes"})
"""What makes a product the one of its tier: no variant shares these."""
DIFFERS = N_("%(term)s differs from the base product: let it follow, or make it a term of its own.")
NO_TERM = N_("There is no such term in products of this type.")


@dataclass(frozen=True)
class Cell:
    """A term as it stands in one variant."""

    value: Any
    own: bool
    differs: bool
    """From the base."""

    @property
    def due(self) -> bool:
        """Whether it should follow the base and does not."""
        return self.differs and not self.own


@dataclass(frozen=True)
class Line:
    """One term over the whole family."""

    group: Group
    attribute: Attribute
    value: Any
    """The base's."""
    cells: Sequence[Cell]
    """One for each variant, in the order given."""

    @property
    def shared(self) -> bool:
        """Whether no variant departs from the base."""
        return not any(cell.own or cell.differs for cell in self.cells)


def is_own(path: str, own: Collection[str]) -> bool:
    return path in ALWAYS_OWN or path in own


def side_by_side(base: Content, variants: Sequence[tuple[Content, Collection[str]]]) -> list[Line]:
    """Each term that stands in any of them, in the order of the type; ``variants``: content and own terms."""
    lines = [_line(group, attribute, base, variants) for group, attribute in product_type(base["type"]).attributes()]
    return [line for line in lines if line.value is not None or any(cell.value is not None for cell in line.cells)]


def _line(
    group: Group, attribute: Attribute, base: Content, variants: Sequence[tuple[Content, Collection[str]]]
) -> Line:
    path = f"{group.key}.{attribute.key}"
    cells = [
        Cell(_said(content, path)[0], is_own(path, own), _said(content, path) != _said(base, path))
        for content, own in variants
    ]
    return Line(group, attribute, _said(base, path)[0], cells)


def departures(base: Content, variant: Content, own: Collection[str]) -> list[tuple[str, Mapping[str, str]]]:
    """Path and label of each shared term in which the variant differs from the base."""
    return [
        (f"{line.group.key}.{line.attribute.key}", line.attribute.labels)
        for line in side_by_side(base, [(variant, own)])
        if line.cells[0].due
    ]


def departure_faults(base: Content, variant: Content, own: Collection[str], pointer: str) -> Iterator[Fault]:
    """Shared terms that differ, each by its name."""
    for path, labels in departures(base, variant, own):
        yield Fault(pointer, DIFFERS, {"term": labels, "path": path}, "shared_term_differs")


def unknown_terms(type_key: str, own: Sequence[str], pointer: str) -> Iterator[Fault]:
    known = {f"{group.key}.{attribute.key}" for group, attribute in product_type(type_key).attributes()}
    for place, path in enumerate(own):
        if path not in known:
            yield Fault(f"{pointer}/{place}", NO_TERM, code="no_such_term")


def followed(base: Content, variant: Content, own: Collection[str]) -> dict[str, Any]:
    """The variant with every shared term as it stands in the base, the treatment of existing holders included."""
    document: dict[str, Any] = {"type": variant["type"]}
    holders: dict[str, str] = {}
    for group, attribute in product_type(variant["type"]).attributes():
        path = f"{group.key}.{attribute.key}"
        value, holder = _said(variant if is_own(path, own) else base, path)
        if value is not None:
            document.setdefault(group.key, {})[attribute.key] = value
        if holder is not None:
            holders[path] = holder
    return {**document, "holders": holders} if holders else document


def _said(content: Content, path: str) -> tuple[Any, str | None]:
    """The value of a term, and its own treatment of existing holders (rule 4)."""
    group, key = path.split(".")
    return (content.get(group) or {}).get(key), (content.get("holders") or {}).get(path)
