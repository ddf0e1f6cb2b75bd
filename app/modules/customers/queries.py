"""Finding customers, what they hold and what is held of a product. Identifiers are opened where they are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.identity.actors import Actor
from app.identity.models import OrganisationUnit
from app.identity.permissions import Facts, allowed
from app.kernel.crypto import blind
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import may_sell
from app.modules.catalogue.rules.sale import SUSPENDED_HERE, SaleAnswer
from app.modules.catalogue.rules.scopes import ancestors
from app.modules.customers.models import CUSTOMER_ID, Account, Customer, Holding
from app.modules.customers.rules.eligibility import Person
from app.modules.customers.rules.states import OPEN

NO_CUSTOMER = N_("There is no customer with this number.")
LAST = "\U0010ffff"
"""Sorts behind everything that begins alike."""
OWED = ("loan", "card")
"""Product families whose balances are debts."""


@dataclass(frozen=True)
class Sum:
    """How many of a version are in a status, and what they add up to in one currency: exact."""

    version: int
    status: str
    currency: str
    count: int
    balance: Decimal


def units_of(session: Session, actor: Actor) -> frozenset[str] | None:
    """The units whose customers ``actor`` may see; None: all."""
    if allowed(actor, "customer.see"):
        return None
    rows = session.execute(select(OrganisationUnit.code, OrganisationUnit.path))
    found = {code: frozenset(ancestors(path)) for code, path in rows}
    return frozenset(code for code, above in found.items() if allowed(actor, "customer.see", Facts(units=above)))


def facts_of(session: Session, customer: Customer) -> Facts:
    """What permissions depend on."""
    path = session.scalar(select(OrganisationUnit.path).where(OrganisationUnit.code == customer.unit_code))
    return Facts(units=frozenset(ancestors(path or "")))


def find(
    session: Session,
    *,
    units: Collection[str] | None,
    name: str | None = None,
    number: str | None = None,
    after: Sequence[Any] | None = None,
    limit: int,
) -> list[Customer]:
    """At most ``limit`` customers behind ``after`` (id, name): those of that number, or whose name begins so."""
    rows = _within(select(Customer), units).options(selectinload(Customer.segments))
    if number:
        rows = rows.where(Customer.number == number)
    if name:
        rows = rows.where(Customer.name >= name, Customer.name < name + LAST)
    if after:
        rows = rows.where(or_(Customer.name > after[1], and_(Customer.name == after[1], Customer.id > after[0])))
    return list(session.scalars(rows.order_by(Customer.name, Customer.id).limit(limit)))


def find_by_identity(session: Session, number: str, *, units: Collection[str] | None) -> list[Customer]:
    """The customer with exactly this identification number, if there is one for these eyes."""
    rows = _within(select(Customer), units).where(Customer.id_index == blind(CUSTOMER_ID, number))
    return list(session.scalars(rows.options(selectinload(Customer.segments))))


def _within(rows: Select[Any], units: Collection[str] | None) -> Select[Any]:
    return rows if units is None else rows.where(Customer.unit_code.in_(sorted(units)))


def customer_by_number(session: Session, number: str, actor: Actor) -> Customer:
    """404 where there is none, or not for the eyes of ``actor``."""
    rows = select(Customer).where(Customer.number == number).options(selectinload(Customer.segments))
    found = session.scalar(rows)
    if found is None or not allowed(actor, "customer.see", facts_of(session, found)):
        raise NotFound(NO_CUSTOMER)
    return found


def accounts_of(session: Session, customer: Customer) -> list[Account]:
    rows = select(Account).where(Account.customer_id == customer.id)
    return list(session.scalars(rows.order_by(Account.id)))


def holdings_of_customer(
    session: Session, customer: Customer, *, after: tuple[date, int] | None = None, limit: int | None = None
) -> list[tuple[Holding, ProductVersion]]:
    """What the customer holds with the versions it is pinned to, the latest first: at most ``limit`` behind ``after``.

    ``after``: the day on which a holding was opened, and its id.
    """
    rows: Any = (
        select(Holding, ProductVersion)
        .join(
            ProductVersion,
            and_(ProductVersion.product_code == Holding.product_code, ProductVersion.number == Holding.version),
        )
        .where(Holding.customer_id == customer.id)
        .order_by(Holding.opened_on.desc(), Holding.id)
        .limit(limit)
    )
    if after:
        day, last = after
        rows = rows.where(or_(Holding.opened_on < day, and_(Holding.opened_on == day, Holding.id > last)))
    return [(holding, version) for holding, version in session.execute(rows)]


def holdings_of(
    session: Session,
    product: str,
    *,
    status: str = "active",
    units: Collection[str] | None = None,
    after: int = 0,
    limit: int,
) -> list[Holding]:
    """At most ``limit`` holdings of a product in a status behind the id ``after``, with their customers."""
    rows = select(Holding).where(Holding.product_code == product, Holding.status == status, Holding.id > after)
    if units is not None:
        rows = rows.where(Holding.customer.has(Customer.unit_code.in_(sorted(units))))
    return list(session.scalars(rows.options(joinedload(Holding.customer)).order_by(Holding.id).limit(limit)))


def sums_of(session: Session, product: str) -> list[Sum]:
    """Holdings of a product by version, status and currency."""
    by = (Holding.version, Holding.status, Holding.currency)
    rows = select(*by, func.count(), func.sum(Holding.principal)).where(Holding.product_code == product)
    return [Sum(*row) for row in session.execute(rows.group_by(*by).order_by(Holding.version.desc(), *by[1:]))]


def held_of(session: Session, customer: Customer, product: str) -> Decimal:
    """What a customer holds of a product that the bank still owes, or is owed."""
    mine = (Holding.customer_id == customer.id, Holding.product_code == product, Holding.status.in_(OPEN))
    return session.scalar(select(func.sum(Holding.principal)).where(*mine)) or Decimal(0)


def person_of(session: Session, customer: Customer, today: date) -> Person:
    """What eligibility goes by. Only the year of birth is known: the age reached in the year counts."""
    sums = select(Holding.currency, func.sum(Holding.principal)).join(Product, Product.code == Holding.product_code)
    held = sums.where(Holding.customer_id == customer.id, Holding.status.in_(OPEN), Product.family.not_in(OWED))
    assets = {currency: Decimal(total) for currency, total in session.execute(held.group_by(Holding.currency))}
    age = today.year - customer.birth_year if customer.birth_year else None
    return Person(frozenset(segment.key for segment in customer.segments), age, assets, customer.kind)


def may_buy(
    session: Session,
    customer: Customer,
    *,
    product: str,
    at: datetime,
    channel: str | None = None,
    version: int | None = None,
) -> SaleAnswer:
    """The gate of sales for one customer: of several groups one that may buy is enough, unless sales to another are
    stopped (rule 12); of the versions sold to them the newest."""
    groups: list[str | None] = [segment.key for segment in customer.segments]
    answers = [
        may_sell(session, product=product, at=at, unit=customer.unit_code, channel=channel, group=key, version=version)
        for key in groups or [None]
    ]
    stopped = next((answer for answer in answers if SUSPENDED_HERE in answer.reasons), None)
    sold = [answer for answer in answers if answer.allowed]
    return stopped or max(sold, key=lambda answer: answer.version or 0, default=answers[0])
