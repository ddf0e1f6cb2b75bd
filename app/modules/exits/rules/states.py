"""The states of an exit and of its holdings, and the verbs that lead from one to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.kernel.i18n import N_
from app.kernel.moves import Moves, taken

MOVES: Moves[str] = {
    ("proposed", "evaluate"): "evaluated",
    ("evaluated", "evaluate"): "evaluated",
    ("evaluated", "pursue"): "planning",
    ("evaluated", "leave"): "kept",
    ("planning", "give_up"): "kept",
    ("planning", "submit"): "in_review",
    ("in_review", "send_back"): "planning",
    ("in_review", "reject"): "rejected",
    ("in_review", "approve"): "approved",
    ("approved", "take_off_sale"): "off_sale",
    ("off_sale", "migrate"): "migrating",
    ("migrating", "wind_down"): "winding_down",
    ("winding_down", "retire"): "retired",
    **{(state, "withdraw"): "withdrawn" for state in ("proposed", "evaluated", "planning", "in_review")},
}
"""State and verb → state. After the decision an exit is not withdrawn: customers were told."""
ENDED = frozenset({"kept", "rejected", "withdrawn", "retired"})

STATES: Mapping[str, tuple[str, str]] = {
    "proposed": (N_("Exit proposed"), "moving"),
    "evaluated": (N_("Being judged"), "moving"),
    "planning": (N_("Being planned"), "moving"),
    "in_review": (N_("In review"), "moving"),
    "approved": (N_("Exit approved"), "moving"),
    "off_sale": (N_("Sales ended"), "careful"),
    "migrating": (N_("Holdings being worked"), "careful"),
    "winding_down": (N_("Winding down"), "careful"),
    "retired": (N_("Retired"), "ended"),
    "kept": (N_("Product kept"), "good"),
    "rejected": (N_("Exit rejected"), "bad"),
    "withdrawn": (N_("Withdrawn"), "ended"),
}
"""Words and tone of a state."""

ITEM_MOVES: Moves[str] = {
    ("identified", "notify"): "noticed",
    ("identified", "lay_dormant"): "dormant",
    ("noticed", "pass_by"): "no_response",
    **{(state, "consent"): "consented" for state in ("noticed", "opted_out", "no_response", "exception")},
    **{(state, "opt_out"): "opted_out" for state in ("noticed", "consented", "no_response")},
    ("consented", "move"): "moved",
    # Only where nothing worsens for the customer: ``items.settling`` never asks for it otherwise.
    ("no_response", "move"): "moved",
    **{
        (state, verb): to
        for state in ("identified", "noticed", "consented", "opted_out", "no_response")
        for verb, to in (("mature", "matured"), ("close", "closed"), ("except", "exception"))
    },
    ("exception", "mature"): "matured",
    ("exception", "close"): "closed",
    ("exception", "lay_dormant"): "dormant",
    **{(state, "reconcile"): "reconciled" for state in ("moved", "matured", "closed", "dormant", "exception")},
}
"""State and verb → state of one holding in an exit."""
ITEM_STATES: Mapping[str, tuple[str, str]] = {
    "identified": (N_("Identified"), "moving"),
    "noticed": (N_("Notice sent"), "moving"),
    "consented": (N_("Consented"), "moving"),
    "opted_out": (N_("Declined the offer"), "careful"),
    "no_response": (N_("No answer"), "careful"),
    "moved": (N_("Moved"), "good"),
    "matured": (N_("Matured and paid out"), "good"),
    "closed": (N_("Closed"), "good"),
    "dormant": (N_("Dormant"), "careful"),
    "exception": (N_("Exception"), "bad"),
    "reconciled": (N_("Reconciled"), "ended"),
}
WAITING = ("noticed", "consented", "opted_out", "no_response")
"""What is to be settled on its day."""
SETTLED = ("moved", "matured", "closed", "dormant", "exception")
"""What is reconciled in the end; an exception once a named person has decided that it stays one."""

_NUMBER = re.compile(r"EX-(0[0-9]{4}|[1-9][0-9]{4,14})\Z", re.ASCII)


def move(state: str, verb: str) -> str:
    """Where the verb leads an exit; ``Conflict`` if the table has no such move."""
    return taken(MOVES, state, verb, N_("The exit is %(state)s; this cannot be done now."))


def item_move(state: str, verb: str) -> str:
    """Where the verb leads a holding; ``Conflict`` if the table has no such move."""
    return taken(ITEM_MOVES, state, verb, N_("The holding is %(state)s in this exit; this cannot be done now."))


def id_of(number: str | None) -> int | None:
    """The id in a number such as ``EX-00001``; nothing if it is none."""
    found = _NUMBER.match(number or "")
    return int(found[1]) if found else None
