"""The readings of a product: what was entered, and entering one."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError
from app.kernel.i18n import N_, gettext, pick
from app.kernel.loading import loaded_form
from app.kernel.sent import EXPLAINED, typed
from app.kernel.web import page_size
from app.modules.catalogue.queries import product_by_code
from app.modules.changes.views.base import Words
from app.modules.lifecycle import queries, services
from app.modules.lifecycle.rules.measures import Measure, readings_of
from app.modules.lifecycle.schemas import NewMeasureReading
from app.modules.lifecycle.services.reading import ENTER, facts_of
from app.modules.lifecycle.views.base import pages, told

READINGS = "/products/<code>/readings"


@pages.get(READINGS)
@signed_in
def readings(code: str) -> Any:
    return _page(code)


@pages.post(READINGS)
@signed_in
def enter_reading(code: str) -> Any:
    try:
        given = loaded_form(NewMeasureReading(), typed())
        with unit_of_work() as uow:
            services.enter(uow, product_code=code, given=given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _page(code, error)
    flash(gettext(N_("The reading is kept.")), "success")
    return redirect(f"/products/{code}/readings", 303)


def _page(code: str, error: DomainError | None = None) -> Any:
    end_read()
    actor, product = current_actor(), product_by_code(session(), code)
    require(actor, "product.see")
    after, limit, today = decode_cursor(int), page_size(), accounting_date(g.now)
    seen, last = queries.measures_seen(actor), after[0] if after else None
    rows = queries.readings_of(session(), product.code, seen=seen, after=last, limit=limit)
    page = render_template(
        "lifecycle/readings.html",
        product=product,
        rows=rows[:limit],
        next=cursor_beyond([one.row.id for one in rows], limit),
        words=Words(one.row.by for one in rows),
        may_enter=allowed(actor, ENTER, facts_of(product)),
        choices=[(measure.key, name_of(measure)) for measure in readings_of(product.family)],
        today=today.isoformat(),
        sent=request.form,
        error=error,
        **told(),
    )
    return page, error.status if error else 200


def name_of(measure: Measure) -> str:
    """A measure with its unit, as a list of choices shows it."""
    return f"{pick(measure.names)} (%)" if measure.percent else pick(measure.names)
