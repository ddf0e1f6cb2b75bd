"""Who may take a bundle: asked for one customer at a time."""

from __future__ import annotations

from flask import g, render_template, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import session
from app.modules.bundles import queries
from app.modules.bundles.models import BundleVersion
from app.modules.bundles.rules.description import ROLES
from app.modules.bundles.rules.states import SEE
from app.modules.bundles.rules.taking import Verdict
from app.modules.bundles.views.base import PATH, Answer, pages
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS, ELIGIBILITY
from app.modules.catalogue.views.base import unit_names
from app.modules.customers.models import Customer
from app.modules.customers.rules.eligibility import ASKED
from app.modules.customers.views.base import typed_customer


@pages.get(f"{PATH}/<code>/eligibility")
@signed_in
def eligibility(code: str) -> Answer:
    """``?customer=&channel=``: as whoever serves the customer."""
    actor = current_actor()
    require(actor, SEE)
    require(actor, "customer.find")
    found = queries.bundle(session(), code)
    known = queries.known_for(session(), found.document, g.now)
    customer, error = typed_customer(request.args.get("customer", "").strip())
    page = render_template(
        "bundles/eligibility.html",
        bundle=found,
        customer=customer,
        verdict=_verdict(found, customer),
        asked=ASKED,
        group=ELIGIBILITY,
        roles=ROLES,
        channels=CHANNELS,
        groups=CUSTOMER_GROUPS,
        names=queries.names_of(session(), found.document, *(part.document for part in known.bundles.values())),
        units=unit_names(session(), {customer.unit_code} if customer else set()),
        sent=request.args,
        error=error,
    )
    return page, error.status if error else 200


def _verdict(found: BundleVersion, customer: Customer | None) -> Verdict | None:
    if customer is None:
        return None
    channel = request.args.get("channel")
    return queries.may_take(session(), found, customer, channel=channel if channel in CHANNELS else None, at=g.now)
