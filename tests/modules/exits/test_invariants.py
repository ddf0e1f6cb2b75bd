"""What must hold of exits: each is broken by hand in the database, named, and put back."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from sqlalchemy import Executable, delete, insert, update

from app.kernel.database import end_read, session, unit_of_work
from app.modules.catalogue.models import Product
from app.modules.customers.models import Holding
from app.modules.exits.invariants import violations
from app.modules.exits.models import Exit, ExitPlan, MigrationItem, TailItem
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.conftest import Kept
from tests.processes.leaving import BETTER, RATE, WORSE, Leave


class PutBackError(Exception):
    """Ends the unit of work without keeping what was done in it."""


@pytest.fixture
def leave(kept: Kept[Leave]) -> Leave:
    return kept(asked)


def asked() -> Leave:
    """Of three holders one consented to worse terms; the others said nothing and stay."""
    leave = Leave()
    leave.sell({"OLD": TIME_DEPOSIT, "NEW": BETTER, "POOR": WORSE}).held("OLD", 3)  # type: ignore[attr-defined]
    leave.leave("OLD").evaluate().plan("POOR", choices={RATE: "ask"}).do("plan_exit").review().do("decide_exit")
    leave.settle_down().answer({leave.items()[0].holding_id: "consent"}).close_answers()
    return leave


def broken(statement: Executable) -> list[str]:
    """What is said once this has been done behind everybody's back."""
    found: list[str] = []
    with suppress(PutBackError), unit_of_work() as uow:
        uow.execute(statement)
        found = list(violations(uow))
        raise PutBackError
    return found


def holds() -> bool:
    found = list(violations(session()))
    end_read()
    return found == []


def test_what_does_not_hold_is_named(leave: Leave) -> None:
    moved, silent, _ = leave.items()
    (arrival,) = leave.holdings("POOR")
    again = {"product_code": "OLD", "reason": "Again.", "initiator": "lin.yue", "owner_department": "personal_banking"}
    item, exit_, came = update(MigrationItem), update(Exit), update(Holding).where(Holding.id == arrival.id)
    this, that = item.where(MigrationItem.id == moved.id), item.where(MigrationItem.id == silent.id)
    assert holds()
    for statement, sentence in (
        (exit_.values(state="kept", phase=None), "EX-00001 is kept, its case active"),
        (exit_.values(state="kept", phase=None), "OLD is exiting, but no exit works its holdings"),
        (exit_.values(ended_at=leave.now), "EX-00001 is migrating, but has an end"),
        (
            insert(Exit).values(**again, state="proposed", round=0, identified_to=0, created_at=leave.now),
            "OLD: several exits run",
        ),
        (
            update(Product).where(Product.code == "OLD").values(status="on_sale"),
            "EX-00001 is migrating, its product on_sale",
        ),
        (update(ExitPlan).values(content_hash="0" * 64), "EX-00001 is migrating without an approval of its plan"),
        (
            delete(MigrationItem).where(MigrationItem.id == silent.id),
            "EX-00001: 3 holdings were identified, 2 are there",
        ),
        (delete(MigrationItem).where(MigrationItem.id == silent.id), f"were passed over: {silent.holding_id}"),
        (that.values(state="lost"), f"are in no state that there is: {silent.holding_id}"),
        (that.values(outcome="matured"), f"are in no state that there is: {silent.holding_id}"),
        (that.values(state="matured"), f"are not what the exit says of them: {silent.holding_id}"),
        (that.values(state="moved"), f"were moved and did not arrive in the replacement: {silent.holding_id}"),
        (came.values(product_code="NEW"), f"were moved and did not arrive in the replacement: {moved.holding_id}"),
        (this.values(state="consented"), f"arrived and were not moved: {moved.holding_id}"),
        (
            came.values(principal=arrival.principal - Decimal("0.01")),
            f"arrived with another amount: {moved.holding_id}",
        ),
        (this.values(answered_at=None), f"were moved to worse terms without consent: {moved.holding_id}"),
    ):
        assert [said for said in broken(statement) if said.endswith(sentence)], sentence
    assert holds()
    leave.wait(days=330)
    leave.settle_down().wind_down()
    assert leave.request().state == "retired"
    assert holds()
    late = update(Holding).where(Holding.id == silent.holding_id).values(status="active")
    for statement, sentence in (
        (update(TailItem).values(state="open"), "EX-00001 is retired, but the matter contracts is open"),
        (
            that.values(state="matured", outcome=None, reconcile_batch=None),
            f"EX-00001: 1 holdings are not reconciled: {silent.holding_id}",
        ),
        (late, f"EX-00001: 1 holdings are still open, though the product retired: {silent.holding_id}"),
        (exit_.values(ended_at=None), "EX-00001 is retired, but has no end"),
    ):
        assert sentence in broken(statement), sentence
    assert holds()
