"""Opening a holding: through the one gate of sales, to who may have it, on the terms agreed with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict, Fault, NotFound
from app.kernel.i18n import N_
from app.modules.catalogue.queries import version_by_number
from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.rules.sale import SaleAnswer
from app.modules.customers import queries
from app.modules.customers.models import Account, Customer, Holding
from app.modules.customers.rules.eligibility import ASKED, Person, asked
from app.modules.customers.rules.offering import Wish, require_offered
from app.modules.customers.rules.terms import after
from app.modules.customers.services.records import stream

MAY_NOT_SELL = N_("This may not be sold to this customer there and now.")
NOT_MET = N_("The terms ask for something that is not met: %(reason)s.")
NO_ACCOUNT = N_("The customer has no open account with this reference.")

Agreement = Callable[[Session, Customer, str, Content, date], Mapping[str, Any]]
"""From a customer, a product's code, the content that is sold and the day to what was agreed with the customer, by
the path that the difference of two versions gives a term (rule 4)."""
_AGREEMENTS: list[Agreement] = []


def agreements(ask: Agreement) -> Agreement:
    """``@agreements``: what a later feature knows to be agreed; it is asked whenever a holding is opened."""
    _AGREEMENTS.append(ask)
    return ask


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
    held = queries.held_of(uow, owner, product)
    require_offered(content, agreed, Wish(principal, currency, term, booked_on.currency, held))
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
    """The account under its lock, so that two sales never share one limit."""
    rows = select(Account).where(Account.customer_id == owner.id, Account.reference == reference)
    found = uow.scalar(rows.where(Account.status == "open").with_for_update())
    if found is None:
        raise NotFound(NO_ACCOUNT)
    return found


def _pinned(uow: Session, owner: Customer, *, product: str, channel: str, version: int | None, now: datetime) -> int:
    """The version that may be sold to the customer."""
    answer = queries.may_buy(uow, owner, product=product, at=now, channel=channel, version=version)
    if not answer.allowed or answer.version is None:
        raise _refusal(answer)
    return answer.version


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
