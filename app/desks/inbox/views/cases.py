"""Cases: where is it, why, since when, and what can I do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request
from sqlalchemy.orm import Session

from app.desks.inbox.queries.case import case_of
from app.desks.inbox.queries.words import process_names, words_for
from app.desks.inbox.views.base import CASE, noted, now, pages, text_of, to
from app.desks.inbox.views.tasks import EXPLAINED
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError
from app.kernel.i18n import N_, gettext
from app.kernel.web import page_size
from app.workflow.instances import queries, services
from app.workflow.instances.recovery import retry

STATES = ("active", "suspended", "failed", "completed", "cancelled")


@pages.get("/cases")
@signed_in
def cases() -> Any:
    """Cases I may see, newest first."""
    limit, after = page_size(), decode_cursor(int)
    state = request.args.get("state", "")
    filters = {"process_key": request.args.get("process"), "state": state if state in STATES else None}
    rows = queries.instances(
        session(), current_actor(), after=after[0] if after else None, limit=limit, filters=filters
    )
    return render_template(
        "inbox/cases.html",
        cases=rows[:limit],
        words=words_for(session(), [i.started_by for i, _ in rows]),
        processes=process_names(session()),
        states=STATES,
        next=encode_cursor(rows[limit - 1][0].id) if len(rows) > limit else None,
    )


@pages.get(CASE)
@signed_in
def case(instance_id: int) -> Any:
    return _show(instance_id)


def _show(instance_id: int, error: DomainError | None = None) -> Any:
    end_read()
    actor = current_actor()
    instance = queries.instance_for(session(), instance_id, actor)
    found = case_of(session(), instance, actor)
    sent = request.form if error else {}
    return render_template("inbox/case.html", case=found, error=error, sent=sent), noted(error)


def _act(instance_id: int, act: Callable[[Session], Any], done: str) -> Any:
    try:
        with unit_of_work() as uow:
            act(uow)
    except EXPLAINED as error:
        return _show(instance_id, error)
    flash(gettext(done), "success")
    return to(f"/cases/{instance_id}")


def _who_and_when(instance_id: int) -> dict[str, Any]:
    return {"instance_id": instance_id, "actor": current_actor(), "now": now()}


@pages.post(f"{CASE}/withdraw")
@signed_in
def withdraw(instance_id: int) -> Any:
    """Withdraw a case I started, or end one as an operator; a reason is kept."""
    return _act(
        instance_id,
        lambda uow: services.cancel(uow, reason=text_of("reason"), **_who_and_when(instance_id)),
        N_("The case was withdrawn."),
    )


@pages.post(f"{CASE}/suspend")
@signed_in
def suspend(instance_id: int) -> Any:
    """Put a case on hold."""
    return _act(
        instance_id, lambda uow: services.suspend(uow, **_who_and_when(instance_id)), N_("The case is on hold.")
    )


@pages.post(f"{CASE}/resume")
@signed_in
def resume(instance_id: int) -> Any:
    """Let a case go on that was put on hold."""
    return _act(
        instance_id, lambda uow: services.resume_instance(uow, **_who_and_when(instance_id)), N_("The case goes on.")
    )


@pages.post(f"{CASE}/retry")
@signed_in
def try_again(instance_id: int) -> Any:
    """Let a case try again that could not go on by itself."""
    return _act(instance_id, lambda uow: retry(uow, **_who_and_when(instance_id)), N_("The case goes on."))
