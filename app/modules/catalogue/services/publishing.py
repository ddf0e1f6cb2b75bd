"""Approval and publication: what an approved process does to versions. For process handlers only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Conflict, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import FOREVER, Availability, ProductVersion
from app.modules.catalogue.rules.scopes import cells
from app.modules.catalogue.rules.values import parse_instant
from app.modules.catalogue.services.periods import close_sales, open_sales
from app.modules.catalogue.services.records import locked_version, move_version, note, product_of
from app.modules.catalogue.services.status import launch


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
    version = locked_version(uow, version_id)
    if version.content_hash != content_hash:
        raise Conflict(N_("The content changed after it was shown for approval."), code="approval_void")
    move_version(version, "approve", actor)
    version.approval, version.change_class = approval, change_class
    note(
        uow,
        version.product_code,
        "version.approved",
        actor,
        now,
        version=version.number,
        content_hash=content_hash,
        approval=approval,
        change_class=change_class,
    )
    return version


def publish(
    uow: Session, *, version_ids: Sequence[int], effective_at: datetime, actor: Actor, now: datetime
) -> list[ProductVersion]:
    """All versions take effect together at ``effective_at``, or none does.

    The versions they replace are superseded at that instant and their sales end
    with it. An instant in the past is refused: what was on sale stays as it was.
    """
    if effective_at < now:
        raise invalid("/effective_at", N_("Lies in the past."))
    products = {version_id: product_of(uow, version_id) for version_id in version_ids}
    if len(set(products.values())) < len(version_ids):
        raise Conflict(N_("Two versions of one product cannot take effect together."), code="two_versions")
    # Rows are locked in one order, so that two approvals never wait for each other.
    in_order = sorted(products, key=lambda version_id: products[version_id])
    return [_publish(uow, locked_version(uow, v), effective_at, actor, now) for v in in_order]


def _publish(
    uow: Session, version: ProductVersion, effective_at: datetime, actor: Actor, now: datetime
) -> ProductVersion:
    left = move_version(version, "publish", actor)
    replaced = _supersede(uow, version, effective_at, actor)
    version.valid_from, version.valid_to = effective_at, None
    close_sales(uow, [version.id, *(v.id for v in replaced)], at=effective_at, now=now)
    sell_as_written(uow, version, start=effective_at, now=now)
    note(
        uow,
        version.product_code,
        "version.published",
        actor,
        now,
        version=version.number,
        old=left,
        new="live",
        effective=effective_at.isoformat(),
        content_hash=version.content_hash,
        approval=version.approval,
        replaces=[v.number for v in replaced],
    )
    launch(uow, version.product, actor=actor, now=now, at=effective_at)
    return version


def _supersede(uow: Session, version: ProductVersion, effective_at: datetime, actor: Actor) -> Sequence[ProductVersion]:
    live = uow.scalars(
        select(ProductVersion).where(
            ProductVersion.product_code == version.product_code,
            ProductVersion.state == "live",
            ProductVersion.id != version.id,
        )
    ).all()
    for old in live:
        if old.valid_from is not None and old.valid_from >= effective_at:
            raise Conflict(N_("Another version already takes effect at that time or later."), code="already_scheduled")
        move_version(old, "supersede", actor)
        old.valid_to = effective_at
    uow.flush()
    return live


def sell_as_written(uow: Session, version: ProductVersion, *, start: datetime, now: datetime) -> None:
    """Open sales in the scopes and the period that the content names."""
    written = version.content.get("availability") or {}
    begins = max(start, parse_instant(written["sale_from"])) if "sale_from" in written else start
    ends = parse_instant(written["sale_until"]) if "sale_until" in written else FOREVER
    open_sales(uow, version, cells(written.get("scopes", ())), start=begins, end=ends, now=now)


def reject(uow: Session, *, version_id: int, reason: str, actor: Actor, now: datetime) -> ProductVersion:
    """The reviewers or the decision-maker said no."""
    return _leave(uow, version_id, "reject", "version.rejected", reason, actor, now)


def withdraw(uow: Session, *, version_id: int, reason: str, actor: Actor, now: datetime) -> ProductVersion:
    """The initiator takes the version back; a running pilot stops selling."""
    return _leave(uow, version_id, "withdraw", "version.withdrawn", reason, actor, now)


def _leave(
    uow: Session, version_id: int, verb: str, action: str, reason: str, actor: Actor, now: datetime
) -> ProductVersion:
    version = locked_version(uow, version_id)
    left = move_version(version, verb, actor)
    close_sales(uow, [version.id], at=now, now=now)
    note(
        uow,
        version.product_code,
        action,
        actor,
        now,
        version=version.number,
        old=left,
        new=version.state,
        reason=reason,
    )
    return version


def is_sold_elsewhere(uow: Session, version: ProductVersion, now: datetime) -> bool:
    """Whether another version of the product is, or will be, on sale."""
    other = select(Availability.id).where(
        Availability.product_code == version.product_code,
        Availability.version_id != version.id,
        Availability.recorded_to == FOREVER,
        Availability.valid_to > now,
    )
    return uow.scalar(other.limit(1)) is not None
