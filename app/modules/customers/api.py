"""Customers and holdings for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import g
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work, page_size
from app.modules.catalogue.queries import product_by_code
from app.modules.customers import presenting as show
from app.modules.customers import queries, schemas, services
from app.modules.customers.rules.identifiers import identity

blueprint = Blueprint("customers", __name__, description="Customers, accounts and holdings")


@blueprint.route("/customers")
class Customers(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.CustomerQuery, location="query")
    @blueprint.response(200, schemas.CustomerPage)
    def get(self, query: dict[str, Any]) -> Any:
        """The customers of one's unit by name, identifiers masked; an auditor reads those of every unit."""
        actor = current_actor()
        require(actor, "customer.find")
        limit, after = page_size(), decode_cursor(int, str)
        wanted = {name: query.get(name) for name in ("number", "name")}
        units = queries.units_of(session(), actor)
        rows = queries.find(session(), units=units, after=after, limit=limit + 1, **wanted)
        more = encode_cursor(rows[limit - 1].id, rows[limit - 1].name) if len(rows) > limit else None
        return {"items": [show.customer_json(row) for row in rows[:limit]], "next": more}


@blueprint.route("/customer-lookups")
class ByIdentity(MethodView):
    @document_problems(blueprint, 403, 415)
    @blueprint.arguments(schemas.IdentityQuery)
    @blueprint.response(200, schemas.CustomerPage)
    def post(self, body: dict[str, str]) -> Any:
        """The customer with exactly this identification. Asked in a body: addresses end up in logs."""
        actor = current_actor()
        require(actor, "customer.find")
        number = identity(body["id_kind"], body["id_number"], "/id_number")
        rows = queries.find_by_identity(session(), number, units=queries.units_of(session(), actor))
        return {"items": [show.customer_json(row) for row in rows], "next": None}


@blueprint.route("/customers/<number>")
class OneCustomer(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.response(200, schemas.CustomerDetail)
    def get(self, number: str) -> Any:
        """One customer with accounts and holdings, identifiers masked."""
        actor = current_actor()
        require(actor, "customer.find")
        customer = queries.customer_by_number(session(), number, actor)
        accounts = [show.account_json(row) for row in queries.accounts_of(session(), customer)]
        held = [show.holding_json(row) for row, _ in queries.holdings_of_customer(session(), customer)]
        return {**show.customer_json(customer), "accounts": accounts, "holdings": held}


@blueprint.route("/customers/<number>/identity")
class Identity(MethodView):
    @document_problems(blueprint, 403, 415)
    @blueprint.arguments(schemas.IdentityReason)
    @blueprint.response(200, schemas.IdentityOut)
    def post(self, body: dict[str, str], number: str) -> Any:
        """What identifies a customer, in full. Who asked, when and why is kept in the audit chain."""
        actor = current_actor()
        require(actor, "customer.find")

        def act(uow: Any) -> tuple[int, Any]:
            return 200, asdict(services.identify(uow, number=number, actor=actor, now=g.now, **body))

        return in_unit_of_work(act)


@blueprint.route("/customers/<number>/holdings")
class Selling(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(schemas.NewHolding)
    @blueprint.response(201, schemas.HoldingOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], number: str) -> Any:
        """Open a holding of what may be sold to the customer there and now, on the terms agreed with them."""
        actor = current_actor()
        require(actor, "customer.find")

        def act(uow: Any) -> tuple[int, Any]:
            return 201, show.holding_json(services.open_holding(uow, customer=number, **body, actor=actor, now=g.now))

        return in_unit_of_work(act)


@blueprint.route("/products/<code>/holdings")
class Holdings(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.HoldingQuery, location="query")
    @blueprint.response(200, schemas.HoldingPage)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """What customers of one's unit hold of a product, in one status (active unless said otherwise)."""
        actor = current_actor()
        require(actor, "customer.find")
        product = product_by_code(session(), code)
        limit, after = page_size(), decode_cursor(int)
        rows = queries.holdings_of(
            session(),
            product.code,
            status=query.get("status", "active"),
            units=queries.units_of(session(), actor),
            after=after[0] if after else 0,
            limit=limit + 1,
        )
        items = [{**show.holding_json(row), "customer": row.customer.number} for row in rows[:limit]]
        return {"items": items, "next": cursor_beyond([row.id for row in rows], limit)}


@blueprint.route("/products/<code>/holdings/summary")
class Summary(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.SumList)
    def get(self, code: str) -> Any:
        """How many holdings of a product there are and what they add up to, by version, status and currency."""
        require(current_actor(), "holding.count")
        product = product_by_code(session(), code)
        return {"items": [show.sum_json(row) for row in queries.sums_of(session(), product.code)], "next": None}
