"""A bank with deposits that somebody holds, and requests as any of its people."""

from __future__ import annotations

import pytest

from tests.modules.changes.conftest import ask
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.conftest import Kept, bank, kept, play
from tests.processes.leaving import BETTER, Leave

__all__ = ["ask", "bank", "kept", "play"]


@pytest.fixture
def leave(kept: Kept[Leave]) -> Leave:
    return kept(held)


def held() -> Leave:
    """A deposit that three customers hold, and a better one."""
    return Leave().sell({"OLD": TIME_DEPOSIT, "NEW": BETTER}).held("OLD", 3)  # type: ignore[attr-defined,no-any-return]
