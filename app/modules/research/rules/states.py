"""The states of a questionnaire, and the words of what research keeps."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.kernel.moves import Moves, taken

MOVES: Moves[str] = {
    ("draft", "edit"): "draft",
    ("draft", "open"): "open",
    ("open", "answer"): "open",
    ("open", "close"): "closed",
}
"""State and verb → state. What is open is answered and edited no more: all answer the same questions."""
DIRECTIONS: Mapping[str, str] = {"rising": N_("rising"), "steady": N_("steady"), "falling": N_("falling")}


def move(state: str, verb: str) -> str:
    """Where the verb leads; ``Conflict`` if the table has no such move."""
    return taken(MOVES, state, verb, N_("The questionnaire is %(state)s; this cannot be done now."))
