"""Setting strategy and objectives of a product that is followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy.orm import Session

from app.identity.permissions import Facts, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, refuse_stale, typed
from app.modules.catalogue.queries import product_by_code
from app.modules.lifecycle import services
from app.modules.lifecycle.rules.aims import written
from app.modules.lifecycle.rules.measures import measures_of
from app.modules.lifecycle.schemas import NewObjectives
from app.modules.lifecycle.services.measuring import aim_of, latest_strategy, objectives_of
from app.modules.lifecycle.views.base import pages, told

OBJECTIVES = "/products/<code>/objectives"


@pages.get(OBJECTIVES)
@signed_in
def objectives_form(code: str) -> Any:
    return _form(code, _set_before(code))


@pages.post(OBJECTIVES)
@signed_in
def set_objectives(code: str) -> Any:
    sent = typed()
    given: dict[str, Any] = {name: sent.get(name, "") for name in ("strategy", "objectives")}
    given["target_groups"] = request.form.getlist("target_groups")
    try:
        new = loaded(NewObjectives(), given)
        with unit_of_work() as uow:
            refuse_stale(_seen(uow, code))
            services.set_objectives(uow, product_code=code, given=new, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _form(code, {**given, "seen": sent.get("seen", "")}, error)
    flash(gettext(N_("Strategy and objectives are set.")), "success")
    return redirect(f"/products/{code}/life#objectives", 303)


def _seen(uow: Session, code: str) -> int:
    last = latest_strategy(uow, code)
    return last.id if last else 0


def _set_before(code: str) -> dict[str, Any]:
    """What was set last, for it to be changed; objectives whose day has come are left out."""
    last, today = latest_strategy(session(), code), accounting_date(g.now)
    if last is None:
        return {"seen": 0}
    aims = [aim_of(one) for one in objectives_of(session(), last) if one.due_on > today]
    return {
        "seen": last.id,
        "strategy": last.text,
        "target_groups": last.target_groups,
        "objectives": "\n".join(written(aim) for aim in aims),
    }


def _form(code: str, sent: Mapping[str, Any], error: DomainError | None = None) -> Any:
    end_read()
    product = product_by_code(session(), code)
    require(current_actor(), "life.aim", Facts(owner_department=product.owner_department))
    page = render_template(
        "lifecycle/objectives.html",
        product=product,
        sent=sent,
        measures=measures_of(product.family),
        error=error,
        **told(),
    )
    return page, error.status if error else 200
