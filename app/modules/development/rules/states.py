"""States and the verbs that lead from one to the next; what is not in a table is refused."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.errors import Conflict
from app.kernel.i18n import N_

Moves = Mapping[tuple[str, str], str]
"""State and verb → state."""

ASSUMPTIONS: Moves = {
    ("draft", "edit"): "draft",
    ("draft", "approve"): "approved",
}

IDEAS: Moves = {
    ("new", "consider"): "considered",
    ("new", "decline"): "declined",
    ("considered", "decline"): "declined",
    ("considered", "take_up"): "became_initiative",
}

INITIATIVES: Moves = {
    ("active", "plan"): "active",
    ("active", "judge"): "active",
    ("active", "pause"): "paused",
    ("paused", "resume"): "active",
    ("active", "complete"): "completed",
    ("active", "stop"): "stopped",
    ("paused", "stop"): "stopped",
}


def move(moves: Moves, state: str, verb: str) -> str:
    """Where the verb leads; ``Conflict`` if the table has no such move."""
    found = moves.get((state, verb))
    if found is None:
        raise Conflict(N_("This is %(state)s; that cannot be done now."), code="wrong_state", state=state)
    return found
