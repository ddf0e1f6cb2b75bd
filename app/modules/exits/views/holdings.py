"""The holdings of an exit, one by one: by state, or those whose customer was not reached."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.identity.web import current_actor, signed_in
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.web import page_size
from app.modules.changes.views.base import Words
from app.modules.exits import queries
from app.modules.exits.rules.states import ITEM_STATES
from app.modules.exits.services.records import seen
from app.modules.exits.views.base import DONE, REASONS, pages


@pages.get("/exits/<number>/holdings")
@signed_in
def holdings(number: str) -> Any:
    """What each is, whether its customer was reached, and what was answered or decided."""
    limit, after = page_size(), decode_cursor(int)
    state, unreached = request.args.get("state"), request.args.get("unreached") == "true"
    found, _ = seen(session(), number, current_actor())
    state = state if state in ITEM_STATES else None
    rows = queries.items_of(
        session(), found, state=state, unreached=unreached, after=after[0] if after else None, limit=limit
    )
    return render_template(
        "exits/holdings.html",
        found=found,
        rows=rows[:limit],
        customers=queries.customers_of(session(), rows),
        progress=queries.progress_of(session(), found),
        chosen={"state": state, "unreached": unreached},
        item_states=ITEM_STATES,
        reasons=REASONS,
        decisions=DONE,
        words=Words([row.decided_by for row in rows]),
        next=cursor_beyond([row.id for row in rows], limit),
    )
