"""Administration: incidents for operators, the audit trail for auditors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from app.desks.operations import queries
from app.identity.actors import Actor
from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.web import page_size

pages = Blueprint("operations_pages", __name__, template_folder="templates")


@pages.get("/admin")
@signed_in
def administration() -> Any:
    """What stopped, and what was recorded."""
    return _page()


@pages.post("/admin/verify")
@signed_in
def verify() -> Any:
    """Recompute the audit chains now and say where they do not hold."""
    require(current_actor(), "audit.see")
    return _page(queries.verified(session()))


def _page(verified: queries.Verified | None = None) -> Any:
    actor = current_actor()
    require(actor, "administration.see")
    incidents = queries.incidents(session()) if allowed(actor, "incident.see") else None
    events, after, wanted = _trail(actor)
    return render_template(
        "operations/administration.html",
        incidents=incidents,
        events=events,
        next=after,
        wanted=wanted,
        verified=verified,
        people=names_of(session(), [e.actor for e in events or ()]),
    )


def _trail(actor: Actor) -> tuple[Any, str | None, queries.Wanted]:
    """The audit events that were asked for; nothing for those who may not see them."""
    wanted = queries.Wanted(*(request.args.get(name, "")[:200].strip() for name in ("stream", "actor", "action")))
    if not allowed(actor, "audit.see"):
        return None, None, wanted
    limit, before = page_size(50), decode_cursor(int)
    found = queries.events(session(), wanted, before=before[0] if before else None, limit=limit)
    return found[:limit], encode_cursor(found[limit - 1].id) if len(found) > limit else None, wanted
