"""Where plays begin: at the seeded bank, or with requests under way, so that what comes late is played too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tests.plays.bank import LIMITED
from tests.processes.afterwards import OWED
from tests.processes.bank import TIME_DEPOSIT, WEALTH, dearer, riskier
from tests.processes.play import Play


@dataclass(frozen=True)
class UnderWay:
    """The requests of ``under_way``."""

    live: Play
    decided: Play
    before_the_committee: Play


def quiet(now: datetime) -> None:
    """Nothing has been proposed."""


def under_way(now: datetime) -> UnderWay:
    """One is live and owes a condition, one is decided and waits for its rollout plan, one for the committee."""
    live = _repricing(now, "TD", TIME_DEPOSIT).review(alm=OWED)
    live.do("executive_decision").do("plan_rollout").wait(days=31)
    decided = _repricing(live.now, "LIM", LIMITED).review().do("executive_decision")
    risky = Play(live.now).draft({"BOND": riskier(WEALTH, "R3")}).submit()
    risky.do("assess_need", who="tang.wei").do("design_change").do("test_change").review()
    return UnderWay(live, decided, risky)


def _repricing(now: datetime, code: str, content: Mapping[str, object]) -> Play:
    return Play(now).draft({code: dearer(deepcopy(dict(content)), "1.35")}).submit().prepare()


SCENES: Mapping[str, Callable[[datetime], object]] = {"quiet": quiet, "under way": under_way}
_OFTEN = (2, 1)


def scene_of(seed: int) -> str:
    """The scene in which a play begins."""
    return Random(f"{seed}/scene").choices(list(SCENES), _OFTEN)[0]
