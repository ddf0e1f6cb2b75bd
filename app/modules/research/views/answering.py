"""Answering a questionnaire: a colleague who is asked for themself, or what a customer said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Forbidden, Invalid
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, typed
from app.modules.research import queries, services
from app.modules.research.models import Questionnaire
from app.modules.research.schemas import NewAnswers
from app.modules.research.views.base import ONE, SEE, group_choices, pages
from app.modules.research.views.reading import ways_of

_UNDER = "/answers/0"


@pages.get(f"{ONE}/answer")
@signed_in
def answer_form(number: int) -> Any:
    return _form(number)


@pages.post(f"{ONE}/answer")
@signed_in
def answer(number: int) -> Any:
    """Keep one answer; then the next customer's may be entered."""
    found = queries.questionnaire(session(), number)
    try:
        given = loaded(NewAnswers(), {"answers": [_sent(found)]})
        with unit_of_work() as uow:
            services.answer(uow, services.locked(uow, number), **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _form(number, _placed(error))
    flash(gettext(N_("Thank you. The answer is kept.")), "success")
    return redirect(f"/questionnaires/{number}", 303)


def _form(number: int, error: DomainError | None = None) -> Any:
    end_read()
    require(current_actor(), SEE)
    found = queries.questionnaire(session(), number)
    ways = ways_of(found)
    if not ways and error is None:
        raise Forbidden(N_("This questionnaire does not ask you, or you have answered it."), code="not_asked")
    own = [("", gettext(N_("Myself")))] if "own" in ways else []
    page = render_template(
        "research/answer.html",
        found=found,
        whose=own + (group_choices(found.groups) if "customer" in ways else []),
        today=accounting_date(g.now).isoformat(),
        sent=request.form,
        error=error,
    )
    return page, error.status if error else 200


def _sent(found: Questionnaire) -> dict[str, Any]:
    """The form as the API takes it."""
    sent = typed()
    several = {question["key"] for question in found.questions if question["kind"] == "several"}
    given = {
        key: request.form.getlist(f"given/{key}") if key in several else sent[f"given/{key}"]
        for key in (question["key"] for question in found.questions)
        if f"given/{key}" in sent
    }
    return {**{name: sent[name] for name in ("group", "day") if name in sent}, "given": given}


def _placed(error: DomainError) -> DomainError:
    if isinstance(error, Invalid):
        error.faults = tuple(replace(one, pointer=one.pointer.removeprefix(_UNDER)) for one in error.faults)
    return error
