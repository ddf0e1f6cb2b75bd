"""The inbox page, its preview pane, and claiming from the list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from app.desks.inbox.models import SavedList
from app.desks.inbox.queries import lists
from app.desks.inbox.queries.task import preview_of
from app.desks.inbox.services import remove_list, save_list
from app.desks.inbox.views.base import TASK, is_fragment, now, pages, text_of, to
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import encode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.workflow.tasks.api import visible_task, wish_from_query
from app.workflow.tasks.bulk import MAX_TASKS, claim_many
from app.workflow.tasks.queries import BADGE_LIMIT


@pages.get("/inbox")
@signed_in
def inbox() -> Any:
    """Mine, my department's, or all that I may see."""
    return _page([], [])


def _page(taken: list[Any], refusals: list[DomainError], error: Invalid | None = None) -> Any:
    found = lists.inbox(session(), current_actor(), wish_from_query())
    next_cursor = encode_cursor(*found.after) if found.after else None
    template = "inbox/_list.html" if is_fragment() else "inbox/inbox.html"
    return render_template(
        template,
        inbox=found,
        next=next_cursor,
        most=BADGE_LIMIT,
        taken=taken,
        refusals=refusals,
        error=error,
        chosen=_chosen,
        address=_address,
    )


def _address(kept: SavedList) -> str:
    """Where a list that was saved stands."""
    wanted = {"filter": kept.filter, "sort": kept.sort, "process": kept.process, "product": kept.product}
    return "/inbox?" + urlencode({k: v for k, v in wanted.items() if v})


def _chosen(**changes: Any) -> str:
    """The address of this list with some of its choices changed, from its first page."""
    kept = {k: v for k, v in request.args.items() if k in {"filter", "sort", "process", "product"} and v}
    return "/inbox?" + urlencode({k: v for k, v in {**kept, **changes}.items() if v})


@pages.post("/inbox/claim")
@signed_in
def claim() -> Any:
    """Claim the marked tasks. Those that somebody else took are named."""
    wanted = [int(v) for v in request.form.getlist("task")[:MAX_TASKS] if v.isascii() and v.isdigit() and len(v) < 16]
    with unit_of_work() as uow:
        taken, refusals = claim_many(uow, task_ids=wanted, actor=current_actor(), now=now())
    if not refusals and not is_fragment():
        return to(_chosen())
    return _page(taken, refusals)


@pages.post("/inbox/lists")
@signed_in
def save() -> Any:
    """Keep the list that is shown under a name."""
    try:
        with unit_of_work() as uow:
            save_list(uow, name=text_of("name", most=60), wish=wish_from_query(), actor=current_actor())
    except Invalid as error:
        return _page([], [], error), error.status
    return to(_chosen())


@pages.post("/inbox/lists/<int:list_id>/remove")
@signed_in
def remove(list_id: int) -> Any:
    """Forget a list of one's own."""
    with unit_of_work() as uow:
        remove_list(uow, list_id=list_id, actor=current_actor())
    return to(_chosen())


@pages.get(f"{TASK}/preview")
@signed_in
def preview(task_id: int) -> Any:
    """What the pane beside the list shows: enough for an easy one."""
    task, instance = visible_task(task_id)
    return render_template("inbox/_preview.html", page=preview_of(session(), task, instance, current_actor()))
