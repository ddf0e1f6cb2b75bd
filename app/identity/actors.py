"""Who asks: a frozen picture of a person, free of the database session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYTHING = "*"
"""The group of those who read all: auditors and operators."""

READS_ALL = frozenset({"auditor", "operator"})


@dataclass(frozen=True)
class Actor:
    """A signed-in person, as permissions see them."""

    id: int
    username: str
    names: Mapping[str, str] = field(hash=False)
    department: str | None = None
    unit: str | None = None
    roles: frozenset[str] = frozenset()
    language: str | None = None

    @property
    def groups(self) -> frozenset[str]:
        """Department, roles, and department with role, such as ``risk:officer``."""
        own = set(self.roles)
        if self.department:
            own.add(self.department)
            own.update(f"{self.department}:{role}" for role in self.roles)
        return frozenset(own)

    @property
    def reads_all(self) -> bool:
        return bool(self.roles & READS_ALL)


SYSTEM = Actor(id=0, username="system", names={"en": "The platform", "zh": "平台"}, roles=frozenset({"system"}))
"""The platform itself, for timers and deliveries."""
