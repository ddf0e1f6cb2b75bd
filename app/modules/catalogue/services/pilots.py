"""Pilots 试点: a scope in which the approved version is sold for a time (rule 8). For process handlers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Conflict, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.queries.sale import saleable, unit_paths
from app.modules.catalogue.rules.scopes import Cell, as_scopes, cells, within
from app.modules.catalogue.services.periods import close_sales, extend_sales, open_sales, sales
from app.modules.catalogue.services.publishing import take_back
from app.modules.catalogue.services.records import locked_versions, move_version, note_each
from app.modules.catalogue.services.status import launch


def open_pilot(
    uow: Session,
    *,
    version_ids: Sequence[int],
    scopes: Sequence[Mapping[str, Any]],
    until: datetime,
    actor: Actor,
    now: datetime,
) -> list[ProductVersion]:
    """Sell the approved versions within ``scopes`` from now to ``until`` (excluded).

    ``scopes`` are rows ``{units, channels, groups}``; a scope that covers
    everything is not a pilot. What a scope leaves open means all of where the
    product is sold. One version of a product is piloted at a time.
    """
    if until <= now:
        raise invalid("/until", N_("Lies in the past."))
    if not any(scope.get(key) for scope in scopes for key in ("units", "channels", "groups")):
        raise invalid("/scopes", N_("A pilot needs a scope: units, channels or customer groups."))
    versions = locked_versions(uow, version_ids)
    _refuse_second_pilot(uow, versions)
    for version in versions:
        move_version(version, "pilot", actor)
    where = _clipped(uow, versions, scopes, now)
    open_sales(
        uow,
        [row for v in versions for row in sales(v, where[v.id], start=now, end=until, now=now, pilot=True)],
    )
    said = [
        (v.product_code, {"version": v.number, "scopes": as_scopes(where[v.id]), "until": until.isoformat()})
        for v in versions
    ]
    note_each(uow, "pilot.opened", actor, now, said)
    launch(uow, [v.product for v in versions], actor=actor, now=now, at=now)
    return versions


def _clipped(
    uow: Session, versions: Sequence[ProductVersion], scopes: Sequence[Mapping[str, Any]], now: datetime
) -> dict[int, list[Cell]]:
    """Version id → the cells of the scopes in which its product is sold."""
    wanted, sold, paths = cells(scopes), saleable(uow, versions, at=now), unit_paths(uow)
    found = {v.id: within(wanted, sold[v.product_code], paths) for v in versions}
    if not all(found.values()):
        raise Conflict(N_("The pilot's scope lies where the product is not sold."), code="outside_availability")
    return found


def _refuse_second_pilot(uow: Session, versions: Sequence[ProductVersion]) -> None:
    running = uow.scalar(
        select(ProductVersion.number)
        .where(ProductVersion.product_code.in_([v.product_code for v in versions]), ProductVersion.state == "piloting")
        .limit(1)
    )
    if running is not None:
        raise Conflict(N_("Version %(number)s is being piloted already."), code="second_pilot", number=running)


def extend_pilot(
    uow: Session, *, version_ids: Sequence[int], until: datetime, actor: Actor, now: datetime
) -> list[ProductVersion]:
    """The pilots' sales end at ``until`` instead. How often that may happen is the process's rule."""
    if until <= now:
        raise invalid("/until", N_("Lies in the past."))
    versions = _piloting(uow, version_ids)
    extend_sales(uow, version_ids, until=until, now=now)
    said = [(v.product_code, {"version": v.number, "until": until.isoformat()}) for v in versions]
    note_each(uow, "pilot.extended", actor, now, said)
    return versions


def close_pilot(
    uow: Session, *, version_ids: Sequence[int], passed: bool, actor: Actor, now: datetime
) -> list[ProductVersion]:
    """The pilots were judged. Failed: sales are rolled back at once; contracts stay pinned to their version.

    Passed: a version stays in its scope until it is published or its time is over.
    """
    versions = _piloting(uow, version_ids)
    if not passed:
        _roll_back(uow, versions, actor, now)
    said = [(v.product_code, {"version": v.number, "passed": passed, "new": v.state}) for v in versions]
    note_each(uow, "pilot.closed", actor, now, said)
    return versions


def _roll_back(uow: Session, versions: Sequence[ProductVersion], actor: Actor, now: datetime) -> None:
    for version in versions:
        move_version(version, "fail_pilot", actor)
    close_sales(uow, [v.id for v in versions], at=now, now=now)
    take_back(uow, versions, actor=actor, now=now)


def _piloting(uow: Session, version_ids: Sequence[int]) -> list[ProductVersion]:
    versions = locked_versions(uow, version_ids)
    if any(version.state != "piloting" for version in versions):
        raise Conflict(N_("This version is not being piloted."), code="wrong_state")
    return versions
