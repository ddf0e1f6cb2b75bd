"""A pilot plan held against the records: the tree of units, what is on sale, quotas, the day wished for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue.queries import saleable, unit_paths
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import pilots
from app.modules.changes.services.records import proposed

WRONG = N_("Some of what was entered is not right.")
_FIELDS = {"scopes/0/": "", "comparison/0/": "comparison_", "criteria/": ""}
"""Beginning of a pointer into the plan → how the field of the form begins."""


def ground_of(session: Session, request: ChangeRequest, now: datetime) -> pilots.Ground:
    versions = [version for _, version in proposed(session, request.id)]
    sold = saleable(session, versions, at=now)
    return pilots.Ground(unit_paths(session), sold, [v.content for v in versions])


def faults_of(session: Session, request: ChangeRequest, now: datetime) -> list[Fault]:
    """What is wrong with the plan that the request carries, with pointers into the request."""
    plan = request.pilot_plan
    if not plan:
        return []
    effective = clock.accounting_date(request.effective_at) if request.effective_at else None
    found = pilots.wrong_in(plan, ground_of(session, request, now))
    found += pilots.too_long(plan, clock.accounting_date(now), effective)
    return [replace(fault, pointer=f"/pilot_plan{fault.pointer}") for fault in found]


def refuse_wrong(session: Session, request: ChangeRequest, now: datetime) -> None:
    """422 while drafting."""
    faults = faults_of(session, request, now)
    if faults:
        raise Invalid(WRONG, faults=faults)


def refuse_wrong_answers(session: Session, request: ChangeRequest, plan: dict[str, Any], now: datetime) -> None:
    """The same for a plan that a task's form gave. The day moves with the approval then, so the length is free."""
    faults = pilots.wrong_in(plan, ground_of(session, request, now))
    if faults:
        raise Invalid(WRONG, faults=[replace(fault, pointer=_field(fault.pointer)) for fault in faults])


def _field(pointer: str) -> str:
    inside = pointer.lstrip("/")
    for head, prefix in _FIELDS.items():
        if inside.startswith(head):
            return f"/data/{prefix}{inside.removeprefix(head)}"
    return "/data/units" if inside == pilots.SCOPES else f"/data/{inside}"
