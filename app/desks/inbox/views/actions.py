"""What can be done with a task besides answering it. Each posts to the service the API calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, request
from sqlalchemy.orm import Session

from app.desks.inbox.views.base import TASK, now, pages, text_of, to
from app.desks.inbox.views.tasks import EXPLAINED, show
from app.identity.web import current_actor, signed_in
from app.kernel.database import unit_of_work
from app.kernel.i18n import N_, gettext
from app.workflow.tasks import chasing, services


def _act(task_id: int, act: Callable[[Session], Any], done: str, about: str = "actions") -> Any:
    """Do it, say so, and show the task as it is now; a refusal stands beside what was typed."""
    try:
        with unit_of_work() as uow:
            act(uow)
    except EXPLAINED as error:
        return show(task_id, error, about=about)
    flash(gettext(done), "success")
    return to(f"/tasks/{task_id}")


def _who_and_when(task_id: int) -> dict[str, Any]:
    return {"task_id": task_id, "actor": current_actor(), "now": now()}


@pages.post(f"{TASK}/claim")
@signed_in
def claim_task(task_id: int) -> Any:
    """Take the task."""
    return _act(
        task_id, lambda uow: services.claim(uow, **_who_and_when(task_id)), N_("The task is yours."), "decision"
    )


@pages.post(f"{TASK}/release")
@signed_in
def release_task(task_id: int) -> Any:
    """Put it back for the group."""
    return _act(task_id, lambda uow: services.release(uow, **_who_and_when(task_id)), N_("The task was released."))


@pages.post(f"{TASK}/remind")
@signed_in
def ask_for_task(task_id: int) -> Any:
    """Ask those with whom it lies to deal with it."""
    return _act(task_id, lambda uow: chasing.ask(uow, **_who_and_when(task_id)), N_("They were reminded."))


@pages.post(f"{TASK}/delegate")
@signed_in
def delegate_task(task_id: int) -> Any:
    """Have somebody work on it; it comes back."""
    return _act(
        task_id,
        lambda uow: services.delegate(uow, to=text_of("to", most=200), **_who_and_when(task_id)),
        N_("The task was delegated; it will come back to you."),
        "delegate",
    )


@pages.post(f"{TASK}/transfer")
@signed_in
def transfer_task(task_id: int) -> Any:
    """Hand it to somebody for good."""
    return _act(
        task_id,
        lambda uow: services.transfer(uow, to=text_of("to", most=200), **_who_and_when(task_id)),
        N_("The task was transferred."),
        "transfer",
    )


@pages.post(f"{TASK}/send-back")
@signed_in
def send_task_back(task_id: int) -> Any:
    """Send the case back to an earlier step."""
    seen = request.form.get("version", "")
    return _act(
        task_id,
        lambda uow: services.send_back(
            uow,
            element_id=text_of("element_id", most=200),
            reason=text_of("reason"),
            version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else 0,
            **_who_and_when(task_id),
        ),
        N_("The case was sent back."),
        "send-back",
    )


@pages.post(f"{TASK}/comments")
@signed_in
def comment_on_task(task_id: int) -> Any:
    """A remark for all who take part."""
    return _act(
        task_id,
        lambda uow: services.comment(uow, text=text_of("text"), **_who_and_when(task_id)),
        N_("Your remark was added."),
        "comment",
    )
