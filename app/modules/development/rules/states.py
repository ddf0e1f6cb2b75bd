"""States and the verbs that lead from one to the next; what is not in a table is refused."""

from __future__ import annotations

from app.kernel.i18n import N_
from app.kernel.moves import Moves, taken

ASSUMPTIONS: Moves[str] = {
    ("draft", "edit"): "draft",
    ("draft", "approve"): "approved",
}

IDEAS: Moves[str] = {
    ("new", "consider"): "considered",
    ("new", "decline"): "declined",
    ("considered", "decline"): "declined",
    ("considered", "take_up"): "became_initiative",
}

INITIATIVES: Moves[str] = {
    ("active", "plan"): "active",
    ("active", "prove"): "active",
    ("active", "work"): "active",
    ("active", "judge"): "active",
    ("active", "pause"): "paused",
    ("paused", "resume"): "active",
    ("active", "complete"): "completed",
    ("active", "stop"): "stopped",
    ("paused", "stop"): "stopped",
}
OPEN = ("active", "paused")
"""States of initiatives that are not over."""


def move(moves: Moves[str], state: str, verb: str) -> str:
    """Where the verb leads; ``Conflict`` if the table has no such move."""
    return taken(moves, state, verb, N_("Its state is “%(state)s”: that cannot be done now."))
