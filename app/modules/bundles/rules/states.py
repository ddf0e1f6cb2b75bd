"""The states of a bundle and what moves it from one to the next."""

from __future__ import annotations

from app.kernel.i18n import N_
from app.kernel.moves import Move, Moves, taken

SEE, WRITE, APPROVE = "bundle.see", "bundle.write", "bundle.approve"
STATES = ("draft", "in_approval", "on_sale", "withdrawn")
MOVES: Moves[Move] = {
    ("draft", "edit"): Move("draft", WRITE),
    ("draft", "submit"): Move("in_approval", WRITE),
    ("draft", "withdraw"): Move("withdrawn", WRITE),
    ("in_approval", "approve"): Move("on_sale", APPROVE),
    ("in_approval", "send_back"): Move("draft", APPROVE),
    ("on_sale", "withdraw"): Move("withdrawn", WRITE),
}
BY_ITS_AUTHOR = frozenset({"edit", "submit"})
"""What only the author of a draft does: whoever approves it must be somebody else."""


def move(state: str, verb: str) -> Move:
    """The move of a bundle; ``Conflict`` if the table has none."""
    return taken(MOVES, state, verb, N_("The bundle is %(state)s; this cannot be done now."))
