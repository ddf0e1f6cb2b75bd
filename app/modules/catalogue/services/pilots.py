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
from app.modules.catalogue.rules.scopes import cells
from app.modules.catalogue.services.periods import close_sales, extend_sales, open_sales
from app.modules.catalogue.services.publishing import is_sold_elsewhere
from app.modules.catalogue.services.records import locked_version, move_version, note
from app.modules.catalogue.services.status import launch, roll_back_launch


def open_pilot(
    uow: Session,
    *,
    version_id: int,
    scopes: Sequence[Mapping[str, Any]],
    until: datetime,
    actor: Actor,
    now: datetime,
) -> ProductVersion:
    """Sell the approved version within ``scopes`` from now to ``until`` (excluded).

    ``scopes`` are rows ``{units, channels, groups}``; a scope that covers
    everything is not a pilot. One version of a product is piloted at a time.
    """
    if until <= now:
        raise invalid("/until", N_("Lies in the past."))
    if not any(scope.get(key) for scope in scopes for key in ("units", "channels", "groups")):
        raise invalid("/scopes", N_("A pilot needs a scope: units, channels or customer groups."))
    version = locked_version(uow, version_id)
    _refuse_second_pilot(uow, version)
    move_version(version, "pilot", actor)
    open_sales(uow, version, cells(scopes), start=now, end=until, now=now, pilot=True)
    note(
        uow,
        version.product_code,
        "pilot.opened",
        actor,
        now,
        version=version.number,
        scopes=[dict(scope) for scope in scopes],
        until=until.isoformat(),
    )
    launch(uow, version.product, actor=actor, now=now, at=now)
    return version


def _refuse_second_pilot(uow: Session, version: ProductVersion) -> None:
    running = uow.scalar(
        select(ProductVersion.number).where(
            ProductVersion.product_code == version.product_code, ProductVersion.state == "piloting"
        )
    )
    if running is not None:
        raise Conflict(N_("Version %(number)s is being piloted already."), code="second_pilot", number=running)


def extend_pilot(uow: Session, *, version_id: int, until: datetime, actor: Actor, now: datetime) -> ProductVersion:
    """The pilot's sales end at ``until`` instead. How often that may happen is the process's rule."""
    if until <= now:
        raise invalid("/until", N_("Lies in the past."))
    version = _piloting(uow, version_id)
    extend_sales(uow, version, until=until, now=now)
    note(uow, version.product_code, "pilot.extended", actor, now, version=version.number, until=until.isoformat())
    return version


def close_pilot(uow: Session, *, version_id: int, passed: bool, actor: Actor, now: datetime) -> ProductVersion:
    """The pilot was judged. Failed: sales are rolled back at once; contracts stay pinned to their version.

    Passed: the version stays in its scope until it is published or its time is over.
    """
    version = _piloting(uow, version_id)
    if not passed:
        move_version(version, "fail_pilot", actor)
        close_sales(uow, [version.id], at=now, now=now)
        if version.product.status == "on_sale" and not is_sold_elsewhere(uow, version, now):
            roll_back_launch(uow, version.product, actor=actor, now=now)
    note(
        uow,
        version.product_code,
        "pilot.closed",
        actor,
        now,
        version=version.number,
        passed=passed,
        new=version.state,
    )
    return version


def _piloting(uow: Session, version_id: int) -> ProductVersion:
    version = locked_version(uow, version_id)
    if version.state != "piloting":
        raise Conflict(N_("This version is not being piloted."), code="wrong_state")
    return version
