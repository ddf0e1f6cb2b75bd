"""Partners, and the admissions that were decided or are under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.agency.models import Partner, PartnerAdmission
from app.modules.agency.rules import FAMILY, holds, named_in
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries.products import version_in_force
from app.modules.catalogue.rules.values import is_clean

NO_PARTNER = N_("There is no such partner.")


def partners(session: Session, *, after: str = "", limit: int) -> Sequence[Partner]:
    """At most ``limit`` + 1, by key."""
    rows = select(Partner).where(Partner.key > after).order_by(Partner.key).limit(limit + 1)
    return session.scalars(rows).all()


def partner_by_key(session: Session, key: str) -> Partner:
    found = session.get(Partner, key) if is_clean(key) else None
    if found is None:
        raise NotFound(NO_PARTNER)
    return found


def admissions_of(session: Session, partner: str) -> Sequence[PartnerAdmission]:
    """The latest first."""
    rows = select(PartnerAdmission).where(PartnerAdmission.partner_key == partner)
    return session.scalars(rows.order_by(PartnerAdmission.id.desc())).all()


def admission_of_request(session: Session, request_id: int) -> PartnerAdmission | None:
    return session.scalar(select(PartnerAdmission).where(PartnerAdmission.change_request_id == request_id))


def admission_in(session: Session, content: Mapping[str, Any]) -> PartnerAdmission | None:
    """The admission that the terms of a product name."""
    number = named_in(content)
    return session.get(PartnerAdmission, number) if number is not None else None


def admission_behind(session: Session, code: str, *, at: datetime) -> PartnerAdmission | None:
    """The admission that a product rests on at ``at``, if it is one that the bank sells as an agent."""
    if session.get_one(Product, code).family != FAMILY:
        return None
    version = version_in_force(session, code, at=at)
    return admission_in(session, version.content) if version is not None else None


def that_counts(session: Session, partner: str, day: date) -> PartnerAdmission | None:
    """The admission by which the partner is admitted on ``day``: the latest decision, unless it refused or has run out.

    Whichever of its admissions the terms of a product name.
    """
    last = latest_decided(session, partner)
    return last if last is not None and holds(last.state, last.valid_from, last.valid_to, day) else None


def latest_decided(session: Session, partner: str) -> PartnerAdmission | None:
    """What the partner's standing goes by."""
    rows = select(PartnerAdmission).where(PartnerAdmission.partner_key == partner, PartnerAdmission.state != "open")
    return session.scalar(rows.order_by(PartnerAdmission.id.desc()).limit(1))
