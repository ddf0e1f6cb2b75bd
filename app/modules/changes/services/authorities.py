"""Delegated authority 授权: an executive hands the decision on minor changes to a position, on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.people import people_in
from app.identity.permissions import require
from app.kernel import audit, clock
from app.kernel.errors import Conflict, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.changes.models import DelegatedAuthority

LONGEST = timedelta(days=366)
"""An authority is renewed at least once a year. Bank policy, to be confirmed."""


def stream(authority: DelegatedAuthority) -> str:
    """The audit stream of an authority."""
    return f"authority:{authority.id}"


def grant(uow: Session, *, terms: Mapping[str, Any], actor: Actor, now: datetime) -> DelegatedAuthority:
    """Hand authority to a position, from one day to another, both included.

    ``terms``: ``holder`` (a group such as ``card_centre:head``), ``families``,
    ``max_rate_change_bp``, ``document``, ``valid_from`` and ``valid_to`` (days).
    422 for a holder nobody belongs to, or days that are no period of at most a year.
    """
    require(actor, "authority.grant")
    begins, ends = _period(terms["valid_from"], terms["valid_to"], now)
    if not people_in(uow, [terms["holder"]], limit=1):
        raise invalid("/holder", N_("Nobody belongs to this group."), code="nobody")
    authority = DelegatedAuthority(
        granted_by=actor.username,
        holder=terms["holder"],
        families=sorted(set(terms["families"])),
        max_rate_change_bp=terms["max_rate_change_bp"],
        document=terms["document"],
        valid_from=begins,
        valid_to=ends,
        granted_at=now,
    )
    uow.add(authority)
    uow.flush()
    told = {name: getattr(authority, name) for name in ("holder", "families", "max_rate_change_bp", "document")}
    told |= {"valid_from": begins.isoformat(), "valid_to": ends.isoformat()}
    audit.record(uow, stream(authority), [audit.Entry("authority.granted", actor.username, now, told)])
    return authority


def _period(first: date, last: date, now: datetime) -> tuple[datetime, datetime]:
    if last < first:
        raise invalid("/valid_to", N_("It ends before it begins."), code="no_period")
    if last - first > LONGEST:
        raise invalid("/valid_to", N_("An authority holds for a year at most."), code="too_long")
    if first < clock.accounting_date(now):
        raise invalid("/valid_from", N_("This day has passed."), code="past")
    return max(clock.start_of_day(first), now), clock.start_of_day(last + timedelta(days=1))


def revoke(uow: Session, *, authority_id: int, actor: Actor, now: datetime) -> DelegatedAuthority:
    """End an authority at once; decisions taken under it stand."""
    require(actor, "authority.grant")
    authority = uow.scalars(
        select(DelegatedAuthority).where(DelegatedAuthority.id == authority_id).with_for_update()
    ).one_or_none()
    if authority is None:
        raise NotFound(N_("There is no such authority."))
    if authority.revoked_at is not None:
        raise Conflict(N_("It has been revoked already."), code="revoked")
    authority.revoked_at, authority.revoked_by = now, actor.username
    audit.record(uow, stream(authority), [audit.Entry("authority.revoked", actor.username, now, {})])
    return authority


def authorities(session: Session, *, after: int | None = None, limit: int = 25) -> list[DelegatedAuthority]:
    """At most ``limit`` + 1 authorities, the latest first; ended ones stay as history."""
    rows = select(DelegatedAuthority).order_by(DelegatedAuthority.id.desc()).limit(limit + 1)
    return list(session.scalars(rows.where(DelegatedAuthority.id < after) if after is not None else rows))
