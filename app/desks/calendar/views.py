"""The bank's calendar in Administration: the months ahead, the days of the bank's own, and the years not published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request

from app.desks.calendar import queries, services
from app.desks.calendar.queries import Day
from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.calendar import last_published_year
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Invalid, invalid
from app.kernel.i18n import N_, gettext

pages = Blueprint("calendar_pages", __name__, template_folder="templates")
YEARS_AHEAD = 2
WORKS = {"yes": True, "no": False, "national": None}


@pages.get("/admin/calendar")
@signed_in
def calendar() -> Any:
    return _page()


@pages.post("/admin/calendar")
@signed_in
def set_day() -> Any:
    """Enter a day of the bank's own."""
    actor = current_actor()
    require(actor, "calendar.edit")
    try:
        given = _typed()
        with unit_of_work() as uow:
            services.set_day(uow, **given, actor=actor, now=g.now)
    except Invalid as error:
        return _page(error)
    flash(gettext(N_("Saved. Deadlines that are counted from now on use it.")), "success")
    return redirect(f"/admin/calendar?year={given['day'].year}", 303)


def _typed() -> dict[str, Any]:
    text, reason = request.form.get("day", "").strip(), request.form.get("reason", "").strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid("/day", N_("Must be a day.")) from None
    if request.form.get("works") not in WORKS:
        raise invalid("/works", N_("This is required."), code="required")
    if not reason:
        raise invalid("/reason", N_("This is required."), code="required")
    if len(reason) > 400:
        raise invalid("/reason", "Longer than %(most)s characters.", most=400)
    return {"day": day, "works": WORKS[request.form["works"]], "reason": reason}


def _page(error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, "administration.see")
    end_read()
    this = clock.accounting_date(g.now).year
    years = range(this, this + YEARS_AHEAD + 1)
    year = request.args.get("year", "")
    chosen = int(year) if year.isascii() and year.isdigit() and int(year[:4]) in years else this
    entries = queries.said(session())
    page = render_template(
        "calendar/calendar.html",
        year=chosen,
        years=list(years),
        months=_months(queries.days(session(), date(chosen, 1, 1), date(chosen, 12, 31))),
        entries=entries,
        people=names_of(session(), [row.by for row in entries]),
        published=last_published_year(),
        may_edit=allowed(actor, "calendar.edit"),
        today=clock.accounting_date(g.now),
        monday=[date(2024, 1, 1) + timedelta(days=n) for n in range(7)],
        error=error,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200


def _months(days: Sequence[Day]) -> list[list[list[Day | None]]]:
    """Twelve months, each as weeks from Monday to Sunday; days of other months are nothing."""
    months: list[list[list[Day | None]]] = []
    for day in days:
        if day.day.day == 1:
            months.append([])
        if day.day.day == 1 or day.day.weekday() == 0:
            months[-1].append([None] * 7)
        months[-1][-1][day.day.weekday()] = day
    return months
