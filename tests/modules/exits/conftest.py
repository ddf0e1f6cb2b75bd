"""A bank with deposits that somebody holds, and requests as any of its people."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.modules.changes.conftest import ask
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.conftest import bank, play
from tests.processes.leaving import BETTER, Leave

__all__ = ["ask", "bank", "play"]


@pytest.fixture
def leave(bank: Flask) -> Leave:
    """A deposit that three customers hold, and a better one."""
    leave = Leave()
    return leave.sell({"OLD": TIME_DEPOSIT, "NEW": BETTER}).held("OLD", 3)  # type: ignore[attr-defined,no-any-return]
