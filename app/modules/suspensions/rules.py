"""The states of a suspension, and the verbs of its process that move it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.kernel.i18n import N_
from app.kernel.moves import Moves, taken

OPEN = ("unratified", "ratified", "remedied", "proposed", "exit_proposed")
"""In the order of the process. Sent back, a case comes to an earlier step again."""
ENDED = frozenset({"resumed", "not_ratified", "left"})
STILL_STOPPED = frozenset({*OPEN, "left"})
"""Sales in the scope stay suspended."""

MOVES: Moves[str] = {
    **{(state, "ratify"): "ratified" for state in OPEN},
    **{(state, "refuse"): "refused" for state in OPEN},
    **{(state, "remedy"): "remedied" for state in OPEN[1:]},
    **{(state, "propose"): "proposed" for state in OPEN[2:]},
    ("proposed", "confirm"): "confirmed",
    ("proposed", "decline"): "ratified",
    ("proposed", "hand_over"): "exit_proposed",
    ("exit_proposed", "stay"): "ratified",
    ("exit_proposed", "leave"): "left",
    # Left again in the same step.
    ("refused", "resume"): "not_ratified",
    ("confirmed", "resume"): "resumed",
}
"""State and verb → state. Only the process moves a suspension; people act through its tasks."""

STATES: Mapping[str, tuple[str, str]] = {
    "unratified": (N_("Awaiting ratification"), "careful"),
    "ratified": (N_("Ratified; being remedied"), "careful"),
    "remedied": (N_("Remedied"), "moving"),
    "proposed": (N_("Way out proposed"), "moving"),
    "resumed": (N_("Sales resumed"), "good"),
    "not_ratified": (N_("Not ratified; sales resumed"), "ended"),
    "exit_proposed": (N_("Handed over to exit"), "bad"),
    "left": (N_("Ended with the product's exit"), "ended"),
}
"""Words and tone of a state."""

_NUMBER = re.compile(r"SU-(0[0-9]{4}|[1-9][0-9]{4,14})\Z", re.ASCII)


def move(state: str, verb: str) -> str:
    """Where the verb leads; ``Conflict`` if the table has no such move."""
    return taken(MOVES, state, verb, N_("The suspension is %(state)s; this cannot be done now."))


def id_of(number: str | None) -> int | None:
    """The id in a number such as ``SU-00001``; nothing if it is none."""
    found = _NUMBER.match(number or "")
    return int(found[1]) if found else None
