"""Playing: moves drawn from a seed, checked as they are made, and shrunk when a rule is broken.

A long run looks after one move in some, and at everything when a play ends: what
breaks a rule leaves records that still do. Then each move is looked at, to find
the one that did it.

Each move has a chance of its own, made of the seed and its number: a play can
be played again with some of its moves left out, and the others stay the same.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    Condition,
    PostLaunchReview,
    Rollout,
)
from app.workflow.engine import EngineError
from tests.plays import late, moves
from tests.plays.bank import Bank
from tests.plays.rules import broken, broken_at_the_end
from tests.plays.work import rush, work

LENGTH = 40
ALWAYS = 1.0
"""The share of moves after which the rules are checked: all of them."""
WEIGHTS: dict[moves.Move, int] = {
    work: 34,
    rush: 16,
    moves.wait: 11,
    moves.draft: 7,
    moves.edit: 4,
    moves.submit: 2,
    moves.withdraw: 1,
    moves.observe: 2,
    moves.stop_pilot: 1,
    moves.close_condition: 2,
    moves.operate: 2,
    moves.imported: 2,
    moves.new_product: 1,
    moves.suspend_sales: 1,
    moves.delegate_authority: 1,
    late.vote: 7,
    late.follow_up: 4,
    late.plan_rollout: 4,
    late.reach_wave: 3,
    late.lower_ceiling: 1,
}


@dataclass(frozen=True)
class Broken:
    """A play that broke a rule, or broke down."""

    seed: int
    moves: tuple[int, ...]
    """Those that are left of it."""
    said: tuple[str, ...]

    def __str__(self) -> str:
        again = ",".join(map(str, self.moves))
        return "\n".join([*self.said, f"again: make plays SEED={self.seed} MOVES={again}"])


def play(seed: int, bank: Bank, numbers: Sequence[int], tally: Counter[str], look: float = ALWAYS) -> Broken | None:
    """Play the moves of these numbers on a bank as it was seeded; ``tally`` counts what came of them."""
    for place, number in enumerate(numbers):
        said = _made(bank, Random(f"{seed}/{number}"), tally)
        if not said and Random(f"{seed}/{number}/look").random() < look:
            said = _looked(bank, Random(f"{seed}/{number}/look"))
        if said:
            return Broken(seed, tuple(numbers[: place + 1]), said)
    tally.update(_reached())
    said = _read(lambda: tuple(broken_at_the_end(session(), bank, Random(f"{seed}/end"))))
    return Broken(seed, tuple(numbers), said) if said else None


def _reached() -> Iterator[str]:
    """How far a play has got, so that nobody believes that it played what it never came to."""
    counted = {
        "request ended up": select(ChangeRequest.state),
        "vote to": select(CommitteeVote.vote),
        "committee came to": select(CommitteeMeeting.result).where(CommitteeMeeting.result.is_not(None)),
        "condition is": select(Condition.state).where(Condition.fulfilled_by.is_not(None)),
        "post-launch review is": select(PostLaunchReview.state),
    }
    for what, states in counted.items():
        yield from (f"{what} {state}" for state in session().scalars(states))
    planned = session().scalars(select(Rollout.waves))
    yield from (f"rollout in {len(waves)} early waves" for waves in planned if waves)
    told = select(AuditEvent.action).where(AuditEvent.action.in_(("change.wave", "condition.returned")))
    yield from session().scalars(told)


def _made(bank: Bank, chance: Random, tally: Counter[str]) -> tuple[str, ...]:
    """One move; gives nothing unless it broke down."""
    bank.pass_time(timedelta(seconds=chance.randint(1, 3)))
    move = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    try:
        move(bank, chance)
        tally[move.__name__] += 1
    except (DomainError, EngineError) as error:
        tally[f"{move.__name__} refused: {getattr(error, 'code', type(error).__name__)}"] += 1
    except Exception:
        return (f"{move.__name__} broke down:\n{traceback.format_exc()}",)
    return ()


def _looked(bank: Bank, chance: Random) -> tuple[str, ...]:
    return _read(lambda: tuple(broken(session(), bank, chance)))


def _read(ask: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    end_read()
    try:
        return ask()
    except Exception:
        return (f"the check broke down:\n{traceback.format_exc()}",)
    finally:
        session().expunge_all()
        end_read()


def shrunk(found: Broken, again: Callable[[Sequence[int]], Broken | None]) -> Broken:
    """The play without the moves that it breaks without; ``again`` plays on a fresh bank."""
    size = len(found.moves) // 2
    while size:
        place = 0
        while place < len(found.moves):
            fewer = found.moves[:place] + found.moves[place + size :]
            less = again(fewer) if fewer else None
            if less is None:
                place += size
            else:
                found = less
        size //= 2
    return found
