"""A customer made by hand."""

from __future__ import annotations

from app.kernel.clock import accounting_date
from app.kernel.crypto import blind, seal
from app.kernel.database import unit_of_work
from app.modules.customers.models import CUSTOMER_ID, Customer, CustomerSegment
from tests.processes.play import Play


def customer(
    *tiers: str, number: str = "C1", unit: str = "BJ01", birth_year: int = 1980, status: str = "active"
) -> None:
    with unit_of_work() as uow:
        uow.add(
            Customer(
                number=number,
                kind="person",
                name="王小明",
                id_kind="passport",
                id_number=seal(CUSTOMER_ID, number, f"E{number}"),
                id_index=blind(CUSTOMER_ID, f"E{number}"),
                contact="app",
                unit_code=unit,
                birth_year=birth_year,
                status=status,
                since=accounting_date(Play().now),
                created_at=Play().now,
                segments=[CustomerSegment(key=tier) for tier in tiers],
            )
        )
