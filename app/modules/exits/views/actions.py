"""What is done on the page of an exit: stop the batches, withdraw, decide on an exception."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request

from app.identity.web import current_actor, signed_in
from app.kernel.database import unit_of_work
from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.changes.views.base import EXPLAINED, text_of
from app.modules.exits import services
from app.modules.exits.views.base import (
    DECISIONS,
    pages,
)
from app.modules.exits.views.page import shown


@pages.post("/exits/<number>/<any(hold,resume):verb>")
@signed_in
def batches(number: str, verb: str) -> Any:
    """An operator stops the batches, or lets them go on."""
    act = services.hold if verb == "hold" else services.resume
    with unit_of_work() as uow:
        act(uow, number=number, actor=current_actor(), now=g.now)
    return redirect(f"/exits/{number}", 303)


@pages.post("/exits/<number>/withdraw")
@signed_in
def withdraw(number: str) -> Any:
    try:
        with unit_of_work() as uow:
            reason = text_of("reason", most=2000)
            services.withdraw(uow, number=number, reason=reason, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return shown(number, error)
    return redirect(f"/exits/{number}", 303)


@pages.post("/exits/<number>/items/<int:holding>")
@signed_in
def decide(number: str, holding: int) -> Any:
    """The named person decides on one exception."""
    decision = request.form.get("decision", "")
    try:
        if decision not in DECISIONS:
            raise invalid("/decision", N_("This is required."), code="required")
        with unit_of_work() as uow:
            said = {"decision": decision, "reason": text_of("reason", most=2000)}
            services.decide_exception(uow, number=number, holding=holding, actor=current_actor(), now=g.now, **said)
    except EXPLAINED as error:
        return shown(number, error)
    if request.form.get("back") == "holdings":
        return redirect(f"/exits/{number}/holdings?state=exception", 303)
    return redirect(f"/exits/{number}", 303)
