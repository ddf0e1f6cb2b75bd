"""Generated customers written in batches: each a transaction, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.identity.models import OrganisationUnit
from app.kernel.clock import accounting_date
from app.kernel.crypto import blind, seal
from app.kernel.database import end_read, insert_rows, session, unit_of_work
from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.rules.states import PUBLISHED
from app.modules.customers.generating.contracts import Line, contract, line
from app.modules.customers.generating.faces import Face, card_number, face
from app.modules.customers.models import (
    ACCOUNT_NUMBER,
    CUSTOMER_ID,
    CUSTOMER_MAIL,
    CUSTOMER_PHONE,
    Account,
    Customer,
    CustomerSegment,
    Holding,
)
from app.modules.customers.rules.states import CONTACTS, is_dormant

T = TypeVar("T")
BATCH = 1_000
"""Customers in a transaction. Part of what makes a run repeatable: each batch has a random generator of its own."""


@dataclass(frozen=True)
class Run:
    """How many of what. Two runs that differ in anything generate different customers."""

    products: tuple[str, ...]
    customers: int
    holdings: int
    seed: int

    @property
    def prefix(self) -> str:
        """How the numbers of its customers begin."""
        return f"G{hashlib.sha256(repr(self).encode()).hexdigest()[:8].upper()}-"

    def number(self, place: int) -> str:
        return f"{self.prefix}{place:07d}"

    def held_by(self, place: int) -> int:
        """How many holdings the customer at ``place`` has: all of them spread evenly."""
        return (place + 1) * self.holdings // self.customers - place * self.holdings // self.customers


def generate(run: Run, now: datetime) -> Iterator[int]:
    """Write what is missing of ``run``; yields how many customers there are after each batch."""
    today = accounting_date(now)
    lines, units = _lines(session(), run.products, today), _units(session())
    done = session().scalar(select(func.count()).where(Customer.number.startswith(run.prefix))) or 0
    end_read()
    while done < run.customers:
        batch = range(done, min(done + BATCH, run.customers))
        with unit_of_work() as uow:
            _write(uow, run, batch, lines, units, now)
        done = batch.stop
        yield done


def _lines(reading: Session, codes: Sequence[str], today: date) -> list[Line]:
    return [_line(reading, product_by_code(reading, code), today) for code in codes]


def _line(reading: Session, product: Product, today: date) -> Line:
    rows = select(ProductVersion).where(
        ProductVersion.product_code == product.code, ProductVersion.state.in_(PUBLISHED)
    )
    versions = reading.scalars(rows.order_by(ProductVersion.valid_from)).all()
    if not any(v.valid_from and accounting_date(v.valid_from) <= today for v in versions):
        raise invalid("/products", N_("%(product)s was never sold."), product=product.code)
    return line(product, versions, today)


def _units(reading: Session) -> list[str]:
    """Where customers are kept: the units that have none below them."""
    above = select(OrganisationUnit.parent_code).where(OrganisationUnit.parent_code.is_not(None))
    leaves = select(OrganisationUnit.code).where(OrganisationUnit.code.not_in(above))
    return list(reading.scalars(leaves.order_by(OrganisationUnit.code)))


def _write(uow: Session, run: Run, batch: range, lines: Sequence[Line], units: Sequence[str], now: datetime) -> None:
    rng = Random(f"{run.prefix}{batch.start}")
    segments = sorted(set().union(*(line.segments for line in lines)))
    faces = _unused(
        uow,
        Customer.id_index,
        len(batch),
        lambda: face(rng, rng.choice(segments)),
        lambda f: (CUSTOMER_ID, f.id_number),
    )
    numbers = [run.number(place) for place in batch]
    customers = [
        _customer(rng, number, found, rng.choice(units), now) for number, found in zip(numbers, faces, strict=True)
    ]
    insert_rows(uow, Customer, customers)
    ids = _ids(uow, Customer.id, Customer.number, numbers)
    rows = [{"customer_id": ids[n], "key": key} for n, f in zip(numbers, faces, strict=True) for key in f.segments]
    insert_rows(uow, CustomerSegment, rows)
    held = [
        {
            "customer_id": ids[row["number"]],
            "of": row,
            **contract(rng, _fitting(rng, lines, found), found.segments, accounting_date(now)),
        }
        for place, row, found in zip(batch, customers, faces, strict=True)
        for _ in range(run.held_by(place))
    ]
    _write_held(uow, rng, held, accounting_date(now))


def _fitting(rng: Random, lines: Sequence[Line], found: Face) -> Line:
    """A product sold to such customers, each as likely as the other."""
    return rng.choice([line for line in lines if line.segments & set(found.segments)])


def _customer(rng: Random, number: str, found: Face, unit: str, now: datetime) -> dict[str, Any]:
    return {
        "number": number,
        "kind": found.kind,
        "name": found.name,
        "id_kind": found.id_kind,
        "id_number": seal(CUSTOMER_ID, number, found.id_number),
        "id_index": blind(CUSTOMER_ID, found.id_number),
        "phone": seal(CUSTOMER_PHONE, number, found.phone),
        "mail": seal(CUSTOMER_MAIL, number, found.mail),
        "contact": rng.choice(CONTACTS),
        "unit_code": unit,
        "birth_year": found.birth_year,
        "status": "active",
        "since": date(accounting_date(now).year - 4, 1, 1),
        "created_at": now,
    }


def _write_held(uow: Session, rng: Random, held: list[dict[str, Any]], today: date) -> None:
    """One account for each customer and currency, then what is booked on it."""
    accounts: dict[str, dict[str, Any]] = {}
    for row in held:
        owner = row.pop("of")
        row["reference"] = reference = f"{owner['number']}-{row['currency']}"
        known = accounts.setdefault(reference, _account(reference, owner, row))
        known["opened_on"] = min(known["opened_on"], row["opened_on"])
        if not is_dormant(row["status"], row["matures_on"], row["last_activity_on"], today):
            known["status"] = "open"
    numbers = _unused(
        uow, Account.number_index, len(accounts), lambda: card_number(rng), lambda number: (ACCOUNT_NUMBER, number)
    )
    for (reference, row), number in zip(accounts.items(), numbers, strict=True):
        row["number"], row["number_index"] = seal(ACCOUNT_NUMBER, reference, number), blind(ACCOUNT_NUMBER, number)
    insert_rows(uow, Account, [*accounts.values()])
    ids = _ids(uow, Account.id, Account.reference, [*accounts])
    for row in held:
        row["account_id"] = ids[row.pop("reference")]
    insert_rows(uow, Holding, held)


def _account(reference: str, owner: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    return {
        "reference": reference,
        "customer_id": row["customer_id"],
        "currency": row["currency"],
        "unit_code": owner["unit_code"],
        "status": "dormant",
        "opened_on": row["opened_on"],
    }


def _ids(
    uow: Session, key: InstrumentedAttribute[int], name: InstrumentedAttribute[str], names: Sequence[str]
) -> dict[str, int]:
    return {found: number for number, found in uow.execute(select(key, name).where(name.in_(names)))}


def _unused(
    uow: Session,
    column: InstrumentedAttribute[bytes],
    count: int,
    draw: Callable[[], T],
    identifier: Callable[[T], tuple[str, str]],
) -> list[T]:
    """``count`` of what ``draw`` gives, whose identifiers neither meet nor stand in ``column`` already."""
    found: dict[bytes, T] = {}
    while len(found) < count:
        drawn = {blind(*identifier(one)): one for one in (draw() for _ in range(count - len(found)))}
        taken = set(uow.scalars(select(column).where(column.in_([*drawn]))))
        found |= {index: one for index, one in drawn.items() if index not in taken and index not in found}
    return list(found.values())
