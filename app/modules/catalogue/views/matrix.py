"""The on-sale matrix: unit by channel by customer group, for a product, on any day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import render_template, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date, end_of_day, start_of_day
from app.kernel.database import session
from app.kernel.errors import Invalid
from app.modules.catalogue import queries
from app.modules.catalogue.queries.matrix import matrix
from app.modules.catalogue.types import product_type
from app.modules.catalogue.views.base import day_asked, now, pages


@pages.get("/products/<code>/on-sale")
@signed_in
def on_sale_matrix(code: str) -> Any:
    """``?as_of=2026-12-01&known_at=...&all=true``: at the beginning of the day; today, at this instant."""
    require(current_actor(), "product.see")
    product = queries.product_by_code(session(), code)
    given = {name: request.args.get(name, "").strip() for name in ("as_of", "known_at", "all")}
    today = accounting_date(now())
    shown, error = None, None
    try:
        at, known_at = _instants(given, today)
        shown = matrix(session(), product.code, at=at, known_at=known_at, folded=given["all"] != "true")
    except Invalid as wrong:
        error = wrong
    page = render_template(
        "catalogue/matrix.html",
        product=product,
        type=product_type(product.type),
        matrix=shown,
        given={**given, "as_of": given["as_of"] or today.isoformat()},
        error=error,
    )
    return page, error.status if error else 200


def _instants(given: dict[str, str], today: date) -> tuple[datetime, datetime | None]:
    """When, and by what was known by the end of which day."""
    day = day_asked("as_of", given["as_of"]) or today
    at = now() if day == today else start_of_day(day)
    known = day_asked("known_at", given["known_at"])
    return at, None if known is None else min(end_of_day(known), now())
