"""Tasks of an initiative: a button for whoever has one, and for whoever leads it."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request

from app.identity.web import current_actor, signed_in
from app.kernel.database import unit_of_work
from app.kernel.sent import EXPLAINED
from app.modules.development.services import tasks
from app.modules.development.views.base import pages
from app.modules.development.views.initiatives import ONE, PATH, seen, show


@pages.post(f"{ONE}/tasks/<int:place>")
@signed_in
def mark_task(initiative_id: int, place: int) -> Any:
    """Say that a task is done, or is to be done again."""
    done = request.form.get("done") == "true"
    try:
        with unit_of_work() as uow:
            tasks.mark(uow, seen(uow, initiative_id), place=place, done=done, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return show(initiative_id, error)
    return redirect(f"{PATH}/{initiative_id}#tasks-title", 303)
