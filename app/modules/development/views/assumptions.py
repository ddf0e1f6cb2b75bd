"""Pages of finance's assumptions: a draft, its change, its approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, beside, refuse_stale, typed
from app.modules.development.models import FinanceAssumptions
from app.modules.development.queries import costing as queries
from app.modules.development.schemas.costing import NewAssumptions
from app.modules.development.services import assumptions
from app.modules.development.views.base import ROOT, pages, people
from app.modules.development.views.costing import COSTING, CURRENCIES, SEE, TERMS

PATH = f"{ROOT}/assumptions"
ONE = f"{PATH}/<int:assumptions_id>"
PLAIN = ("capital_ratio", "cost_of_capital", "tax", "basis")


@pages.get(f"{PATH}/new")
@signed_in
def new_assumptions() -> Any:
    require(current_actor(), assumptions.DRAFT)
    return _form({}, "", None)


@pages.post(f"{PATH}/new")
@signed_in
def draft() -> Any:
    """Draft assumptions."""
    actor = current_actor()
    require(actor, assumptions.DRAFT)
    try:
        given = loaded(NewAssumptions(), _sent())
        with unit_of_work() as uow:
            row = assumptions.draft(uow, **given, actor=actor, now=g.now)
    except Invalid as error:
        return _form(request.form, "", _placed(error))
    flash(gettext(N_("Drafted. Sheets rest on it once a second person of finance has approved it.")), "success")
    return redirect(f"{PATH}/{row.id}", 303)


@pages.get(ONE)
@signed_in
def one_assumptions(assumptions_id: int) -> Any:
    return _page(assumptions_id)


@pages.get(f"{ONE}/edit")
@signed_in
def edit_form(assumptions_id: int) -> Any:
    row = queries.assumptions_by_id(session(), assumptions_id)
    require(current_actor(), assumptions.EDIT, Facts(initiator=row.drafted_by))
    return _form(_shown(row), row.content_hash, None)


@pages.post(f"{ONE}/edit")
@signed_in
def edit(assumptions_id: int) -> Any:
    """Change one's own draft."""
    try:
        given = loaded(NewAssumptions(), _sent())
        with unit_of_work() as uow:
            row = assumptions.locked(uow, assumptions_id, _seen)
            assumptions.edit(uow, row, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        told = _placed(error) if isinstance(error, Invalid) else error
        return _form(request.form, request.form.get("seen", ""), told)
    return redirect(f"{PATH}/{assumptions_id}", 303)


@pages.post(f"{ONE}/approve")
@signed_in
def approve(assumptions_id: int) -> Any:
    """Put in force what the page showed."""
    try:
        with unit_of_work() as uow:
            row = assumptions.locked(uow, assumptions_id, _seen)
            assumptions.approve(uow, row, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _page(assumptions_id, error)
    flash(gettext(N_("Approved. It holds from its day on and never changes.")), "success")
    return redirect(COSTING, 303)


def _seen(row: FinanceAssumptions) -> None:
    refuse_stale(row.content_hash)


def _sent() -> dict[str, Any]:
    """The form as the API takes it: a rate per term, and the path as figures between blanks or commas."""
    sent = typed()
    curve = [{"term": term, "rate": sent[f"rate/{term}"]} for term in TERMS if f"rate/{term}" in sent]
    path = sent.get("path", "").replace(",", " ").replace("，", " ").split()
    content = {**{name: sent[name] for name in PLAIN if name in sent}, "curve": curve, "path": path}
    return {**{name: sent[name] for name in ("currency", "valid_from") if name in sent}, "content": content}


def _placed(error: Invalid) -> Invalid:
    """The faults beside the fields: those of a point of the curve at its term, those of a year at the path."""
    terms = [term for term in TERMS if request.form.get(f"rate/{term}", "").strip()]
    return beside(error, "/content", {f"/curve/{n}/rate": f"/rate/{term}" for n, term in enumerate(terms)})


def _shown(row: FinanceAssumptions) -> dict[str, str]:
    """A draft as its form shows it."""
    rates = {f"rate/{point['term']}": point["rate"] for point in row.content["curve"]}
    plain = {name: row.content[name] for name in PLAIN}
    day: date = row.valid_from
    return {
        **plain,
        **rates,
        "path": ", ".join(row.content["path"]),
        "currency": row.currency,
        "valid_from": day.isoformat(),
    }


def _form(sent: Mapping[str, str], seen: str, error: DomainError | None) -> Any:
    end_read()
    page = render_template(
        "development/assumptions_form.html",
        sent=sent, seen=seen, error=error, terms=TERMS, currencies=CURRENCIES,
    )  # fmt: skip
    return page, error.status if error else 200


def _page(assumptions_id: int, error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, SEE)
    end_read()
    row = queries.assumptions_by_id(session(), assumptions_id)
    facts = Facts(initiator=row.drafted_by)
    drafted = row.state == "draft"
    page = render_template(
        "development/assumptions.html",
        row=row,
        people=people(row.drafted_by, row.approved_by),
        may_edit=drafted and allowed(actor, assumptions.EDIT, facts),
        may_approve=drafted and allowed(actor, assumptions.APPROVE, facts),
        error=error,
    )
    return page, error.status if error else 200
