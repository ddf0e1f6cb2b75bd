"""The states of a version of a bundle, what moves it from one to the next, and which version counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from app.kernel.i18n import N_
from app.kernel.moves import Move, Moves, taken

SEE, WRITE, APPROVE = "bundle.see", "bundle.write", "bundle.approve"
STATES = ("draft", "in_approval", "on_sale", "superseded", "withdrawn")
ON_SALE = "on_sale"
IN_WORK = frozenset({"draft", "in_approval"})
CURRENT = IN_WORK | {ON_SALE}
MOVES: Moves[Move] = {
    ("draft", "edit"): Move("draft", WRITE),
    ("draft", "submit"): Move("in_approval", WRITE),
    ("draft", "drop"): Move("withdrawn", WRITE),
    ("in_approval", "approve"): Move(ON_SALE, APPROVE),
    ("in_approval", "send_back"): Move("draft", APPROVE),
    ("in_approval", "drop"): Move("withdrawn", WRITE),
    (ON_SALE, "revise"): Move(ON_SALE, WRITE),
    (ON_SALE, "supersede"): Move("superseded", APPROVE),
    (ON_SALE, "withdraw"): Move("withdrawn", WRITE),
}
BY_ITS_AUTHOR = frozenset({"edit", "submit"})
"""What only the author of a draft does: whoever approves it must be somebody else."""


class Version(Protocol):
    """What is asked of a version here."""

    @property
    def number(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def approved_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


V = TypeVar("V", bound=Version)


def move(state: str, verb: str) -> Move:
    """The move of a version; ``Conflict`` if the table has none."""
    return taken(MOVES, state, verb, N_("The bundle is %(state)s; this cannot be done now."))


def standing(versions: Sequence[V]) -> V:
    """What the bundle is: the version on sale, before there is one the one in work, afterwards the last one sold."""
    return max(versions, key=lambda v: (v.state == ON_SALE, v.state in IN_WORK, v.approved_at is not None, v.number))


def newest(versions: Sequence[V]) -> V:
    return max(versions, key=lambda v: v.number)


def in_force(versions: Sequence[V], at: datetime) -> V | None:
    """The version that was sold then, if any was."""
    sold = [v for v in versions if v.approved_at is not None and v.approved_at <= at]
    return next((v for v in sold if v.ended_at is None or v.ended_at > at), None)
