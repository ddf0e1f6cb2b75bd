"""Whether a customer is what the terms of something ask for 准入条件: by what the bank knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content, Row

ASKED: Mapping[str, str] = {
    "min_age": N_("Old enough"),
    "max_age": N_("Not too old"),
    "min_assets": N_("Assets with the bank"),
    "min_income": N_("Yearly income"),
    "rule": N_("Rule"),
}
_KINDS = {"natural_person": "person", "business": "corporate"}
"""Rules about the kind of customer; what the others ask for has to be shown."""


@dataclass(frozen=True)
class Person:
    """What is known of a customer on a day."""

    groups: Collection[str]
    age: int | None
    assets: Mapping[str, Decimal]
    """By currency: what they hold with the bank, debts left out."""
    kind: str = "person"
    """``person`` or ``corporate``."""


@dataclass(frozen=True)
class Point:
    """One thing that is asked for; ``met`` is None where the bank has no record and must be shown."""

    key: str
    met: bool | None
    bound: Any = None
    """What is asked for, as it stands in the terms: years, money, or a rule."""


def asked(terms: Content, person: Person) -> Iterator[Point]:
    """What the eligibility of a product or a bundle asks for, point by point."""
    found = terms.get("eligibility") or {}
    if "min_age" in found:
        met = None if person.age is None else person.age >= found["min_age"]
        yield Point("min_age", met, found["min_age"])
    if "max_age" in found:
        met = None if person.age is None else person.age <= found["max_age"]
        yield Point("max_age", met, found["max_age"])
    if "min_assets" in found:
        least = found["min_assets"]
        held = person.assets.get(least["currency"], Decimal(0))
        yield Point("min_assets", held >= Decimal(least["amount"]), least)
    if "min_income" in found:
        yield Point("min_income", None, found["min_income"])
    yield from _rules(found.get("rules", ()), person)


def _rules(rules: Sequence[Row], person: Person) -> Iterator[Point]:
    """Of kinds of customers any that is named will do."""
    kinds = {_KINDS[rule["kind"]] for rule in rules if rule["kind"] in _KINDS}
    for rule in rules:
        yield Point("rule", person.kind in kinds if rule["kind"] in _KINDS else None, rule)


def together(each: Collection[bool | None]) -> bool | None:
    """All of them: False if one is known to fail, else None if one has to be shown."""
    return False if False in each else None if None in each else True


def eligible(found: Collection[Point]) -> bool:
    """Unless something is known to fail; what has to be shown is shown at the sale."""
    return together([point.met for point in found]) is not False
