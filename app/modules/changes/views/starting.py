"""The first step of a proposal: which products it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from sqlalchemy import select

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_, language
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import ProductFilter, first_drafts, list_products
from app.modules.catalogue.rules.values import is_clean
from app.modules.catalogue.types import FAMILIES
from app.modules.changes import services
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.schemas import MOST_VERSIONS
from app.modules.changes.views.base import EXPLAINED, Words, now, pages, to

SHOWN = 25


@pages.get("/requests/new")
@signed_in
def new_request() -> Any:
    """Search and pick one or several products."""
    require(current_actor(), "change.propose")
    return _show()


@pages.post("/requests/new")
@signed_in
def begin_request() -> Any:
    """A draft over the picked products, each beginning as its live version; a new one as its first draft."""
    actor = current_actor()
    require(actor, "change.propose")
    codes = list(dict.fromkeys(request.form.getlist("product")))
    try:
        if not codes:
            raise invalid("/product", N_("Pick at least one product."), code="required")
        if len(codes) > MOST_VERSIONS:
            message = N_("At most %(most)s products in one request.")
            raise invalid("/product", message, code="too_many", most=MOST_VERSIONS)
        with unit_of_work() as uow:
            drafts = first_drafts(uow, codes)
            wanted = [services.Wanted(product=code, version=drafts.get(code)) for code in codes]
            found = services.create_draft(uow, wanted=wanted, details={}, actor=actor, now=now())
            number = found.id
    except EXPLAINED as error:
        return _show(error)
    return to(f"/requests/{number}/edit/driver")


def _show(error: DomainError | None = None) -> Any:
    end_read()
    searched = request.args.get("q", "").strip()[:100]
    whose = request.args.get("whose", "mine" if "product_manager" in current_actor().roles else "all")
    owner = current_actor().department if whose == "mine" else None
    family = request.args.get("family", "")
    wanted = ProductFilter(
        q=searched if searched and is_clean(searched) else None,
        family=family if family in FAMILIES else None,
        owner=owner,
        sort="name_zh" if language() == "zh" else "name",
    )
    codes = _codes(wanted)
    rows = list_products(session(), wanted, now=now(), limit=SHOWN + 1)
    shown = [row for row in rows[:SHOWN] if row.product.code not in codes]
    standing = _standing([*(row.product.code for row in shown), *codes])
    page = render_template(
        "changes/new.html",
        whose=whose,
        picked=_picked(codes),
        rows=shown,
        more=len(rows) > SHOWN,
        standing=standing,
        drafts=_drafts([*codes]),
        families=FAMILIES,
        words=Words(),
        error=error,
    )
    return page, error.status if error else 200


def _codes(wanted: ProductFilter) -> list[str]:
    """The products picked so far: without one that was dropped, with all found where that was asked."""
    named = [code for code in request.values.getlist("product") if code not in request.args.getlist("drop")]
    if "all" in request.args:
        found = [row.product.code for row in list_products(session(), wanted, now=now(), limit=MOST_VERSIONS)]
        taken = _standing(found)
        named += [code for code in found if code not in taken]
    return list(dict.fromkeys(named))[:MOST_VERSIONS]


def _picked(codes: Sequence[str]) -> list[Product]:
    clean = [code for code in codes if is_clean(code)]
    found = {p.code: p for p in session().scalars(select(Product).where(Product.code.in_(clean)))}
    return [found[code] for code in codes if code in found]


def _standing(codes: Sequence[str]) -> Mapping[str, ChangeRequest]:
    """The open request that a product stands in."""
    return _requests(codes, ProposedVersion.open)


def _drafts(codes: Sequence[str]) -> Mapping[str, ChangeRequest]:
    """My own draft over a product."""
    return _requests(codes, ChangeRequest.state == "draft", ChangeRequest.initiator == current_actor().username)


def _requests(codes: Sequence[str], *clauses: Any) -> dict[str, ChangeRequest]:
    rows = session().execute(
        select(ProposedVersion.product_code, ChangeRequest)
        .join(ChangeRequest, ChangeRequest.id == ProposedVersion.change_request_id)
        .where(ProposedVersion.product_code.in_([c for c in codes if is_clean(c)]), *clauses)
        .order_by(ChangeRequest.id)
    )
    return {code: found for code, found in rows}
