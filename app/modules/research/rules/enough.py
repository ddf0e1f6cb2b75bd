"""How much was gathered for a product, and whether a plan may rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.kernel.errors import Fault
from app.kernel.i18n import N_


@dataclass(frozen=True)
class Count:
    """How many records of each kind."""

    answers: int
    interviews: int
    competitors: int
    trends: int

    @property
    def anything(self) -> bool:
        return bool(self.answers or self.interviews or self.competitors or self.trends)


def missing(count: Count) -> Iterator[Fault]:
    """What research cannot be without: somebody for whom the product is meant was asked (requirement 2)."""
    if not count.answers and not count.interviews:
        message = N_("No questionnaire was answered and nobody was interviewed.")
        yield Fault("/data/needs", message, code="nobody_asked")
