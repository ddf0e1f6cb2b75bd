"""The list of bundles, one of them, and the block on the page of a product."""

from __future__ import annotations

from flask import render_template, request

from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.errors import Invalid, NotFound, invalid
from app.kernel.loading import loaded_form
from app.kernel.web import page_size
from app.modules.bundles import queries
from app.modules.bundles.rules.description import BUNDLE, ROLES, members_of
from app.modules.bundles.rules.states import SEE, STATES, WRITE
from app.modules.bundles.schemas import BundleMoment
from app.modules.bundles.views.base import PATH, Answer, pages, show
from app.modules.catalogue.rules.difference import difference_in
from app.modules.catalogue.views.base import departments
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.catalogue.views.comparing import sections

FILTERS = [state for state in STATES if state != "superseded"]


@on_product_page
def on_product(code: str) -> str:
    """The bundles that the product is part of."""
    rows = queries.holding(session(), product=code)
    roles = {row.code: next(m["role"] for m in members_of(row.document) if m.get("product") == code) for row in rows}
    return render_template("bundles/_block.html", rows=rows, roles=roles, words=ROLES)


@pages.get(PATH)
@signed_in
def bundles() -> Answer:
    """``?state=``: those in one state; without it all that are not off sale."""
    actor = current_actor()
    require(actor, SEE)
    state = request.args.get("state", "")
    state = state if state in FILTERS else ""
    limit, after = page_size(), decode_cursor(str)
    rows = queries.bundles(session(), state=state or None, after=after[0] if after else None, limit=limit)
    return render_template(
        "bundles/bundles.html",
        rows=rows[:limit],
        names=queries.names_of(session(), *(row.document for row in rows[:limit])),
        members_of=members_of,
        owners=departments(session()),
        next=encode_cursor(rows[limit - 1].code) if len(rows) > limit else None,
        state=state,
        states=FILTERS,
        may_write=allowed(actor, WRITE, Facts(owner_department=actor.department)),
    )


@pages.get(f"{PATH}/<code>")
@signed_in
def bundle(code: str) -> Answer:
    """The version that counts; ``?at=`` the one that was sold on a day."""
    require(current_actor(), SEE)
    found = queries.bundle(session(), code)
    day = request.args.get("at", "").strip()
    if not day:
        return show(found)
    try:
        return show(
            queries.bundle_at(session(), code, loaded_form(BundleMoment(), {"at": day})["at"]), sent=request.args
        )
    except NotFound as error:
        return show(found, invalid("/at", error.message), request.args)
    except Invalid as error:
        return show(found, error, request.args)


@pages.get(f"{PATH}/<code>/versions/<int:number>")
@signed_in
def version(code: str, number: int) -> Answer:
    require(current_actor(), SEE)
    return show(queries.version(session(), code, number))


@pages.get(f"{PATH}/<code>/versions/<int:old>/difference/<int:new>")
@signed_in
def difference(code: str, old: int, new: int) -> Answer:
    """Two versions attribute by attribute."""
    require(current_actor(), SEE)
    before, after = (queries.version(session(), code, number) for number in (old, new))
    found = sections(difference_in(BUNDLE, before.document, after.document), BUNDLE)
    return render_template("bundles/difference.html", old=before, new=after, sections=found)
