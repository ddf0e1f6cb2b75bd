"""The states of accounts and holdings, what leads from one to the other, and when nobody moved for too long."""

from __future__ import annotations

from datetime import date

from app.kernel.i18n import N_
from app.kernel.moves import Moves, taken

HOLDING_MOVES: Moves[str] = {
    ("active", "mature"): "matured",
    ("active", "move"): "moved",
    ("active", "close"): "closed",
    ("matured", "move"): "moved",
    ("matured", "close"): "closed",
}
HOLDING_STATES = ("active", "matured", "closed", "moved")
OPEN = frozenset({"active", "matured"})
"""A bank still owes something on these, or is owed it."""
CONTACTS = ("sms", "app", "mail", "branch", "none")


def holding_move(status: str, verb: str) -> str:
    """The state that the verb leads to; ``Conflict`` if the table has none."""
    return taken(HOLDING_MOVES, status, verb, N_("The holding is %(state)s; this cannot be done now."))


def dormant_before(today: date) -> date:
    """What nobody moved since then is dormant 久悬.

    A year: 人民币银行结算账户管理办法, article 56, on accounts of organisations; for persons bank policy,
    to be confirmed.
    """
    return today.replace(year=today.year - 1, day=28 if (today.month, today.day) == (2, 29) else today.day)


def is_dormant(status: str, matures_on: date | None, last_activity_on: date, today: date) -> bool:
    """Whether nobody moved for a year what could be moved: a deposit that still runs is asleep on purpose."""
    running = matures_on is not None and matures_on > today
    return status in OPEN and not running and last_activity_on < dormant_before(today)
