"""My requests: where each stands, with whom, and what it needs from me."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request

from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.web import page_size
from app.modules.changes.rules.states import STATES
from app.modules.changes.services.standing import Wish, standings
from app.modules.changes.views.base import Words, pages

WHOSE = ("mine", "department", "all")


@pages.get("/requests")
@signed_in
def requests() -> Any:
    """Mine, my department's, or all that I may see."""
    limit, after = page_size(), decode_cursor(int)
    whose, state = request.args.get("whose", "mine"), request.args.get("state", "open")
    wish = Wish(
        whose=whose if whose in WHOSE else "mine",
        state=state if state in {"open", "ended", "all", *STATES} else "open",
        product=request.args.get("product") or None,
        after=after[0] if after else None,
        limit=limit,
        now=g.now,
    )
    found = standings(session(), current_actor(), wish)
    people = [name for s in found for name in (s.request.initiator, *(t.assignee for t in s.tasks))]
    return render_template(
        "changes/requests.html",
        rows=found[:limit],
        wish=wish,
        words=Words(people),
        next=encode_cursor(found[limit - 1].request.id) if len(found) > limit else None,
    )
