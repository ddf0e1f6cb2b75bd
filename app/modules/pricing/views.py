"""The page of ceilings: those in force, those that wait for the head, and what was entered before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request

from app.identity.directory import names_of
from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from app.kernel.i18n import N_, gettext, pick
from app.kernel.loading import loaded
from app.kernel.web import page_size
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES
from app.modules.catalogue.types.description import DAY_COUNTS
from app.modules.pricing import queries, services
from app.modules.pricing.schemas import NewCeiling

pages = Blueprint("pricing_pages", __name__, template_folder="templates")
PATH = "/products/rate-ceilings"
TERMS = ("P7D", "P1M", "P3M", "P6M", "P1Y", "P2Y", "P3Y", "P5Y")
PLACES = {"/rate/value": "/value", "/rate/day_count": "/day_count"}


@pages.get(PATH)
@signed_in
def ceilings() -> Any:
    return _page()


@pages.post(PATH)
@signed_in
def enter() -> Any:
    """Enter a ceiling."""
    actor = current_actor()
    require(actor, services.ENTER)
    try:
        given = _typed()
        with unit_of_work() as uow:
            services.enter(uow, **given, actor=actor, now=g.now)
    except Invalid as error:
        return _page(_placed(error))
    flash(gettext(N_("Entered. It holds once the head of the department confirms it.")), "success")
    return redirect(PATH, 303)


@pages.post(f"{PATH}/<int:ceiling_id>/confirm")
@signed_in
def confirm(ceiling_id: int) -> Any:
    """Put a ceiling in force."""
    try:
        with unit_of_work() as uow:
            services.confirm(uow, ceiling_id=ceiling_id, actor=current_actor(), now=g.now)
    except (Conflict, Forbidden) as error:
        return _page(error)
    flash(gettext(N_("Confirmed. It holds from its day on.")), "success")
    return redirect(PATH, 303)


def _typed() -> dict[str, Any]:
    """The form as the API takes it, under the same checks."""
    sent = {name: value.strip() for name, value in request.form.items() if value.strip()}
    rate = {"value": sent.get("value", ""), "unit": "percent", "period": "P1Y", "day_count": sent.get("day_count", "")}
    names = ("family", "product_type", "currency", "term", "valid_from", "document")
    return loaded(NewCeiling(), {**{n: sent[n] for n in names if n in sent}, "rate": rate})


def _placed(error: Invalid) -> Invalid:
    """The faults beside the fields of the form."""
    error.faults = tuple(replace(fault, pointer=PLACES.get(fault.pointer, fault.pointer)) for fault in error.faults)
    return error


def _page(error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, "ceiling.see")
    end_read()
    limit, after = page_size(), decode_cursor(int)
    today = clock.accounting_date(g.now)
    rows = queries.ceilings(session(), after=after[0] if after else None, limit=limit)
    page = render_template(
        "pricing/ceilings.html",
        holding=queries.in_force(session(), today),
        rows=rows[:limit],
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
        people=names_of(session(), [n for row in rows for n in (row.entered_by, row.confirmed_by)]),
        may_enter=allowed(actor, services.ENTER),
        may_confirm={r.id for r in rows if allowed(actor, services.CONFIRM, Facts(initiator=r.entered_by))},
        families=FAMILIES,
        types=PRODUCT_TYPES,
        deposits=[(key, pick(found.labels)) for key, found in PRODUCT_TYPES.items() if found.family == "deposit"],
        terms=TERMS,
        day_counts=DAY_COUNTS,
        today=today,
        error=error,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200
