"""Whether one customer may take a bundle, member by member."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.clock import accounting_date
from app.kernel.i18n import N_
from app.modules.bundles.models import BundleVersion
from app.modules.bundles.queries.composing import known_for
from app.modules.bundles.rules.composing import Known, Part
from app.modules.bundles.rules.description import members_of
from app.modules.bundles.rules.states import ON_SALE
from app.modules.bundles.rules.taking import Gate, Verdict, verdict
from app.modules.catalogue.queries import version_by_number
from app.modules.catalogue.rules.content import Content, Row
from app.modules.catalogue.rules.sale import Reason, SaleAnswer
from app.modules.customers.models import Customer
from app.modules.customers.queries import may_buy, person_of
from app.modules.customers.rules.eligibility import Person, asked, together

NOT_SOLD = Reason("not_on_sale", N_("The bundle is not on sale."))
CLOSED = Reason("customer_closed", N_("The customer has left the bank."))


@dataclass(frozen=True)
class Buyer:
    """Who would take it, where and when."""

    customer: Customer
    person: Person
    channel: str | None
    at: datetime


def may_take(
    session: Session, bundle: BundleVersion, customer: Customer, *, channel: str | None, at: datetime
) -> Verdict:
    """Every rule of the bundle, and of each member the gate of sale for the customer's unit and groups."""
    known = known_for(session, bundle.document, at)
    buyer = Buyer(customer, person_of(session, customer, accounting_date(at)), channel, at)
    found = _verdict(session, buyer, Part(bundle.state, bundle.document), known)
    if customer.status == "active":
        return found
    return replace(found, met=False, reasons=[CLOSED, *found.reasons])


def _verdict(session: Session, buyer: Buyer, part: Part, known: Known) -> Verdict:
    reasons = [] if part.state == ON_SALE else [NOT_SOLD]
    members = [_gate(session, buyer, row, known) for row in members_of(part.document)]
    choose = part.document["terms"].get("choose", 0)
    return verdict(reasons, list(asked(part.document, buyer.person)), members, choose)


def _gate(session: Session, buyer: Buyer, row: Row, known: Known) -> Gate:
    if "bundle" in row:
        inner = _verdict(session, buyer, known.bundles[row["bundle"]], known)
        return Gate(row["bundle"], row["role"], inner.met, inner=inner)
    code = row["product"]
    answer = may_buy(session, buyer.customer, product=code, at=buyer.at, channel=buyer.channel)
    points = list(asked(_terms(session, code, answer, known), buyer.person))
    met = together([answer.allowed, *(point.met for point in points)])
    return Gate(code, row["role"], met, answer.reasons, points)


def _terms(session: Session, code: str, answer: SaleAnswer, known: Known) -> Content:
    """Those under which it would be sold to the customer; where it would not be, those in force."""
    if answer.allowed and answer.version is not None:
        return version_by_number(session, code, answer.version).content
    return known.products[code].content
