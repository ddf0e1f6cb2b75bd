"""One product: what is on sale in plain words, its versions on a time line, its life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy import select

from app.identity.directory import names_of
from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.audit import AuditEvent
from app.kernel.database import session
from app.modules.catalogue import queries
from app.modules.catalogue.models import Availability, ProductVersion, SaleStop
from app.modules.catalogue.queries.launch_times import launched_at
from app.modules.catalogue.rules.difference import changed, difference
from app.modules.catalogue.rules.scopes import Cell, together
from app.modules.catalogue.rules.states import PUBLISHED, SUSPEND
from app.modules.catalogue.services.records import stream
from app.modules.catalogue.types import Group, ProductType, product_type
from app.modules.catalogue.views.base import departments, now, pages, unit_names
from app.modules.catalogue.views.blocks import BLOCKS

SHOWN_VERSIONS = 12


@dataclass(frozen=True)
class Step:
    """A version on the time line, with what it changes beside the one it was based on or replaced."""

    version: ProductVersion
    state: str
    beside: int | None
    groups: Sequence[tuple[Group, int]]


@pages.get("/products/<code>")
@signed_in
def one_product(code: str) -> Any:
    """What is on sale now, versions, availability, life so far."""
    require(current_actor(), "product.see")
    product = queries.product_by_code(session(), code)
    versions = queries.versions_of(session(), product.code, limit=SHOWN_VERSIONS + 1)
    live = queries.version_in_force(session(), product.code, at=now())
    cells = queries.availability_of(session(), product.code, at=now())
    stops = queries.stops_of(session(), product.code, at=now())
    status = queries.status_at(session(), product.code, now()) or product.status
    may_suspend = allowed(current_actor(), SUSPEND, Facts(owner_department=product.owner_department))
    life = _life(product.code)
    return render_template(
        "catalogue/product.html",
        product=product,
        type=product_type(product.type),
        status=status,
        stops=_stops(stops),
        launched=launched_at(session(), product, now()),
        may_copy=allowed(current_actor(), "product.create"),
        may_suspend=may_suspend and status == "on_sale",
        live=live,
        shown=live or versions[0],
        steps=[_step(version, versions, now()) for version in versions[:SHOWN_VERSIONS]],
        more=len(versions) > SHOWN_VERSIONS,
        blocks=_blocks(cells),
        units=unit_names(session(), _units(cells) | {stop.unit for stop in stops if stop.unit}),
        owners=departments(session()),
        added=[block(product.code) for block in BLOCKS],
        life=life,
        people=names_of(session(), (event.actor for event in life)),
    )


@dataclass(frozen=True)
class Block:
    """Cells of one version and one period that read as one line."""

    version: ProductVersion
    pilot: bool
    valid_from: datetime
    valid_to: datetime
    unit: str | None
    channels: Sequence[str | None]
    groups: Sequence[str | None]


def _blocks(cells: Sequence[tuple[Availability, ProductVersion]]) -> list[Block]:
    periods: dict[tuple[int, bool, datetime, datetime], list[Cell]] = {}
    versions = {version.id: version for _, version in cells}
    for row, version in cells:
        period = (version.id, row.pilot, row.valid_from, row.valid_to)
        periods.setdefault(period, []).append(Cell(row.unit, row.channel, row.customer_group))
    return [
        Block(versions[period[0]], *period[1:], *block)
        for period, found in periods.items()
        for block in together(found)
    ]


@dataclass(frozen=True)
class Stop:
    """Where sales are stopped by one suspension, in a unit."""

    cause: str
    since: datetime
    unit: str | None
    channels: Sequence[str | None]
    groups: Sequence[str | None]


def _stops(rows: Sequence[SaleStop]) -> list[Stop]:
    found: dict[tuple[str, datetime], list[Cell]] = {}
    for row in rows:
        found.setdefault((row.cause, row.valid_from), []).append(Cell(row.unit, row.channel, row.customer_group))
    return [
        Stop(cause, since, unit, channels, groups)
        for (cause, since), cells in found.items()
        for unit, channels, groups in together(cells)
    ]


def _units(cells: Sequence[tuple[Availability, ProductVersion]]) -> set[str]:
    return {cell.unit for cell, _ in cells if cell.unit}


def _step(version: ProductVersion, versions: Sequence[ProductVersion], at: datetime) -> Step:
    base = _base(version, versions)
    found = product_type(version.content["type"])
    if base is None:
        return Step(version, state_shown(version, at), None, ())
    return Step(version, state_shown(version, at), base.number, _touched(found, base, version))


def _base(version: ProductVersion, versions: Sequence[ProductVersion]) -> ProductVersion | None:
    """What it was based on; for a version of an opening load, the one it replaced."""
    if version.based_on is not None:
        return next((v for v in versions if v.number == version.based_on), None)
    return next((v for v in versions if v.valid_to is not None and v.valid_to == version.valid_from), None)


def _touched(found: ProductType, old: ProductVersion, new: ProductVersion) -> list[tuple[Group, int]]:
    counts = Counter(change.group for change in changed(difference(old.content, new.content)))
    return [(group, counts[group.key]) for group in found.groups if counts[group.key]]


def state_shown(version: ProductVersion, at: datetime) -> str:
    """Before its instant a published version is approved; until its end a replaced one is live (rule 10)."""
    if version.state not in PUBLISHED:
        return version.state
    if version.valid_from is not None and version.valid_from > at:
        return "approved"
    return "live" if version.valid_to is None or version.valid_to > at else "superseded"


def _life(code: str) -> Sequence[AuditEvent]:
    """The product's latest entries in the audit chain."""
    events = select(AuditEvent).where(AuditEvent.stream == stream(code)).order_by(AuditEvent.number.desc())
    return session().scalars(events.limit(20)).all()
