"""Finding a customer, the page of one with what they hold, and the holdings of a product."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from flask import g, render_template, request

from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.cursors import cursor_beyond, decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_
from app.kernel.web import page_size
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.views.base import unit_names
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.customers import presenting as show
from app.modules.customers import queries, services
from app.modules.customers.models import Holding
from app.modules.customers.rules.agreed import rate_of
from app.modules.customers.rules.identifiers import DOCUMENTS, identity
from app.modules.customers.rules.states import HOLDING_STATES, is_dormant
from app.modules.customers.views.base import BLOCKS, pages

WAYS = {
    "sms": N_("Text message"),
    "app": N_("Mobile banking"),
    "mail": N_("Mail"),
    "branch": N_("Branch notice"),
    "none": N_("Not at all"),
}
"""How a customer wants to be told."""
LONGEST_REASON = 400


@pages.get("/customers")
@signed_in
def find() -> Any:
    """By number or by how the name begins."""
    actor = current_actor()
    require(actor, "customer.find")
    limit, after = page_size(), decode_cursor(int, str)
    given = {name: request.args[name].strip() for name in ("number", "name") if request.args.get(name, "").strip()}
    rows = queries.find(session(), units=queries.units_of(session(), actor), after=after, limit=limit + 1, **given)
    more = encode_cursor(rows[limit - 1].id, rows[limit - 1].name) if len(rows) > limit else None
    return _list(rows[:limit], given=given, next=more)


@pages.post("/customers")
@signed_in
def find_by_identity() -> Any:
    """By identification: sent in a form, because addresses end up in logs."""
    actor = current_actor()
    require(actor, "customer.find")
    kind = request.form.get("id_kind", "")
    try:
        number = identity(kind if kind in DOCUMENTS else "resident_id", request.form.get("id_number", ""), "/id_number")
    except DomainError as error:
        return _list([], given={"id_kind": kind}, error=error), error.status
    return _list(
        queries.find_by_identity(session(), number, units=queries.units_of(session(), actor)), given={"id_kind": kind}
    )


def _list(rows: Any, *, given: dict[str, str], next: str | None = None, error: DomainError | None = None) -> Any:
    return render_template(
        "customers/customers.html",
        rows=[(row, show.masked_identity(row)) for row in rows],
        next=next,
        given=given,
        error=error,
        documents=DOCUMENTS,
        units=unit_names(session(), {row.unit_code for row in rows}),
    )


@pages.get("/customers/<number>")
@signed_in
def one_customer(number: str) -> Any:
    return _customer(number)


@pages.post("/customers/<number>/identity")
@signed_in
def identify(number: str) -> Any:
    """Show what identifies the customer, once, to somebody who says why."""
    actor = current_actor()
    require(actor, "customer.find")
    reason = request.form.get("reason", "").strip()
    try:
        if not 1 <= len(reason) <= LONGEST_REASON:
            raise invalid("/reason", N_("Say in a few words why you need to see it."))
        with unit_of_work() as uow:
            found = services.identify(uow, number=number, reason=reason, actor=actor, now=g.now)
    except DomainError as error:
        return _customer(number, error=error), error.status
    return _customer(number, identity=found)


def _customer(number: str, *, identity: services.Identity | None = None, error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, "customer.find")
    end_read()
    customer = queries.customer_by_number(session(), number, actor)
    limit, after = page_size(), decode_cursor(datetime, int)
    behind = (after[0].date(), after[1]) if after else None
    held = queries.holdings_of_customer(session(), customer, after=behind, limit=limit + 1)
    accounts, facts = queries.accounts_of(session(), customer), queries.facts_of(session(), customer)
    return render_template(
        "customers/customer.html",
        customer=customer,
        masked=show.masked_identity(customer),
        accounts=[(account, show.masked_account(account)) for account in accounts],
        held=[_held(*row) for row in held[:limit]],
        next=_behind(held[limit - 1][0]) if len(held) > limit else None,
        references={account.id: account.reference for account in accounts},
        document=DOCUMENTS[customer.id_kind],
        ways=WAYS,
        units=unit_names(session(), {customer.unit_code}),
        may_identify=allowed(actor, "customer.identify", facts),
        may_sell=allowed(actor, "holding.open", facts),
        blocks=[block(customer) for block in BLOCKS],
        identity=identity,
        error=error,
    )


def _behind(last: Holding) -> str:
    return encode_cursor(datetime.combine(last.opened_on, time(), UTC), last.id)


def _held(holding: Any, version: Any) -> dict[str, Any]:
    """A holding with its product's name, the rate it bears, and whether it sleeps."""
    today = accounting_date(g.now)
    sold = (version.content, holding.term, holding.principal)
    rate = rate_of(*sold, holding.negotiated)
    return {
        "holding": holding,
        "names": version.content["basics"]["name"],
        "rate": rate,
        "agreed": rate != rate_of(*sold, None),
        "dormant": is_dormant(holding.status, holding.matures_on, holding.last_activity_on, today),
    }


@pages.get("/products/<code>/holdings")
@signed_in
def holdings(code: str) -> Any:
    """Who holds a product, of one's own unit."""
    actor = current_actor()
    require(actor, "customer.find")
    product = product_by_code(session(), code)
    status = request.args.get("status", "active")
    limit, after = page_size(), decode_cursor(int)
    rows = queries.holdings_of(
        session(),
        product.code,
        status=status,
        units=queries.units_of(session(), actor),
        after=after[0] if after else 0,
        limit=limit + 1,
    )
    return render_template(
        "customers/holdings.html",
        product=product,
        status=status,
        statuses=HOLDING_STATES,
        rows=rows[:limit],
        next=cursor_beyond([row.id for row in rows], limit),
    )


@on_product_page
def _block(code: str) -> str:
    """How many hold the product, by version and status."""
    return render_template(
        "customers/_block.html",
        code=code,
        sums=queries.sums_of(session(), code),
        may_list=allowed(current_actor(), "customer.find"),
    )
