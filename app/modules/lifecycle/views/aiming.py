"""Setting strategy and objectives of a product that is followed."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import Facts, require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, typed
from app.modules.catalogue.queries import product_by_code
from app.modules.lifecycle import services
from app.modules.lifecycle.rules.measures import measures_of
from app.modules.lifecycle.schemas import NewObjectives
from app.modules.lifecycle.views.base import pages, told

OBJECTIVES = "/products/<code>/objectives"


@pages.get(OBJECTIVES)
@signed_in
def objectives_form(code: str) -> Any:
    return _form(code)


@pages.post(OBJECTIVES)
@signed_in
def set_objectives(code: str) -> Any:
    sent = typed()
    given = {**{name: sent.get(name, "") for name in ("strategy", "objectives")}, "target_groups": _groups()}
    try:
        new = loaded(NewObjectives(), given)
        with unit_of_work() as uow:
            services.set_objectives(uow, product_code=code, given=new, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _form(code, error)
    flash(gettext(N_("Strategy and objectives are set.")), "success")
    return redirect(f"/products/{code}/life#objectives", 303)


def _groups() -> list[str]:
    return request.form.getlist("target_groups")


def _form(code: str, error: DomainError | None = None) -> Any:
    end_read()
    product = product_by_code(session(), code)
    require(current_actor(), "life.aim", Facts(owner_department=product.owner_department))
    page = render_template(
        "lifecycle/objectives.html",
        product=product,
        sent=request.form,
        chosen=_groups(),
        measures=measures_of(product.family),
        error=error,
        **told(),
    )
    return page, error.status if error else 200
