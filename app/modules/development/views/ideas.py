"""Pages of ideas: all of them, a new one, one with what was said of it."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, typed
from app.kernel.web import page_size
from app.modules.development.queries import ideas as queries
from app.modules.development.queries.initiatives import initiative_of_idea
from app.modules.development.rules.ideas import KINDS, STATES
from app.modules.development.rules.states import IDEAS
from app.modules.development.schemas.ideas import Judgement, NewComment, NewIdea
from app.modules.development.services import ideas
from app.modules.development.services.initiatives import FOUND
from app.modules.development.views.base import ROOT, pages, people

PATH = f"{ROOT}/ideas"
ONE = f"{PATH}/<int:idea_id>"
SEE = "idea.see"


@pages.get(PATH)
@signed_in
def all_ideas() -> Any:
    """Ideas, the latest first, of all kinds or one."""
    require(current_actor(), SEE)
    limit, after, kind = page_size(), decode_cursor(int), request.args.get("kind")
    rows = queries.ideas_of(session(), kind=kind, after=after[0] if after else None, limit=limit)
    return render_template(
        "development/ideas.html",
        rows=rows[:limit],
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
        kinds=KINDS,
        states=STATES,
        kind=kind,
        people=people(*(row.submitted_by for row in rows)),
    )


@pages.get(f"{PATH}/new")
@signed_in
def new_idea() -> Any:
    return _form()


@pages.post(f"{PATH}/new")
@signed_in
def submit_idea() -> Any:
    """Submit an idea."""
    try:
        given = loaded(NewIdea(), dict(typed()))
        with unit_of_work() as uow:
            idea = ideas.submit(uow, **given, actor=current_actor(), now=g.now)
    except Invalid as error:
        return _form(error)
    flash(gettext(N_("Thank you. Everybody can read and comment on it now.")), "success")
    return redirect(f"{PATH}/{idea.id}", 303)


def _form(error: DomainError | None = None) -> Any:
    require(current_actor(), ideas.SUBMIT)
    end_read()
    kinds = [(key, gettext(word)) for key, word in KINDS.items()]
    page = render_template("development/new_idea.html", kinds=kinds, error=error, sent=request.form)
    return page, error.status if error else 200


@pages.get(ONE)
@signed_in
def one_idea(idea_id: int) -> Any:
    return _page(idea_id)


@pages.post(f"{ONE}/comments")
@signed_in
def comment_on_idea(idea_id: int) -> Any:
    """Say something of an idea."""
    try:
        given = loaded(NewComment(), dict(typed()))
        with unit_of_work() as uow:
            ideas.comment(uow, idea_id=idea_id, **given, actor=current_actor(), now=g.now)
    except Invalid as error:
        return _page(idea_id, error)
    return redirect(f"{PATH}/{idea_id}", 303)


@pages.post(f"{ONE}/judge")
@signed_in
def judge_idea(idea_id: int) -> Any:
    """Take it into consideration or decline it."""
    try:
        given = loaded(Judgement(), dict(typed()))
        with unit_of_work() as uow:
            idea = ideas.locked(uow, idea_id)
            verb, reason = given["verdict"], given["reason"]
            ideas.judge(uow, idea, verb=verb, reason=reason, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _page(idea_id, error)
    return redirect(f"{PATH}/{idea_id}", 303)


def _page(idea_id: int, error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, SEE)
    end_read()
    idea = queries.idea_by_id(session(), idea_id)
    said = queries.comments_on(session(), idea.id)
    judges = allowed(actor, ideas.JUDGE, Facts(initiator=idea.submitted_by))
    page = render_template(
        "development/idea.html",
        idea=idea,
        said=said,
        kinds=KINDS,
        states=STATES,
        verbs=[verb for verb in ("consider", "decline") if judges and (idea.state, verb) in IDEAS],
        people=people(idea.submitted_by, idea.judged_by, *(each.by for each in said)),
        initiative=initiative_of_idea(session(), idea.id) if allowed(actor, "initiative.see") else None,
        may_found=judges and allowed(actor, FOUND),
        error=error,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200
