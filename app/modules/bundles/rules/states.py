"""The states of a bundle and what moves it from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.errors import Conflict
from app.kernel.i18n import N_

SEE, WRITE, APPROVE = "bundle.see", "bundle.write", "bundle.approve"
STATES = ("draft", "in_approval", "on_sale", "withdrawn")


@dataclass(frozen=True)
class Move:
    """Where a verb leads, and the permission that allows it."""

    to: str
    by: str


MOVES: Mapping[tuple[str, str], Move] = {
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
    found = MOVES.get((state, verb))
    if found is None:
        raise Conflict(N_("The bundle is %(state)s; this cannot be done now."), code="wrong_state", state=state)
    return found
