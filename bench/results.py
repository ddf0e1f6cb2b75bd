"""One line of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    name: str
    database: str
    measured: float
    budget: float
    unit: str
    detail: str

    @property
    def kept(self) -> bool:
        return self.measured <= self.budget
