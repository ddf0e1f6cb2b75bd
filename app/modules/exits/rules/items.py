"""What becomes of one holding: its verbs, and on which day. Silence never moves what worsens (rule 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

REPLACEMENT, RUN_OFF = "replacement", "run_off"
UNREACHABLE, UNDELIVERED, NO_END = "unreachable", "undelivered", "no_end"
"""Why it is an exception: nobody can be told, the notice did not arrive, or without consent it would never end."""
SILENT = frozenset({"noticed", "no_response"})
"""Of whom nothing was heard."""


@dataclass(frozen=True)
class Held:
    """What is known of a holding on the day it is worked."""

    open: bool
    matures_on: date | None
    dormant: bool
    reachable: bool
    unreached: bool
    """The notice did not arrive."""


@dataclass(frozen=True)
class Course:
    """The verbs to take a holding along now, and when it is looked at next."""

    verbs: Sequence[str] = ()
    reason: str | None = None
    due_on: date | None = None


def noticing(held: Held, today: date, answers_until: date) -> Course:
    """What is done with a holding instead of, or by, telling its customer."""
    ended = _ended(held, today)
    if ended:
        return Course((ended,))
    if held.dormant:
        return Course(("lay_dormant",))
    if not held.reachable:
        return Course(("except",), UNREACHABLE)
    return Course(("notify",), due_on=answers_until)


def settling(state: str, held: Held, today: date, *, way: str, worsens: bool) -> Course:
    """What is done once the time for answers is over, and on each later day on which the holding is due."""
    before = ("pass_by",) if state == "noticed" else ()
    ended = _ended(held, today)
    if ended:
        return Course((*before, ended))
    if held.unreached and state in SILENT:
        return Course(("except",), UNDELIVERED)
    if way == REPLACEMENT and may_move("no_response" if before else state, worsens=worsens):
        return Course((*before, "move"))
    if held.matures_on is not None:
        return Course(before, due_on=held.matures_on)
    return Course((*before, "except"), NO_END)


def may_move(state: str, *, worsens: bool) -> bool:
    """Consent moves; silence moves only what is at least as good for the customer in every respect."""
    return state == "consented" or (state == "no_response" and not worsens)


def _ended(held: Held, today: date) -> str | None:
    if not held.open:
        return "close"
    return "mature" if held.matures_on is not None and held.matures_on <= today else None
