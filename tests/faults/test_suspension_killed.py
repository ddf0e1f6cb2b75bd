"""A suspension killed with SIGKILL at every instant: sales are stopped with the whole of it, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.kernel import clock
from app.kernel.database import end_read, session
from app.modules.suspensions import invariants
from tests.faults.test_main_job_killed import Elsewhere, killed_everywhere
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.conftest import bank
from tests.processes.suspended import ANSWERS, WHO, Halt

__all__ = ["bank"]


def order(code: str) -> tuple[Any, ...]:
    body = {"reason": "Wrong interest.", "scopes": [{"units": ["SH"]}]}
    return "chen.rui", "POST", f"/api/v1/products/{code}/suspensions", body


def confirmation(halt: Halt) -> tuple[Any, ...]:
    task = halt.task("confirm_resumption")
    body = {"version": task.version, "data": dict(ANSWERS["confirm_resumption"])}
    return WHO["confirm_resumption"], "POST", f"/api/v1/tasks/{task.id}/complete", body


def all_holds() -> None:
    assert list(invariants.violations(session())) == []
    end_read()


@pytest.mark.slow
def test_an_order_is_there_whole_or_not_at_all(bank: Flask, elsewhere: Elsewhere) -> None:
    halt = Halt(clock.now())
    halt.sell({"TD1": TIME_DEPOSIT, "TD2": TIME_DEPOSIT})
    killed_everywhere(elsewhere, lambda: order("TD2"), elsewhere(*order("TD1"), here=True))
    all_holds()


@pytest.mark.slow
def test_a_confirmed_resumption_is_there_whole_or_not_at_all(bank: Flask, elsewhere: Elsewhere) -> None:
    halts = Halt(clock.now()), Halt(clock.now())
    for number, halt in enumerate(halts):
        halt.sell({f"TD{number}": TIME_DEPOSIT}).suspend(f"TD{number}")
        halt.do("ratify_suspension").do("remedy_cause").do("propose_way_out")
    rehearsal = elsewhere(*confirmation(halts[0]), here=True)
    killed_everywhere(elsewhere, lambda: confirmation(halts[1]), rehearsal)
    all_holds()
    assert halts[1].request().state == "resumed"
