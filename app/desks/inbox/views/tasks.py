"""The task page: read it, answer it, keep a draft of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request
from sqlalchemy.orm import Session

from app.desks.inbox.queries.task import page_of
from app.desks.inbox.views.base import TASK, noted, now, pages, to
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Conflict, DomainError, Forbidden, Invalid, TooLarge
from app.kernel.i18n import gettext
from app.kernel.uploads import Upload, chosen_files
from app.workflow.forms import Form, form_named
from app.workflow.tasks import services
from app.workflow.tasks.api import visible_task
from app.workflow.tasks.attachments import attach

EXPLAINED = (Conflict, Forbidden, Invalid, TooLarge)
"""Refusals that the page tells beside what was typed."""


@pages.get(TASK)
@signed_in
def task(task_id: int) -> Any:
    """What is asked of me, what it is about, and the form to answer with."""
    return show(task_id)


def show(
    task_id: int, error: DomainError | None = None, typed: Mapping[str, Any] | None = None, about: str = "decision"
) -> Any:
    """The page of a task, with what was refused and what was typed when it was."""
    end_read()
    found, instance = visible_task(task_id)
    page = page_of(session(), found, instance, current_actor(), now(), typed)
    sent = request.form if error else {}
    return render_template("inbox/task.html", page=page, error=error, about=about, sent=sent), noted(error)


@pages.post(TASK)
@signed_in
def complete(task_id: int) -> Any:
    """Complete the task with the answers of its form."""
    form = _form(task_id)
    typed = form.from_html(request.form)
    try:
        _keep_files(task_id, form, typed)
        with unit_of_work() as uow:
            step = services.complete_task(
                uow, task_id=task_id, version=_version(), data=typed, actor=current_actor(), now=now()
            )
    except EXPLAINED as error:
        return show(task_id, error, typed)
    flash(gettext("Done: the task is completed.") if step.closed else gettext("Done: the task went back."), "success")
    return to(f"/tasks/{task_id}")


@pages.post(f"{TASK}/draft")
@signed_in
def draft(task_id: int) -> Any:
    """Keep what was typed so far."""
    typed = _form(task_id).from_html(request.form)
    try:
        with unit_of_work() as uow:
            services.save_draft(uow, task_id=task_id, data=typed, actor=current_actor(), now=now())
    except EXPLAINED as error:
        return render_template("inbox/_draft.html", error=error), error.status
    return render_template("inbox/_draft.html", error=None)


def _keep_files(task_id: int, form: Form, typed: dict[str, Any]) -> None:
    """Keep the files chosen in the form as evidence.

    In a unit of work of their own: a wrong value elsewhere in the form must not lose them,
    for a browser cannot put them back.
    """
    for component in form.inputs:
        uploads = chosen_files(f"{component.key}.upload")
        if component.type == "filepicker" and uploads:
            with unit_of_work() as uow:
                typed[component.key] = [*typed[component.key], *_attached(uow, task_id, uploads)]


def _attached(uow: Session, task_id: int, uploads: Sequence[Upload]) -> list[int]:
    return [
        attach(
            uow,
            task_id=task_id,
            filename=upload.filename,
            content=upload.content,
            actor=current_actor(),
            now=now(),
        ).id
        for upload in uploads
    ]


def _form(task_id: int) -> Form:
    found, _ = visible_task(task_id)
    return form_named(found.form)


def _version() -> int:
    """The version of the task that the person saw; one that is none is an old one."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
