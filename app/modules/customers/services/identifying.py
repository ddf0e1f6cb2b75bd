"""Showing in full who a customer is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit
from app.modules.customers import queries
from app.modules.customers.services.records import stream


@dataclass(frozen=True)
class Identity:
    """What identifies a customer, in full."""

    id_number: str
    phone: str | None
    mail: str | None
    accounts: Mapping[str, str]
    """Reference → number."""


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
