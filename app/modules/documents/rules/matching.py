"""Which template fits best: the most specific of those in force; the order below decides between equals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.modules.documents.rules.fields import types_of
from app.modules.documents.rules.states import ANYBODY


class Purpose(Protocol):
    """What is asked of a template (see ``models.Template``). An empty list stands for all."""

    @property
    def key(self) -> str: ...
    @property
    def families(self) -> list[str]: ...
    @property
    def types(self) -> list[str]: ...
    @property
    def change_types(self) -> list[str]: ...
    @property
    def holder(self) -> str: ...


@dataclass(frozen=True)
class Case:
    """One kind of change in one family, for one kind of customer: what the notice policy is asked for."""

    change_type: str
    family: str
    holder: str


Fitting = TypeVar("Fitting", bound=Purpose)


def serves(template: Purpose, key: str) -> bool:
    """Whether a template is made for products of this type."""
    return key in types_of(template.families, template.types)


def fits(template: Purpose, case: Case) -> bool:
    """Whether a template is made for a case."""
    return (
        (not template.families or case.family in template.families)
        and (not template.change_types or case.change_type in template.change_types)
        and template.holder in (ANYBODY, case.holder)
    )


def best(templates: Iterable[Fitting], case: Case) -> Fitting | None:
    """The template that says most exactly what it is for; nothing if none fits.

    First counts how many of the three (kind of change, family, customers) it names; then,
    among equals, naming the kind of change before the family before the customers; then the
    shorter list; last the key in the order of the alphabet.
    """
    return min((t for t in templates if fits(t, case)), key=_rank, default=None)


def _rank(template: Purpose) -> tuple[int, bool, bool, bool, int, str]:
    named = (bool(template.change_types), bool(template.families), template.holder != ANYBODY)
    listed = len(template.families) + len(template.change_types)
    return (-sum(named), not named[0], not named[1], not named[2], listed, template.key)
