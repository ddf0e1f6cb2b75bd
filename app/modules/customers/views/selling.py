"""Opening a holding for a customer: through the gate of sales, on what was agreed with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Fault, NotFound, NotThere
from app.kernel.i18n import N_, gettext, pick
from app.kernel.loading import loaded_form
from app.kernel.sent import EXPLAINED, typed
from app.modules.catalogue.queries import ProductFilter, list_products, resolve_scope
from app.modules.catalogue.types import CHANNELS
from app.modules.catalogue.views.base import for_people
from app.modules.catalogue.views.typed import duration
from app.modules.catalogue.views.typed import number as exact
from app.modules.customers import queries, services
from app.modules.customers.models import Account, Customer
from app.modules.customers.schemas import NewHolding
from app.modules.customers.views.base import pages

BRANCH = "branch"
MOST_SUGGESTED = 60
ONE = "/customers/<number>/holdings/new"


@pages.get(ONE)
@signed_in
def new_holding(number: str) -> Any:
    return _form(number, {"channel": BRANCH, "product": request.args.get("product", "")})


@pages.post(ONE)
@signed_in
def open_holding(number: str) -> Any:
    """Book what was typed; what is refused stands beside it."""
    try:
        given = loaded_form(NewHolding(), _given(_accounts(_buyer(number))))
        with unit_of_work() as uow:
            held = services.open_holding(uow, customer=number, **given, actor=current_actor(), now=g.now)
            told = {"product": held.product_code, "version": held.version}
    except EXPLAINED as error:
        return _form(number, request.form, for_people(error))
    except NotFound as error:
        return _form(number, request.form, NotThere([Fault("/product", error.message)]))
    flash(gettext(N_("Opened: %(product)s, version %(version)s."), told), "success")
    return redirect(f"/customers/{number}", 303)


def _suggested(customer: Customer, channel: str) -> dict[str, Mapping[str, str]]:
    """What is on sale there and now to one of the customer's groups: code → names."""
    found: dict[str, Mapping[str, str]] = {}
    for segment in customer.segments:
        scope = resolve_scope(session(), unit=customer.unit_code, channel=channel, group=segment.key)
        wanted = ProductFilter(as_of=g.now, scope=scope)
        rows = list_products(session(), wanted, now=g.now, limit=MOST_SUGGESTED)
        found |= {row.product.code: row.product.names for row in rows}
    return found


def _buyer(number: str) -> Customer:
    """A customer, to somebody who may sell to them."""
    actor = current_actor()
    customer = queries.customer_by_number(session(), number, actor)
    require(actor, "holding.open", queries.facts_of(session(), customer))
    return customer


def _accounts(customer: Customer) -> list[Account]:
    """Those on which something can be booked."""
    return [account for account in queries.accounts_of(session(), customer) if account.status == "open"]


def _given(accounts: Sequence[Account]) -> dict[str, Any]:
    """The form as the API takes it; the currency is that of the account."""
    sent = typed()
    for name, read in (("principal", exact), ("term", duration)):
        if name in sent:
            sent[name] = read(sent[name])
    currencies = {account.reference: account.currency for account in accounts}
    return {**sent, "currency": currencies.get(sent.get("account", ""), "")}


def _form(number: str, sent: Any, error: DomainError | None = None) -> Any:
    end_read()
    customer = _buyer(number)
    channel = sent.get("channel", "")
    page = render_template(
        "customers/new_holding.html",
        customer=customer,
        products=_suggested(customer, channel if channel in CHANNELS else BRANCH),
        accounts=[(one.reference, f"{one.reference} · {one.currency}") for one in _accounts(customer)],
        channels=[(key, pick(labels)) for key, labels in CHANNELS.items()],
        sent=sent,
        error=error,
    )
    return page, error.status if error else 200
