"""Notices 通知: what I was told, newest first, and the number beside the bell."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session, unit_of_work
from app.kernel.web import page_size
from app.workflow.notices import queries, services
from app.workflow.notices.wording import sentence

pages = Blueprint("notices_pages", __name__, template_folder="templates")
FIRST = "<int:notice_id>"


@pages.get("/notices")
@signed_in
def notices() -> Any:
    """All of mine, or those I have not read."""
    limit, after = page_size(), decode_cursor(int)
    every = request.args.get("state") == "all"
    rows = queries.notices_of(
        session(), current_actor(), unread=not every, after=after[0] if after else None, limit=limit
    )
    return render_template(
        "notices/notices.html",
        rows=rows[:limit],
        every=every,
        sentence=sentence,
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    )


@pages.get("/notices/count")
@signed_in
def count() -> Any:
    """How many are unread: asked by every page once it stands, so that no page waits for it."""
    return render_template("notices/_count.html", unread=queries.unread(session(), current_actor()))


@pages.post(f"/notices/{FIRST}/read")
@signed_in
def read(notice_id: int) -> Any:
    """Mark it as read, and go where it leads."""
    with unit_of_work() as uow:
        path = services.mark_read(uow, notice_id=notice_id, actor=current_actor(), now=g.now).path
    return redirect(path if path and request.form.get("go") else "/notices", 303)


@pages.post("/notices/read")
@signed_in
def read_all() -> Any:
    with unit_of_work() as uow:
        services.mark_all_read(uow, actor=current_actor(), now=g.now)
    return redirect("/notices", 303)
