"""Opening a holding through the one gate of sales, moving and ending many, and showing in full who a customer is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit
from app.kernel.amounts import MOST, PLACES
from app.kernel.clock import accounting_date
from app.kernel.database import insert_rows, table_of
from app.kernel.errors import Conflict, Fault, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.queries import may_sell, version_by_number
from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.rules.sale import SaleAnswer
from app.modules.customers import queries
from app.modules.customers.models import Account, Customer, Holding
from app.modules.customers.rules.agreed import tier_of
from app.modules.customers.rules.eligibility import ASKED, Person, asked
from app.modules.customers.rules.states import holding_move
from app.modules.customers.rules.terms import after, offers

MAY_NOT_SELL = N_("This may not be sold to this customer there and now.")
NOT_MET = N_("The terms ask for something that is not met: %(reason)s.")
NO_ACCOUNT = N_("The customer has no open account with this reference.")
_COPIED = ("customer_id", "account_id", "principal", "currency", "term", "opened_on", "matures_on", "last_activity_on")
"""What a holding brings along when it is moved."""


Agreement = Callable[[Session, Customer, str, Content, date], Mapping[str, Any]]
"""From a customer, a product's code, the content that is sold and the day to what was agreed with the customer, by
the path that the difference of two versions gives a term (rule 4)."""
_AGREEMENTS: list[Agreement] = []


def agreements(ask: Agreement) -> Agreement:
    """``@agreements``: what a later feature knows to be agreed; it is asked whenever a holding is opened."""
    _AGREEMENTS.append(ask)
    return ask


@dataclass(frozen=True)
class Identity:
    """What identifies a customer, in full."""

    id_number: str
    phone: str | None
    mail: str | None
    accounts: Mapping[str, str]
    """Reference → number."""


def stream(number: str) -> str:
    """The audit stream of a customer."""
    return f"customer:{number}"


def identify(uow: Session, *, number: str, reason: str, actor: Actor, now: datetime) -> Identity:
    """Show what identifies a customer in full. Who saw it, when and why is kept; what was seen is not."""
    customer = queries.customer_by_number(uow, number, actor)
    require(actor, "customer.identify", queries.facts_of(uow, customer))
    audit.record(uow, stream(number), [audit.Entry("customer.identified", actor.username, now, {"reason": reason})])
    return Identity(
        id_number=customer.id_number.open(number),
        phone=customer.phone.open(number) if customer.phone else None,
        mail=customer.mail.open(number) if customer.mail else None,
        accounts={a.reference: a.number.open(a.reference) for a in queries.accounts_of(uow, customer)},
    )


def open_holding(
    uow: Session,
    *,
    customer: str,
    account: str,
    product: str,
    channel: str,
    principal: Decimal,
    currency: str,
    term: str | None,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Holding:
    """Book what a customer bought, pinned to the version that may be sold to them there and now.

    It bears what was agreed with the customer (``agreements``) in place of what the version says.

    404 for an unknown customer, account, product or version; 422 with a pointer for an amount, currency or term that
    the version does not offer; 409 with the reasons where the gate of sales refuses, or the customer is not eligible.
    """
    owner = queries.customer_by_number(uow, customer, actor)
    require(actor, "holding.open", queries.facts_of(uow, owner))
    booked_on = _open_account(uow, owner, account)
    pinned = _pinned(uow, owner, product=product, channel=channel, version=version, now=now)
    content, today = version_by_number(uow, product, pinned).content, accounting_date(now)
    _require_eligible(content, queries.person_of(uow, owner, today))
    agreed = _agreed(uow, owner, product, content, today)
    _check(content, agreed, booked_on, principal, currency, term)
    holding = Holding(
        customer_id=owner.id, account_id=booked_on.id, product_code=product, version=pinned, principal=principal,
        currency=currency, term=term, negotiated=agreed or None, opened_on=today,
        matures_on=after(today, term) if term else None, last_activity_on=today, status="active",
    )  # fmt: skip
    uow.add(holding)
    uow.flush()
    what = {"holding": holding.id, "product": product, "version": pinned, "principal": str(principal)}
    audit.record(uow, stream(customer), [audit.Entry("holding.opened", actor.username, now, what)])
    return holding


def _open_account(uow: Session, owner: Customer, reference: str) -> Account:
    rows = select(Account).where(Account.customer_id == owner.id, Account.reference == reference)
    found = uow.scalar(rows.where(Account.status == "open"))
    if found is None:
        raise NotFound(NO_ACCOUNT)
    return found


def _pinned(uow: Session, owner: Customer, *, product: str, channel: str, version: int | None, now: datetime) -> int:
    """The version that may be sold to a customer of these groups: one group that may buy it is enough."""
    groups: list[str | None] = [segment.key for segment in owner.segments]
    answers = [
        may_sell(uow, product=product, at=now, unit=owner.unit_code, channel=channel, group=key, version=version)
        for key in groups or [None]
    ]
    sold = [answer.version for answer in answers if answer.allowed and answer.version is not None]
    if not sold:
        raise _refusal(answers[0])
    return max(sold)


def _refusal(answer: SaleAnswer) -> Conflict:
    faults = [Fault("/product", reason.message, reason.values, reason.code) for reason in answer.reasons]
    return Conflict(MAY_NOT_SELL, code="may_not_sell", faults=faults)


def _require_eligible(content: Content, person: Person) -> None:
    """Nothing that the terms ask of a customer is known to fail; what is not known has been shown to who sells."""
    failed = [point for point in asked(content, person) if point.met is False]
    if failed:
        faults = [Fault("/customer", NOT_MET, {"reason": ASKED[point.key]}, "not_eligible") for point in failed]
        raise Conflict(MAY_NOT_SELL, code="may_not_sell", faults=faults)


def _agreed(uow: Session, owner: Customer, product: str, content: Content, today: date) -> dict[str, Any]:
    return {path: value for ask in _AGREEMENTS for path, value in ask(uow, owner, product, content, today).items()}


def _check(
    content: Content, agreed: Content, account: Account, principal: Decimal, currency: str, term: str | None
) -> None:
    terms = content.get("terms") or {}
    if currency != terms.get("currency", currency):
        raise invalid("/currency", N_("The product is in %(currency)s."), currency=terms["currency"])
    if currency != account.currency:
        raise invalid("/currency", N_("The account is in %(currency)s."), currency=account.currency)
    least = Decimal((agreed.get("terms.minimum") or terms.get("minimum") or {}).get("amount", "0"))
    if principal < least or principal <= 0:
        raise invalid("/principal", N_("Must be more than zero and at least %(least)s."), least=least)
    if principal > MOST or principal != round(principal, PLACES):
        raise invalid("/principal", N_("Must have %(places)s decimal places at most, and fit."), places=PLACES)
    if term is not None and not offers(content, term):
        raise invalid("/term", N_("The product is not offered for this term."))
    if (content.get("rates") or {}).get("tiers") and tier_of(content, term, principal) is None:
        raise invalid("/term", N_("There is no rate for this term and amount."))


def move_holdings(
    uow: Session, ids: Sequence[int], *, to: tuple[str, int], agreed: Mapping[int, Mapping[str, Any]]
) -> None:
    """Each holding goes to product and version ``to``, cent by cent; nobody's is moved twice (``came_from``).

    ``agreed``: holding → path → value, what is agreed with it individually from then on (rule 4).
    """
    rows = uow.execute(select(table_of(Holding)).where(Holding.id.in_(ids))).all()
    for status in {row.status for row in rows}:
        holding_move(status, "move")
    code, version = to
    moved = [
        {
            **{name: getattr(row, name) for name in _COPIED},
            "product_code": code,
            "version": version,
            "negotiated": dict(agreed[row.id]) or None,
            "status": "active",
            "came_from": row.id,
        }
        for row in rows
    ]
    insert_rows(uow, Holding, moved)
    uow.execute(update(Holding).where(Holding.id.in_(ids)).values(status="moved"))


def end_holdings(uow: Session, ids: Sequence[int], *, verbs: Sequence[str]) -> None:
    """Take holdings along these verbs of their table; what has matured already is not matured again."""
    by_status: dict[str, list[int]] = defaultdict(list)
    for number, status in uow.execute(select(Holding.id, Holding.status).where(Holding.id.in_(ids))):
        by_status[status].append(number)
    for status, several in by_status.items():
        reached = status
        for verb in verbs if status == "active" else verbs[-1:]:
            reached = holding_move(reached, verb)
        uow.execute(update(Holding).where(Holding.id.in_(several)).values(status=reached))
