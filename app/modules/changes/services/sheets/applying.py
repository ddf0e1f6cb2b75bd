"""Applying a sheet: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.errors import Conflict, Invalid, Stale
from app.kernel.i18n import N_
from app.kernel.spreadsheet import Sheet
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.states import EDITABLE
from app.modules.changes.services.drafts import WRONG, Wanted, save_step
from app.modules.changes.services.records import for_change, note
from app.modules.changes.services.sheets.layout import versions
from app.modules.changes.services.sheets.planning import Plan, Shown, from_values, plan

CHANGED_MEANWHILE = N_("Somebody changed the request after the preview. Upload the sheet again.")
NOT_EDITABLE = N_("The request is %(state)s; it cannot be edited any more.")
MOST_TOLD = 200


def apply(uow: Session, request: ChangeRequest, found: Sheet, *, actor: Actor, now: datetime) -> Plan:
    """Apply a sheet to a request that ``editable`` gave, all of it or nothing: 422 with the address of each refusal."""
    planned = plan(uow, request, found, now)
    _save(uow, request, planned, actor, now)
    return planned


def apply_values(
    uow: Session, *, request_id: int, version: int, values: Sequence[Shown], actor: Actor,
    now: datetime,
) -> Plan:  # fmt: skip
    """Apply what a preview showed: ``(product, attribute, new value, cell)``. 412 if the request changed since."""
    request = editable(uow, request_id, actor)
    if request.version != version:
        raise Stale(CHANGED_MEANWHILE)
    found = from_values(versions(uow, request, now), values)
    _save(uow, request, found, actor, now)
    return found


def editable(session: Session, request_id: int, actor: Actor) -> ChangeRequest:
    """The request, locked, for its initiator while it can be edited: otherwise 404, 403 or 409."""
    request, _ = for_change(session, request_id, actor)
    refuse_closed(request, actor)
    return request


def refuse_closed(request: ChangeRequest, actor: Actor) -> None:
    """403 for anybody but the initiator, 409 once it cannot be edited any more."""
    require(actor, "change.edit", Facts(initiator=request.initiator))
    if request.state not in EDITABLE:
        raise Conflict(NOT_EDITABLE, code="wrong_state", state=request.state)


def _save(uow: Session, request: ChangeRequest, found: Plan, actor: Actor, now: datetime) -> None:
    if found.refusals:
        raise Invalid(WRONG, faults=found.refusals[:MOST_TOLD])
    if not found.contents:
        return
    wanted = [Wanted(product=code, content=content) for code, content in found.contents.items()]
    save_step(uow, request_id=request.id, actor=actor, now=now, wanted=wanted)
    changes = len(found.of("changed"))
    note(uow, request, "change.sheet", actor, now, changes=changes, products=sorted(found.contents))
