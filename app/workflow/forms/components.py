"""What a form is made of: components, as form-js names them, in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MAX_TEXT = 10_000
"""Characters of a text whose component sets no ``maxLength``."""
CHOICES = frozenset({"select", "radio"})
INPUTS = frozenset({"textfield", "textarea", "number", "checkbox", "checklist", "datetime", "filepicker"}) | CHOICES
STATIC = frozenset({"text", "group"})
IGNORED = frozenset({"button"})

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Option:
    """One value of a choice."""

    value: str
    labels: Texts


@dataclass(frozen=True)
class Limits:
    """What a value must keep to."""

    required: bool = False
    required_when: str | None = None
    """A FEEL expression; besides ``required``."""
    min_length: int = 0
    max_length: int = MAX_TEXT
    minimum: Decimal | None = None
    minimum_from: str | None = None
    """A FEEL expression over the case's variables that gives the least value where it is shown; a policy's, say."""
    maximum: Decimal | None = None
    pattern: re.Pattern[str] | None = None
    pattern_messages: Texts | None = None
    decimals: int = 0
    exact: bool = False
    """A number that is kept as its text: money and rates (``serializeToString``)."""
    multiple: bool = True


@dataclass(frozen=True, eq=False)
class Component:
    """One component of a form."""

    id: str
    key: str
    """The member of the data; empty for text and groups."""
    type: str
    labels: Texts
    descriptions: Texts
    options: tuple[Option, ...] = ()
    dynamic: bool = False
    """Its options come from records (``optionsFrom``), case by case; without any it is not shown."""
    limits: Limits = Limits()
    hide: str | None = None
    """A FEEL expression; the component is shown where it does not hold."""
    default: Any = None
    children: tuple[Component, ...] = ()
    raw: Mapping[str, Any] | None = None
    """The component as it stands in the file."""

    @property
    def is_input(self) -> bool:
        return self.type in INPUTS

    def inputs(self) -> Iterator[Component]:
        """The component itself if it takes a value, and those within it."""
        return (c for c in self.all() if c.is_input)

    def all(self) -> Iterator[Component]:
        """The component and all within it."""
        yield self
        for child in self.children:
            yield from child.all()

    def label(self, language: str) -> str:
        return text_in(self.labels, language)


def text_in(texts: Texts, language: str) -> str:
    return texts.get(language) or texts.get("en") or texts.get("zh") or ""
