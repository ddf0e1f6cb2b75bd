"""Whether a customer may have the variant of a tier."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content
from app.modules.customers.rules.eligibility import ASKED, Person, Point, asked

POINTS: Mapping[str, str] = {"tier": N_("Belongs to the tier"), **ASKED}


def points(tier: str, content: Content, person: Person) -> list[Point]:
    """The tier itself, then what the terms ask for."""
    return [Point("tier", tier in person.groups), *asked(content, person)]
