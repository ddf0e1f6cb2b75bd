"""Working out a cost sheet: from what was typed and finance's assumptions, computed once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit, clock
from app.kernel.errors import Invalid, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import product_by_code, version_by_number, version_in_force
from app.modules.catalogue.rules.content import content_hash
from app.modules.development.models import CostSheet, FinanceAssumptions
from app.modules.development.queries import costing as queries
from app.modules.development.rules import costing, sheets

WORK_OUT = "costing.work_out"


def work_out(
    uow: Session,
    *,
    product: str,
    sheet: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
    assumptions: int | None = None,
) -> CostSheet:
    """A new sheet of a product, or of one of its versions; earlier ones stay.

    ``assumptions``: id of approved ones; without it those in force today for the currency of the sheet. 404 where
    product or version is not there; 422, located, for two currencies, a term that cannot be priced, or assumptions
    that are not approved.
    """
    require(actor, WORK_OUT)
    found, on = product_by_code(uow, product), _assumptions(uow, sheet["currency"], assumptions, now)
    terms = _terms(uow, product, version, now)
    _one_currency(sheet, {f"{sheets.AT}/currency": terms.get("currency"), "/assumptions": on.currency})
    result = sheets.result_of(sheets.plan_of(sheet, on.content, costing.side_of(found.family)))
    return _kept(uow, found, version, on, sheet, result, actor, now)


def _assumptions(uow: Session, currency: str, wanted: int | None, now: datetime) -> FinanceAssumptions:
    if wanted is None:
        on = queries.assumptions_in_force(uow, currency, clock.accounting_date(now))
        if on is None:
            raise invalid(
                f"{sheets.AT}/currency",
                N_("Finance has approved no assumptions for this currency yet."),
                code="no_assumptions",
            )
        return on
    found = uow.get(FinanceAssumptions, wanted)
    if found is None or found.state != "approved":
        raise invalid("/assumptions", N_("There are no approved assumptions of this number."), code="not_approved")
    return found


def _terms(uow: Session, product: str, version: int | None, now: datetime) -> Mapping[str, Any]:
    """The terms of the version, else those in force; nothing for a product whose terms are not fixed."""
    if version is not None:
        on: ProductVersion | None = version_by_number(uow, product, version)
    else:
        on = version_in_force(uow, product, at=now)
    terms: Mapping[str, Any] = (on.content.get("terms") if on else None) or {}
    return terms


def _one_currency(sheet: Mapping[str, Any], known: Mapping[str, str | None]) -> None:
    faults = list(sheets.currency_faults(sheet, {place: found for place, found in known.items() if found}))
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)


def _kept(
    uow: Session,
    product: Product,
    version: int | None,
    on: FinanceAssumptions,
    sheet: Mapping[str, Any],
    result: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> CostSheet:
    about = {"product": product.code, "version": version, "assumptions": on.content_hash}
    row = CostSheet(
        product_code=product.code, version=version, assumptions=on, inputs=dict(sheet), result=dict(result),
        content_hash=content_hash({**about, "inputs": sheet, "result": result}),
        worked_out_by=actor.username, worked_out_at=now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    told = {"sheet": row.number, "version": version, "assumptions": on.number, "content_hash": row.content_hash}
    entry = audit.Entry("cost_sheet.worked_out", actor.username, now, {**told, "margin": result["margin"]})
    audit.record(uow, f"cost_sheet:{row.id}", [entry])
    return row
