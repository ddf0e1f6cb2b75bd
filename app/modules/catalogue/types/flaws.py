"""What is wrong with the description of a product type, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Flaw:
    """``place`` is a path inside the file, such as ``groups[1].add[2].unit``."""

    file: Path
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.message}" if self.place else f"{self.file}: {self.message}"


class ContradictoryTypes(Exception):
    """The product types contradict themselves: the programme does not start."""

    def __init__(self, flaws: Sequence[Flaw]):
        super().__init__("\n".join(["The product types cannot be used.", *map(str, flaws)]))
        self.flaws = tuple(flaws)
