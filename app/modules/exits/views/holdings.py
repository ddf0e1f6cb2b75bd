"""The holdings of an exit, one by one: by state, or those whose customer was not reached; and what customers answer."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request
from flask_babel import ngettext

from app.identity.permissions import allowed
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_
from app.kernel.web import page_size
from app.modules.changes.views.base import EXPLAINED, Words, text_of
from app.modules.exits import csv_answers, queries, services
from app.modules.exits.rules.states import ITEM_STATES, WAITING
from app.modules.exits.services.records import seen
from app.modules.exits.views.base import ANSWERS, DECISIONS, DONE, REASONS, pages


@pages.get("/exits/<number>/holdings")
@signed_in
def holdings(number: str) -> Any:
    """What each is, whether its customer was reached, and what was answered or decided."""
    return _holdings(number)


@pages.post("/exits/<number>/answers")
@signed_in
def answer(number: str) -> Any:
    """What one customer answers, or many in a table."""
    try:
        said = _answers()
        source = text_of("source", most=200)
        with unit_of_work() as uow:
            count = services.record_answers(
                uow, number=number, answers=said, source=source, actor=current_actor(), now=g.now
            )
    except EXPLAINED as error:
        return _holdings(number, error)
    flash(ngettext("%(num)d answer was entered.", "%(num)d answers were entered.", count), "success")
    return redirect(f"/exits/{number}/holdings", 303)


def _answers() -> list[services.Answer]:
    file = request.files.get("csv")
    if file is not None:
        try:
            return csv_answers.read(file.read().decode("utf-8"))
        except UnicodeDecodeError:
            raise invalid("/csv", N_("The file is not text in UTF-8.")) from None
    holding, said = request.form.get("holding", ""), request.form.get("answer", "")
    return csv_answers.read(f"{','.join(csv_answers.COLUMNS)}\n{holding},{said}\n")


def _holdings(number: str, error: DomainError | None = None) -> Any:
    end_read()
    limit, after = page_size(), decode_cursor(int)
    state, unreached = request.args.get("state"), request.args.get("unreached") == "true"
    found, facts = seen(session(), number, current_actor())
    state = state if state in ITEM_STATES else None
    rows = queries.items_of(
        session(), found, state=state, unreached=unreached, after=after[0] if after else None, limit=limit
    )
    open_now = found.state == "migrating"
    page = render_template(
        "exits/holdings.html",
        found=found,
        rows=rows[:limit],
        customers=queries.customers_of(session(), rows),
        progress=queries.progress_of(session(), found),
        chosen={"state": state, "unreached": unreached},
        item_states=ITEM_STATES,
        waiting=WAITING,
        reasons=REASONS,
        answers=ANSWERS,
        decisions=DECISIONS,
        done=DONE,
        may={
            verb: open_now and allowed(current_actor(), f"exit.{verb}", facts)
            for verb in ("answer", "decide_exception")
        },
        words=Words([row.decided_by for row in rows]),
        next=cursor_beyond([row.id for row in rows], limit),
        error=error,
        sent_file="csv" in request.files,
    )
    return page, error.status if error else 200
