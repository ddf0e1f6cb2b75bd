"""States and the verbs that lead from one to the next: each record has a table; what is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.kernel.errors import Conflict

PROCESS = "process"
"""Only the process or what follows from another step moves it; people act through their tasks."""
T = TypeVar("T")
Moves = Mapping[tuple[str, str], T]
"""State and verb → the state it leads to, or a ``Move``."""


@dataclass(frozen=True)
class Move:
    """Where a verb leads, and what allows it: a permission, or ``PROCESS``."""

    to: str
    by: str


def taken(moves: Moves[T], state: str, verb: str, message: str) -> T:
    """What the table says of the verb; ``Conflict`` with ``message`` (about ``%(state)s``) if it says nothing."""
    found = moves.get((state, verb))
    if found is None:
        raise Conflict(message, code="wrong_state", state=state)
    return found
