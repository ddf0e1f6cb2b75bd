"""Delegated authority 授权: who may decide minor changes in an executive's place, until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, g, render_template, request

from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Fault, Invalid
from app.kernel.i18n import N_, gettext
from app.modules.catalogue.types import FAMILIES
from app.modules.changes.authority_api import MOST_BP
from app.modules.changes.services import authorities
from app.modules.changes.views.base import EXPLAINED, Words, pages, to

MOST_SHOWN = 100
_REQUIRED = N_("This is required.")


@pages.get("/authorities")
@signed_in
def authority_list() -> Any:
    return _page()


@pages.post("/authorities")
@signed_in
def grant_authority() -> Any:
    """Hand authority to a position."""
    actor = current_actor()
    require(actor, "authority.grant")
    try:
        terms = _typed()
        with unit_of_work() as uow:
            authorities.grant(uow, terms=terms, actor=actor, now=g.now)
    except EXPLAINED as error:
        return _page(error)
    flash(gettext(N_("The authority is on record.")), "success")
    return to("/authorities")


@pages.post("/authorities/<int:authority_id>/revoke")
@signed_in
def revoke_authority(authority_id: int) -> Any:
    try:
        with unit_of_work() as uow:
            authorities.revoke(uow, authority_id=authority_id, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _page(error)
    flash(gettext(N_("The authority is revoked; what was decided under it stands.")), "success")
    return to("/authorities")


def _typed() -> dict[str, Any]:
    """What the form holds; every wrong member is named."""
    sent, faults = request.form, []
    terms: dict[str, Any] = {"families": [f for f in sent.getlist("families") if f in FAMILIES]}
    for name in ("holder", "document"):
        terms[name] = sent.get(name, "").strip()
    for name in ("valid_from", "valid_to"):
        try:
            terms[name] = date.fromisoformat(sent.get(name, "").strip())
        except ValueError:
            faults.append(Fault(f"/{name}", N_("Must be a day.")))
    points = sent.get("max_rate_change_bp", "").strip()
    if points.isascii() and points.isdigit() and int(points[:6]) <= MOST_BP:
        terms["max_rate_change_bp"] = int(points)
    else:
        message = N_("Must be a whole number from 0 to %(most)s.")
        faults.append(Fault("/max_rate_change_bp", message, {"most": MOST_BP}))
    faults += [Fault(f"/{name}", _REQUIRED) for name in ("holder", "families", "document") if not terms[name]]
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    return terms


def _page(error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, "authority.see")
    end_read()
    found = authorities.authorities(session(), limit=MOST_SHOWN)[:MOST_SHOWN]
    words = Words([name for row in found for name in (row.granted_by, row.revoked_by)])
    page = render_template(
        "changes/authorities.html",
        found=found,
        until={row.id: clock.accounting_date(row.valid_to - timedelta(microseconds=1)) for row in found},
        now=g.now,
        words=words,
        positions=[(f"{key}:head", words.group(f"{key}:head")) for key in words.departments],
        families=FAMILIES,
        may_grant=allowed(actor, "authority.grant"),
        today=clock.accounting_date(g.now),
        error=error,
        sent=request.form if error else {},
        ticked=request.form.getlist("families") if error else [],
    )
    return page, error.status if error else 200
