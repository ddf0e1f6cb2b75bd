"""The states of products and versions, and who may move them.

Each transition names what allows it: a permission of the one table, or
``PROCESS`` for what only an approved process (or the opening load) may do.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.kernel.moves import PROCESS, Move, Moves, taken

EDIT = "change.propose"
SUSPEND = "product.suspend"
PRODUCT_MOVES: Moves[Move] = {
    ("concept", "design"): Move("design", EDIT),
    ("design", "test"): Move("test", EDIT),
    ("test", "launch"): Move("on_sale", PROCESS),
    ("concept", "load"): Move("on_sale", PROCESS),
    ("on_sale", "roll_back"): Move("test", PROCESS),
    ("on_sale", "suspend"): Move("suspended", SUSPEND),
    ("suspended", "resume"): Move("on_sale", PROCESS),
    ("on_sale", "take_off_sale"): Move("off_sale", PROCESS),
    ("suspended", "take_off_sale"): Move("off_sale", PROCESS),
    ("off_sale", "exit"): Move("exiting", PROCESS),
    ("exiting", "retire"): Move("retired", PROCESS),
}
OFF_THE_MARKET = frozenset({"off_sale", "exiting", "retired"})
"""Products that are not sold any more, nor come back but as new ones."""
TO_LAUNCH: Mapping[str, tuple[str, ...]] = {
    "concept": ("design", "test", "launch"),
    "design": ("test", "launch"),
    "test": ("launch",),
    "on_sale": (),
    "suspended": (),
}
"""The verbs still ahead of a product when its first version is published."""

VERSION_MOVES: Moves[Move] = {
    ("draft", "submit"): Move("in_review", EDIT),
    ("in_review", "reopen"): Move("draft", EDIT),
    ("in_review", "approve"): Move("approved", PROCESS),
    ("draft", "reject"): Move("rejected", PROCESS),
    ("in_review", "reject"): Move("rejected", PROCESS),
    ("approved", "reject"): Move("rejected", PROCESS),
    ("approved", "reopen"): Move("draft", PROCESS),
    ("approved", "pilot"): Move("piloting", PROCESS),
    ("piloting", "fail_pilot"): Move("pilot_failed", PROCESS),
    ("approved", "publish"): Move("live", PROCESS),
    ("piloting", "publish"): Move("live", PROCESS),
    ("live", "supersede"): Move("superseded", PROCESS),
    ("draft", "withdraw"): Move("withdrawn", PROCESS),
    ("in_review", "withdraw"): Move("withdrawn", PROCESS),
    ("approved", "withdraw"): Move("withdrawn", PROCESS),
    ("piloting", "withdraw"): Move("withdrawn", PROCESS),
    ("draft", "load"): Move("live", PROCESS),
}
EDITABLE = frozenset({"draft"})
UNLOCKED = frozenset({"draft", "in_review"})
"""States in which no approval exists yet; from ``approved`` on the content is immutable."""
PUBLISHED = frozenset({"live", "superseded"})

PRODUCT_STATES = ("concept", "design", "test", "on_sale", "suspended", "off_sale", "exiting", "retired")


def product_move(state: str, verb: str) -> Move:
    """The move of a product; ``Conflict`` if the table has none."""
    return taken(PRODUCT_MOVES, state, verb, N_("The product is %(state)s; this cannot be done now."))


def version_move(state: str, verb: str) -> Move:
    """The move of a version; ``Conflict`` if the table has none."""
    return taken(VERSION_MOVES, state, verb, N_("The version is %(state)s; this cannot be done now."))
