"""Pages of costing: what finance assumes, the sheets, a new sheet, one sheet."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import N_, gettext, pick
from app.kernel.loading import loaded
from app.kernel.sent import beside, typed
from app.kernel.web import page_size
from app.modules.catalogue.models import Product
from app.modules.development.models import CostSheet
from app.modules.development.presenting import sheet_text
from app.modules.development.queries import costing as queries
from app.modules.development.rules.sheet_words import LINE_NAMES
from app.modules.development.rules.sheets import LINES, PERCENT
from app.modules.development.schemas.costing import NewCostSheet
from app.modules.development.services import assumptions, costing
from app.modules.development.views.base import ROOT, pages, people

COSTING = f"{ROOT}/costing"
SEE = "costing.see"
TERMS = ("P3M", "P6M", "P1Y", "P2Y", "P3Y", "P5Y", "P10Y", "P20Y", "P30Y")
CURRENCIES = ("CNY", "USD", "EUR", "HKD", "GBP", "JPY")
OF_THE_SHEET = ("currency", "volume", "customer_rate", "term", "risk_weight")


@pages.get(COSTING)
@signed_in
def all_sheets() -> Any:
    """Sheets, the latest first, under what finance assumes now."""
    actor = current_actor()
    require(actor, SEE)
    limit, after = page_size(), decode_cursor(int)
    rows = queries.sheets_of(session(), after=after[0] if after else None, limit=limit)
    sets = queries.all_assumptions(session(), limit=10)
    return render_template(
        "development/costing.html",
        rows=rows[:limit],
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
        products=_products(rows),
        sets=sets[:10],
        people=people(*(row.worked_out_by for row in rows), *(n for s in sets for n in (s.drafted_by, s.approved_by))),
        may_work_out=allowed(actor, costing.WORK_OUT),
        may_draft=allowed(actor, assumptions.DRAFT),
    )


def _products(rows: Any) -> dict[str, str]:
    found = [session().get_one(Product, code) for code in {row.product_code for row in rows}]
    return {product.code: pick(product.names) for product in found}


@pages.get(f"{COSTING}/new")
@signed_in
def new_sheet() -> Any:
    return _form()


@pages.post(f"{COSTING}/new")
@signed_in
def work_out() -> Any:
    """Work out a sheet from what was typed."""
    actor = current_actor()
    require(actor, costing.WORK_OUT)
    try:
        given = loaded(NewCostSheet(), _sent())
        with unit_of_work() as uow:
            row = costing.work_out(uow, **given, actor=actor, now=g.now)
    except Invalid as error:
        return _form(beside(error, "/sheet"))
    flash(gettext(N_("Worked out and kept.")), "success")
    return redirect(f"{COSTING}/{row.id}", 303)


def _sent() -> dict[str, Any]:
    """The form as the API takes it. Fields of a line are called ``lines/operating/value`` and so on."""
    sent = typed()
    lines: dict[str, dict[str, str]] = {}
    for name in LINES:
        line = {part: sent[f"lines/{name}/{part}"] for part in ("value", "basis") if f"lines/{name}/{part}" in sent}
        if line or name not in {"fees", "funds", "capital"}:
            lines[name] = {**line, "unit": sent.get(f"lines/{name}/unit", PERCENT)}
    sheet = {**{name: sent[name] for name in OF_THE_SHEET if name in sent}, "lines": lines}
    about: dict[str, Any] = {"product": sent.get("product", ""), "sheet": sheet}
    return {**about, "version": int(sent["version"])} if sent.get("version", "").isdecimal() else about


def _form(error: DomainError | None = None) -> Any:
    require(current_actor(), costing.WORK_OUT)
    end_read()
    page = render_template(
        "development/new_sheet.html",
        lines=[(name, pick(LINE_NAMES[name]), name in {"fees", "funds", "capital"}) for name in LINES],
        terms=TERMS,
        currencies=CURRENCIES,
        percent=PERCENT,
        error=error,
        sent=request.form if error else request.args,
        in_force=queries.assumptions_in_force(session(), "CNY", clock.accounting_date(g.now)),
    )
    return page, error.status if error else 200


@pages.get(f"{COSTING}/<int:sheet_id>")
@signed_in
def one_sheet(sheet_id: int) -> Any:
    """Inputs with their basis, year by year, break-even, sensitivity, and the text for the approver's file."""
    require(current_actor(), SEE)
    row = queries.sheet_by_id(session(), sheet_id)
    return render_template(
        "development/sheet.html",
        row=row,
        product=session().get_one(Product, row.product_code),
        names={name: pick(names) for name, names in LINE_NAMES.items()},
        text=pick(sheet_text(row)),
        people=people(row.worked_out_by),
        lines=_lines(row),
    )


def _lines(row: CostSheet) -> list[tuple[str, dict[str, str]]]:
    return [(name, row.inputs["lines"][name]) for name in LINES if name in row.inputs["lines"]]
