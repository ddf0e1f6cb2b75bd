"""Whether a customer may have the variant of a tier: by what the bank knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content

POINTS: Mapping[str, str] = {
    "tier": N_("Belongs to the tier"),
    "min_age": N_("Old enough"),
    "max_age": N_("Not too old"),
    "min_assets": N_("Assets with the bank"),
    "min_income": N_("Yearly income"),
}


@dataclass(frozen=True)
class Person:
    """What is known of a customer on a day."""

    groups: Collection[str]
    age: int | None
    assets: Mapping[str, Decimal]
    """By currency: what they hold with the bank, debts left out."""


@dataclass(frozen=True)
class Point:
    """One thing that the tier or its terms ask for; ``met`` is None where the bank has no record and must be shown."""

    key: str
    met: bool | None


def points(tier: str, content: Content, person: Person) -> list[Point]:
    """The tier itself, then what the terms ask for."""
    return [Point("tier", tier in person.groups), *_asked(content.get("eligibility") or {}, person)]


def _asked(asked: Mapping[str, object], person: Person) -> Iterator[Point]:
    if "min_age" in asked:
        yield Point("min_age", None if person.age is None else person.age >= int(str(asked["min_age"])))
    if "max_age" in asked:
        yield Point("max_age", None if person.age is None else person.age <= int(str(asked["max_age"])))
    assets = asked.get("min_assets")
    if isinstance(assets, Mapping):
        yield Point("min_assets", person.assets.get(assets["currency"], Decimal(0)) >= Decimal(assets["amount"]))
    if "min_income" in asked:
        yield Point("min_income", None)


def eligible(found: Collection[Point]) -> bool:
    """Unless something is known to fail; what has to be shown is shown at the sale."""
    return all(point.met is not False for point in found)
