"""Finding products, and what was on sale on a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.database import session
from app.kernel.errors import DomainError, Invalid, NotFound
from app.kernel.i18n import language
from app.kernel.loading import loaded
from app.kernel.web import page_size
from app.modules.catalogue import queries
from app.modules.catalogue.api import cursor_of, filter_of, next_of
from app.modules.catalogue.queries.products import ProductFilter, ProductRow
from app.modules.catalogue.rules.states import PRODUCT_STATES
from app.modules.catalogue.schemas.api import ProductQuery
from app.modules.catalogue.views.base import departments, now, pages, units

OWN = ("q", "family", "type", "status", "owner", "sort")
SCOPE = ("as_of", "known_at", "unit", "channel", "group")


@pages.get("/products")
@signed_in
def find() -> Any:
    """Search, filter, sort."""
    require(current_actor(), "product.see")
    rows, following, error = _asked({"sort": "name_zh" if language() == "zh" else "name"} | _given(OWN))
    return render_template(
        "catalogue/products.html",
        rows=rows,
        next=following,
        error=error,
        given=_given(OWN),
        departments=departments(session()),
        statuses=PRODUCT_STATES,
    )


@pages.get("/products/on-sale")
@signed_in
def on_sale() -> Any:
    """On sale on day X for a unit, a channel and a customer group, as known on day Y."""
    require(current_actor(), "product.see")
    today = accounting_date(now()).isoformat()
    given = {"as_of": today} | _given(SCOPE)
    rows, following, error = _asked(given)
    return render_template(
        "catalogue/on_sale.html",
        rows=rows,
        next=following,
        error=error,
        given=given,
        today=today,
        units=units(session()),
    )


def _given(names: Sequence[str]) -> dict[str, str]:
    """What the address says, without what was left empty."""
    return {name: request.args[name].strip() for name in names if request.args.get(name, "").strip()}


def _asked(given: dict[str, str]) -> tuple[Sequence[ProductRow], str | None, DomainError | None]:
    """The rows of the list; a wrong filter gives no rows and says what is wrong."""
    try:
        wanted = _filter(given)
    except (Invalid, NotFound) as error:
        return [], None, error
    limit, after = page_size(), cursor_of(wanted.sort)
    rows = queries.list_products(session(), wanted, now=now(), limit=limit + 1, after=after)
    return rows[:limit], next_of(rows, limit, wanted.sort), None


def _filter(given: dict[str, str]) -> ProductFilter:
    return filter_of(loaded(ProductQuery(), given), now())
