"""Entering: a questionnaire is written, opened and closed; interviews, competitors and trends are noted down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Conflict, DomainError, Fault, Invalid, Stale
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded, loaded_form
from app.kernel.sent import EXPLAINED, refuse_stale, typed
from app.modules.catalogue.queries import product_by_code
from app.modules.research import queries, services
from app.modules.research.models import Questionnaire
from app.modules.research.rules.questions import KINDS
from app.modules.research.schemas import FINDS, MOST_QUESTIONS, NewQuestionnaire
from app.modules.research.views.base import ONE, RESEARCH, direction_choices, group_choices, pages, words
from app.modules.research.views.reading import questionnaire_page

FIRST_ROWS, MORE_ROWS = 5, 3
BETWEEN = "|"
"""Between the English and the Chinese text of a choice, one choice a line."""
_SAID = {
    "open": N_("It is open. Its questions are fixed from now on."),
    "close": N_("It is closed. What was answered stays."),
}


@pages.get(f"{RESEARCH}/questionnaire")
@signed_in
def new_questionnaire(code: str) -> Any:
    return _editor(code, {"opens_on": accounting_date(g.now).isoformat()})


@pages.post(f"{RESEARCH}/questionnaire")
@signed_in
def write_questionnaire(code: str) -> Any:
    """A draft."""
    try:
        written, told = loaded(NewQuestionnaire(), _sent()), {"actor": current_actor(), "now": g.now}
        with unit_of_work() as uow:
            found = services.write(uow, product_code=code, written=written, **told)
    except Invalid as error:
        return _editor(code, request.form, _placed(error))
    flash(gettext(N_("Saved as a draft.")), "success")
    return redirect(f"/questionnaires/{found.id}", 303)


@pages.get(f"{ONE}/edit")
@signed_in
def edit_questionnaire(number: int) -> Any:
    found = queries.questionnaire(session(), number)
    return _editor(found.product_code, _as_typed(found), found=found)


@pages.post(f"{ONE}/edit")
@signed_in
def save_questionnaire(number: int) -> Any:
    """Change the draft, if it is as the page showed it."""
    try:
        written = loaded(NewQuestionnaire(), _sent())
        with unit_of_work() as uow:
            found = services.locked(uow, number)
            refuse_stale(found.revision)
            services.edit(uow, found, written=written, actor=current_actor(), now=g.now)
    except (Conflict, Invalid, Stale) as error:
        found = queries.questionnaire(session(), number)
        return _editor(found.product_code, request.form, _placed(error), found)
    flash(gettext(N_("Saved as a draft.")), "success")
    return redirect(f"/questionnaires/{number}", 303)


@pages.post(f"{ONE}/<any(open, close):verb>")
@signed_in
def take_along(number: int, verb: str) -> Any:
    try:
        with unit_of_work() as uow:
            found = services.locked(uow, number)
            refuse_stale(found.revision)
            services.STEPS[verb](uow, found, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return questionnaire_page(number, error)
    flash(gettext(_SAID[verb]), "success")
    return redirect(f"/questionnaires/{number}", 303)


@pages.get(f"{RESEARCH}/<any(interviews, competitors, trends):kind>")
@signed_in
def new_find(code: str, kind: str) -> Any:
    return _find_form(code, kind, {"day": accounting_date(g.now).isoformat()})


@pages.post(f"{RESEARCH}/<any(interviews, competitors, trends):kind>")
@signed_in
def keep_find(code: str, kind: str) -> Any:
    """Note it down."""
    model, schema = FINDS[kind]
    try:
        given = loaded_form(schema(), typed())
        with unit_of_work() as uow:
            services.gather(uow, model, product_code=code, given=given, actor=current_actor(), now=g.now)
    except Invalid as error:
        return _find_form(code, kind, request.form, error)
    flash(gettext(N_("Noted down.")), "success")
    return redirect(f"/products/{code}/research#{kind}", 303)


def _find_form(code: str, kind: str, sent: Mapping[str, str], error: DomainError | None = None) -> Any:
    page = render_template(
        "research/find.html",
        product=_gathered_for(code),
        kind=kind,
        sent=sent,
        error=error,
        me=current_actor().username,
        group_choices=[("", "–"), *group_choices()],
        direction_choices=direction_choices(),
    )
    return page, error.status if error else 200


def _editor(
    code: str, sent: Mapping[str, str], error: DomainError | None = None, found: Questionnaire | None = None
) -> Any:
    rows = len(_filled_rows(sent)) + MORE_ROWS
    lists = {name: request.form.getlist(name) for name in ("groups", "departments")} if error else {}
    page = render_template(
        "research/edit.html",
        product=_gathered_for(code),
        found=found,
        sent=sent,
        chosen=lists or {name: getattr(found, name, ()) for name in ("groups", "departments")},
        kind_choices=[(key, gettext(word)) for key, word in KINDS.items()],
        rows=min(max(rows, FIRST_ROWS), MOST_QUESTIONS),
        error=error,
        words=words(),
    )
    return page, error.status if error else 200


def _gathered_for(code: str) -> Any:
    """The product, for somebody who may gather for it."""
    end_read()
    product = product_by_code(session(), code)
    require(current_actor(), services.GATHER, services.facts_of(product))
    return product


def _sent() -> dict[str, Any]:
    """The form as the API takes it; rows without any text are left out."""
    sent = typed()
    title = {name: sent.get(f"title/{name}", "") for name in ("en", "zh")}
    lists = {name: request.form.getlist(name) for name in ("groups", "departments")}
    days: dict[str, Any] = {name: sent[name] for name in ("opens_on", "closes_on") if name in sent}
    return {**days, **lists, "title": title, "questions": [_question(sent, n) for n in _filled_rows(sent)]}


def _filled_rows(sent: Mapping[str, str]) -> list[int]:
    filled = (n for n in range(MOST_QUESTIONS) for part in ("en", "zh", "choices") if sent.get(f"questions/{n}/{part}"))
    return sorted(set(filled))


def _question(sent: Mapping[str, str], n: int) -> dict[str, Any]:
    at = f"questions/{n}"
    lines = [line.partition(BETWEEN) for line in sent.get(f"{at}/choices", "").replace("｜", BETWEEN).splitlines()]
    return {
        "kind": sent.get(f"{at}/kind", ""),
        "text": {name: sent.get(f"{at}/{name}", "") for name in ("en", "zh")},
        "choices": [{"en": en.strip(), "zh": zh.strip()} for en, _, zh in lines if (en + zh).strip()],
        "required": f"{at}/required" in sent,
    }


def _as_typed(found: Questionnaire) -> dict[str, str]:
    """The form of a draft."""
    sent = {"title/en": found.title["en"], "title/zh": found.title["zh"]}
    for n, question in enumerate(found.questions):
        at, texts = f"questions/{n}", [choice["text"] for choice in question["choices"]]
        sent |= {f"{at}/kind": question["kind"], **{f"{at}/{name}": question["text"][name] for name in ("en", "zh")}}
        sent[f"{at}/choices"] = "\n".join(f"{text['en']} {BETWEEN} {text['zh']}" for text in texts)
        sent |= {f"{at}/required": "true"} if question["required"] else {}
    return {**sent, "opens_on": found.opens_on.isoformat(), "closes_on": found.closes_on.isoformat()}


def _placed(error: Conflict | Invalid | Stale) -> DomainError:
    """The faults at the rows of the page, those of a choice at the choices of its question."""
    rows = _filled_rows(typed())
    error.faults = tuple(replace(fault, pointer=_place(fault, rows)) for fault in error.faults)
    return error


def _place(fault: Fault, rows: list[int]) -> str:
    parts = fault.pointer.split("/")
    if parts[1] != "questions" or len(parts) < 3:
        return fault.pointer
    row = f"/questions/{rows[int(parts[2])]}"
    return f"{row}/{parts[4]}" if parts[3] == "text" else f"{row}/{parts[3]}"
