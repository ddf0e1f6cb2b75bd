"""Approval and publication: what an approved process does to versions. For process handlers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Conflict, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import FOREVER, Availability, ProductVersion
from app.modules.catalogue.queries.sale import unit_paths
from app.modules.catalogue.rules.scopes import Cell, Paths, as_scopes, cells, within
from app.modules.catalogue.rules.values import parse_instant
from app.modules.catalogue.services.periods import Row, close_sales, open_sales, sales
from app.modules.catalogue.services.records import locked_versions, move_version, note_each
from app.modules.catalogue.services.status import launch, roll_back_launch


def approve(
    uow: Session,
    *,
    version_id: int,
    content_hash: str,
    approval: str,
    change_class: str,
    actor: Actor,
    now: datetime,
) -> ProductVersion:
    """in_review → approved. ``content_hash`` is what the approver was shown; another one is a 409 (rule 6)."""
    shown = {version_id: content_hash}
    return approve_all(uow, shown=shown, approval=approval, change_class=change_class, actor=actor, now=now)[0]


def approve_all(
    uow: Session, *, shown: Mapping[int, str], approval: str, change_class: str, actor: Actor, now: datetime
) -> list[ProductVersion]:
    """The same for several versions, all or none. ``shown``: version id → content hash the approver was shown."""
    versions = locked_versions(uow, list(shown))
    for version in versions:
        if version.content_hash != shown[version.id]:
            raise Conflict(N_("The content changed after it was shown for approval."), code="approval_void")
        move_version(version, "approve", actor)
        version.approval, version.change_class = approval, change_class
    facts = {"approval": approval, "change_class": change_class}
    said = [(v.product_code, {"version": v.number, "content_hash": v.content_hash, **facts}) for v in versions]
    note_each(uow, "version.approved", actor, now, said)
    return versions


@dataclass(frozen=True)
class Wave:
    """A part of where a version is to be sold, from an instant before it is sold everywhere."""

    scopes: Sequence[Mapping[str, Any]]
    at: datetime


def publish(
    uow: Session,
    *,
    version_ids: Sequence[int],
    effective_at: datetime,
    actor: Actor,
    now: datetime,
    waves: Sequence[Wave] = (),
) -> list[ProductVersion]:
    """All versions take effect together at ``effective_at``, or none does.

    The versions they replace are superseded at that instant and their sales end
    with it. An instant in the past is refused: what was on sale stays as it was.
    In the scopes of ``waves`` the versions are sold earlier; those they replace
    stay on sale in the scopes not yet reached, where the newer one is not.
    """
    if effective_at < now:
        raise invalid("/effective_at", N_("Lies in the past."))
    versions = locked_versions(uow, version_ids)
    if len({v.product_code for v in versions}) < len(versions):
        raise Conflict(N_("Two versions of one product cannot take effect together."), code="two_versions")
    left = {version.id: move_version(version, "publish", actor) for version in versions}
    replaced = _supersede(uow, versions, effective_at, actor)
    for version in versions:
        version.valid_from, version.valid_to = effective_at, None
    _sell_instead(uow, versions, replaced, effective_at, now)
    early = _sell_early(uow, versions, waves, effective_at, now)
    said = [
        (v.product_code, {**_published(v, left[v.id], replaced.get(v.product_code, ())), **early.get(v.id, {})})
        for v in versions
    ]
    note_each(uow, "version.published", actor, now, said)
    first = min([effective_at, *(max(wave.at, now) for wave in waves)])
    launch(uow, [v.product for v in versions], actor=actor, now=now, at=first)
    return versions


def _published(version: ProductVersion, left: str, replaced: Sequence[ProductVersion]) -> dict[str, Any]:
    assert version.valid_from is not None
    return {
        "version": version.number,
        "old": left,
        "new": version.state,
        "effective": version.valid_from.isoformat(),
        "content_hash": version.content_hash,
        "approval": version.approval,
        "replaces": [v.number for v in replaced],
    }


def _supersede(
    uow: Session, versions: Sequence[ProductVersion], effective_at: datetime, actor: Actor
) -> dict[str, list[ProductVersion]]:
    """The live versions give way; by product."""
    live = select(ProductVersion).where(
        ProductVersion.product_code.in_([v.product_code for v in versions]),
        ProductVersion.state == "live",
        ProductVersion.id.not_in([v.id for v in versions]),
    )
    found: dict[str, list[ProductVersion]] = {}
    products = [v.product for v in versions]  # held, so that those of the replaced need not be read again
    for old in uow.scalars(live.order_by(ProductVersion.product_code, ProductVersion.number)).all():
        if old.valid_from is not None and old.valid_from >= effective_at:
            raise Conflict(N_("Another version already takes effect at that time or later."), code="already_scheduled")
        move_version(old, "supersede", actor)
        old.valid_to = effective_at
        found.setdefault(old.product_code, []).append(old)
    del products
    uow.flush()
    return found


def _sell_instead(
    uow: Session,
    versions: Sequence[ProductVersion],
    replaced: Mapping[str, Sequence[ProductVersion]],
    at: datetime,
    now: datetime,
) -> None:
    """From ``at`` on the versions are sold as written, and those they replace, like their own pilots, no more."""
    ended = [*versions, *(old for several in replaced.values() for old in several)]
    close_sales(uow, [v.id for v in ended], at=at, now=now)
    open_sales(uow, [row for v in versions for row in _as_written(v, start=at, now=now)])


def _sell_early(
    uow: Session, versions: Sequence[ProductVersion], waves: Sequence[Wave], last: datetime, now: datetime
) -> dict[int, dict[str, Any]]:
    """The waves of each version, clipped to where it is to be sold, as its chain tells them."""
    paths = unit_paths(uow) if waves else {}
    rows: list[Row] = []
    said: dict[int, dict[str, Any]] = {}
    for version in versions if waves else ():
        found = []
        for wave in waves:
            made = _as_written(version, start=max(wave.at, now), now=now, until=last, only=(cells(wave.scopes), paths))
            rows += made
            where = as_scopes([Cell(r["unit"], r["channel"], r["customer_group"]) for r in made])
            if made:
                begins, ends = made[0]["valid_from"], made[0]["valid_to"]
                found.append({"from": begins.isoformat(), "until": ends.isoformat(), "scopes": where})
        said[version.id] = {"waves": found}
    if rows:
        open_sales(uow, rows)
    return said


def sell_as_written(uow: Session, version: ProductVersion, *, start: datetime, now: datetime) -> None:
    """Open sales in the scopes and the period that the content names."""
    open_sales(uow, _as_written(version, start=start, now=now))


def _as_written(
    version: ProductVersion,
    *,
    start: datetime,
    now: datetime,
    until: datetime = FOREVER,
    only: tuple[Sequence[Cell], Paths] | None = None,
) -> list[Row]:
    written = version.content.get("availability") or {}
    begins = max(start, parse_instant(written["sale_from"])) if "sale_from" in written else start
    ends = min(until, parse_instant(written["sale_until"])) if "sale_until" in written else until
    where = cells(written.get("scopes", ()))
    if only is not None:
        where = within(only[0], where, only[1])
    return sales(version, where, start=begins, end=ends, now=now)


def reject(uow: Session, *, version_id: int, reason: str, actor: Actor, now: datetime) -> ProductVersion:
    """The reviewers or the decision-maker said no."""
    return reject_all(uow, version_ids=[version_id], reason=reason, actor=actor, now=now)[0]


def reject_all(
    uow: Session, *, version_ids: Sequence[int], reason: str, actor: Actor, now: datetime
) -> list[ProductVersion]:
    """The same for several versions."""
    return _leave(uow, version_ids, "reject", "version.rejected", reason, actor, now)


def withdraw(uow: Session, *, version_id: int, reason: str, actor: Actor, now: datetime) -> ProductVersion:
    """The initiator takes the version back; a running pilot stops selling."""
    return withdraw_all(uow, version_ids=[version_id], reason=reason, actor=actor, now=now)[0]


def withdraw_all(
    uow: Session, *, version_ids: Sequence[int], reason: str, actor: Actor, now: datetime
) -> list[ProductVersion]:
    """The same for several versions."""
    return _leave(uow, version_ids, "withdraw", "version.withdrawn", reason, actor, now)


def _leave(
    uow: Session, version_ids: Sequence[int], verb: str, action: str, reason: str, actor: Actor, now: datetime
) -> list[ProductVersion]:
    versions = locked_versions(uow, version_ids)
    left = {version.id: move_version(version, verb, actor) for version in versions}
    close_sales(uow, version_ids, at=now, now=now)
    take_back(uow, [v for v in versions if left[v.id] == "piloting"], actor=actor, now=now)
    said = [
        (v.product_code, {"version": v.number, "old": left[v.id], "new": v.state, "reason": reason}) for v in versions
    ]
    note_each(uow, action, actor, now, said)
    return versions


def take_back(uow: Session, versions: Sequence[ProductVersion], *, actor: Actor, now: datetime) -> None:
    """Versions that are piloted no more: a product of which nothing else is sold was not launched after all."""
    kept = _sold_elsewhere(uow, versions, now)
    gone = [v.product for v in versions if v.product.status == "on_sale" and v.product_code not in kept]
    roll_back_launch(uow, gone, actor=actor, now=now)


def _sold_elsewhere(uow: Session, versions: Sequence[ProductVersion], now: datetime) -> set[str]:
    """The products of which another version is, or will be, on sale."""
    other = select(Availability.product_code).where(
        Availability.product_code.in_([v.product_code for v in versions]),
        Availability.version_id.not_in([v.id for v in versions]),
        Availability.recorded_to == FOREVER,
        Availability.valid_to > now,
    )
    return set(uow.scalars(other.distinct()))
