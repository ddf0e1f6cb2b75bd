"""The list of exits, the block on the page of a product, and the proposal."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError
from app.kernel.i18n import N_, gettext
from app.kernel.web import page_size
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.changes.views.base import EXPLAINED, Words, text_of
from app.modules.exits import queries, services
from app.modules.exits.rules.states import STATES
from app.modules.exits.services.proposing import LEAVABLE, PROPOSE, open_exit
from app.modules.exits.views.base import (
    pages,
)


@on_product_page
def on_product(code: str) -> str:
    """The exit of the product, or the way to propose one."""
    product, actor = product_by_code(session(), code), current_actor()
    running = open_exit(session(), code)
    may = product.status in LEAVABLE and allowed(actor, PROPOSE, Facts(owner_department=product.owner_department))
    return render_template("exits/_block.html", product=product, running=running, may=may, states=STATES)


@pages.get("/exits")
@signed_in
def all_of_them() -> Any:
    """Those that run, or all there were."""
    limit, after, every = page_size(), decode_cursor(int), request.args.get("state") == "all"
    rows = queries.exits_of(
        session(), current_actor(), running=not every, after=after[0] if after else None, limit=limit
    )
    return render_template(
        "exits/exits.html",
        rows=rows[:limit],
        names=queries.names_of(session(), rows),
        settled=queries.settled_of(session(), rows),
        words=Words([row.initiator for row in rows]),
        states=STATES,
        every=every,
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    )


@pages.get("/products/<code>/exit")
@signed_in
def ask(code: str) -> Any:
    """Why the product should leave, and what follows from proposing it."""
    return _proposal(code)


@pages.post("/products/<code>/exit")
@signed_in
def propose(code: str) -> Any:
    try:
        with unit_of_work() as uow:
            reason = text_of("reason", most=2000)
            given = {"product_code": code, "reason": reason}
            number = services.propose(uow, actor=current_actor(), now=g.now, **given).number
    except EXPLAINED as error:
        return _proposal(code, error)
    flash(gettext(N_("The exit is proposed; its evaluation begins.")), "success")
    return redirect(f"/exits/{number}", 303)


def _proposal(code: str, error: DomainError | None = None) -> Any:
    end_read()
    product = product_by_code(session(), code)
    require(current_actor(), PROPOSE, Facts(owner_department=product.owner_department))
    page = render_template("exits/propose.html", product=product, error=error, sent=request.form)
    return page, error.status if error else 200
