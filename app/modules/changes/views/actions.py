"""What can be done with a request from its page. Each posts to the service that the API calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, request
from sqlalchemy.orm import Session

from app.identity.web import current_actor, signed_in
from app.kernel.database import unit_of_work
from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_, gettext
from app.modules.catalogue.views import typed
from app.modules.changes import services
from app.modules.changes.rules.interim import COMPARISON, PILOT, READINGS
from app.modules.changes.views.base import EXPLAINED, REQUEST, now, pages, text_of, to
from app.modules.changes.views.page import show


def _act(request_id: int, act: Callable[[Session], Any], done: str, about: str) -> Any:
    """Do it, say so, and show the request as it is now; a refusal stands beside what was typed."""
    try:
        with unit_of_work() as uow:
            act(uow)
    except EXPLAINED as error:
        return show(request_id, error, about)
    flash(gettext(done), "success")
    return to(f"/requests/{request_id}")


def _who_and_when(request_id: int) -> dict[str, Any]:
    return {"request_id": request_id, "actor": current_actor(), "now": now()}


@pages.post(f"{REQUEST}/withdraw")
@signed_in
def withdraw(request_id: int) -> Any:
    """Withdraw 撤回 my request; the reason is kept."""
    return _act(
        request_id,
        lambda uow: services.withdraw(uow, reason=text_of("reason"), **_who_and_when(request_id)),
        N_("The request was withdrawn."),
        "withdraw",
    )


@pages.post(f"{REQUEST}/conditions/<int:condition_id>/close")
@signed_in
def close_condition(request_id: int, condition_id: int) -> Any:
    """The department that set a condition says how it was met."""
    return _act(
        request_id,
        lambda uow: services.close_condition(
            uow, condition_id=condition_id, grounds=text_of("grounds"), **_who_and_when(request_id)
        ),
        N_("The condition is closed."),
        f"condition-{condition_id}",
    )


@pages.post(f"{REQUEST}/observations")
@signed_in
def observe(request_id: int) -> Any:
    """One dated row of the pilot's results and feedback."""
    return _act(request_id, lambda uow: _observe(uow, request_id), N_("The observation was added."), "observe")


def _observe(uow: Session, request_id: int) -> None:
    file = request.form.get("attachment_id", "")
    services.add_observation(
        uow,
        scope=text_of("scope", most=200),
        side=COMPARISON if request.form.get("side") == COMPARISON else PILOT,
        source=text_of("source", most=200),
        text=text_of("text"),
        readings=_readings(),
        attachment_id=int(file) if file.isascii() and file.isdigit() and len(file) < 16 else None,
        **_who_and_when(request_id),
    )


def _readings() -> dict[str, int]:
    """The counts that were given; ``Invalid`` names each that is none."""
    found, faults = {}, []
    for name in READINGS:
        text = typed.number(request.form.get(name, "").strip())
        if text and text.isascii() and text.isdigit() and len(text) < 10:
            found[name] = int(text)
        elif text:
            faults.append(Fault(f"/{name}", N_("Must be a whole number, zero or more.")))
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    return found


@pages.post(f"{REQUEST}/pilot/stop")
@signed_in
def stop_pilot(request_id: int) -> Any:
    """Risk ends the pilot at once."""
    return _act(
        request_id,
        lambda uow: services.stop_pilot(uow, reason=text_of("reason"), **_who_and_when(request_id)),
        N_("The pilot was stopped; its sales are rolled back."),
        "stop",
    )
