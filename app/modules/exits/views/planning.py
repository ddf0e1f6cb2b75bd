"""The plan of an exit, with the map as a grid."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.people import people_in
from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_, gettext
from app.modules.changes.views.base import EXPLAINED, text_of
from app.modules.exits import services
from app.modules.exits.rules.items import RUN_OFF
from app.modules.exits.services.records import seen
from app.modules.exits.views.base import (
    CHOICES,
    MOST_DAYS,
    WAYS,
    pages,
)
from app.modules.exits.views.told import told_of


@pages.get("/exits/<number>/plan")
@signed_in
def plan(number: str) -> Any:
    """Way, replacement, notice, the named person, and the map as a grid."""
    return _planning(number)


@pages.post("/exits/<number>/plan")
@signed_in
def keep_plan(number: str) -> Any:
    try:
        with unit_of_work() as uow:
            services.write_plan(uow, number=number, planned=_planned(), actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _planning(number, error)
    flash(gettext(N_("The plan is kept. Look through the map, then submit it with the task.")), "success")
    return redirect(f"/exits/{number}/plan", 303)


def _planned() -> services.Planned:
    sent = request.form
    days = sent.get("answer_days", "").strip()
    if not (days.isascii() and days.isdigit() and int(days[:9]) <= MOST_DAYS):
        raise invalid("/answer_days", N_("Must be a whole number of days."), code="days")
    choices = {key.removeprefix("choice:"): value for key, value in sent.items() if key.startswith("choice:")}
    return services.Planned(
        way=sent.get("way") if sent.get("way") in WAYS else RUN_OFF,  # type: ignore[arg-type]
        target=sent.get("target", "").strip() or None,
        stop_on=_day(sent.get("stop_on", "")),
        answer_days=int(days),
        notice_text=text_of("notice_text", most=2000),
        exception_owner=sent.get("exception_owner", ""),
        choices={path: choice for path, choice in choices.items() if choice in CHOICES},
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise invalid("/stop_on", N_("This is not a day."), code="day") from None


def _planning(number: str, error: DomainError | None = None) -> Any:
    end_read()
    found, facts = seen(session(), number, current_actor())
    require(current_actor(), "exit.plan", facts)
    told = told_of(session(), found)
    people = people_in(session(), [found.owner_department])
    page = render_template(
        "exits/plan.html",
        told=told,
        people=[(p.username, p.names) for p in people],
        ways=WAYS,
        choices=CHOICES,
        error=error,
        sent=request.form,
    )
    return page, error.status if error else 200
