"""Pages of partners, and the admission in the matter of a request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template

from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.web import page_size
from app.modules.agency import queries, rules
from app.modules.agency.models import PartnerAdmission
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.changes.models import ChangeRequest
from app.modules.changes.views.blocks import on_request

pages = Blueprint("agency_pages", __name__, template_folder="templates")
ROOT = "/products/partners"
SEE = "partner.see"
WORDS = {"kinds": rules.KINDS, "points": rules.POINTS, "findings": rules.FINDINGS, "states": rules.STATES}


@pages.get(ROOT)
@signed_in
def all_partners() -> Any:
    """Partners by their code, each with how it stands today."""
    require(current_actor(), SEE)
    limit, after = page_size(), decode_cursor(str)
    rows = queries.partners(session(), after=after[0] if after else "", limit=limit)
    return render_template(
        "agency/partners.html",
        rows=[(row, queries.latest_decided(session(), row.key)) for row in rows[:limit]],
        next=encode_cursor(rows[limit - 1].key) if len(rows) > limit else None,
        today=accounting_date(g.now),
        **WORDS,
    )


@pages.get(f"{ROOT}/<key>")
@signed_in
def one_partner(key: str) -> Any:
    """A partner with all its admissions."""
    require(current_actor(), SEE)
    partner = queries.partner_by_key(session(), key)
    rows = queries.admissions_of(session(), partner.key)
    return render_template(
        "agency/partner.html", partner=partner, rows=rows, people=_people(*rows), today=accounting_date(g.now), **WORDS
    )


@on_product_page
def on_product(code: str) -> str:
    """The admission that the product rests on."""
    return admission_block(code)


def admission_block(code: str, *, card: bool = False) -> str:
    """The admission that a product rests on, and when it expires; ``card``: in a frame of its own."""
    row = queries.admission_behind(session(), code, at=g.now)
    if row is None or not allowed(current_actor(), SEE):
        return ""
    partner, today = queries.partner_by_key(session(), row.partner_key), accounting_date(g.now)
    return render_template(
        "agency/_product.html",
        code=code,
        partner=partner,
        row=row,
        last=queries.latest_decided(session(), partner.key),
        counts=queries.that_counts(session(), partner.key, today),
        soon=today + timedelta(days=rules.TOLD_DAYS_AHEAD),
        card=card,
    )


@on_request
def in_the_matter(request: ChangeRequest) -> str:
    """The admission that a request waits for or rests on."""
    row = queries.admission_of_request(session(), request.id)
    if row is None or not allowed(current_actor(), SEE):
        return ""
    partner = queries.partner_by_key(session(), row.partner_key)
    return render_template(
        "agency/_block.html", partner=partner, row=row, people=_people(row), today=accounting_date(g.now), **WORDS
    )


def _people(*rows: PartnerAdmission) -> dict[str, Any]:
    named = [name for row in rows for name in (row.examined_by, row.decided_by, (row.opinion or {}).get("by"))]
    return names_of(session(), named)
