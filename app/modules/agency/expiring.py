"""An admission that runs out is told in time: to compliance, and to the departments whose products rest on it.

Found by its day, claimed with ``SKIP LOCKED``, told once: the row and the partner's chain say when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from app.identity.actors import SYSTEM
from app.kernel import outbox
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.modules.agency import rules
from app.modules.agency.models import Partner, PartnerAdmission
from app.modules.agency.queries import admissions_of
from app.modules.agency.services import note
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries.products import versions_in_force
from app.modules.changes.services.records import proposed

COMPLIANCE = "compliance:officer"


def run_expiries(now: datetime) -> int:
    """Tell of each admission that runs out soon, in a unit of work of its own; gives how many there were."""
    ids = [row.id for row in session().scalars(_due(now))]
    end_read()
    return sum(_remind(admission_id, now) for admission_id in ids)


def _due(now: datetime) -> Select[PartnerAdmission]:
    """Those nobody was told of, where no later one was decided."""
    later = aliased(PartnerAdmission)
    followed = exists().where(
        later.partner_key == PartnerAdmission.partner_key, later.id > PartnerAdmission.id, later.state != "open"
    )
    return select(PartnerAdmission).where(
        PartnerAdmission.state == "admitted",
        PartnerAdmission.reminded_at.is_(None),
        PartnerAdmission.valid_to <= accounting_date(now) + timedelta(days=rules.TOLD_DAYS_AHEAD),
        ~followed,
    )


def _remind(admission_id: int, now: datetime) -> bool:
    with unit_of_work() as uow:
        mine = _due(now).where(PartnerAdmission.id == admission_id).with_for_update(skip_locked=True)
        row = uow.scalar(mine)
        if row is None:
            # Somebody else is at it, or was.
            return False
        _tell(uow, row, [COMPLIANCE, *_owners(uow, row, now)], now)
        row.reminded_at = now
        return True


def _tell(uow: Session, row: PartnerAdmission, groups: list[str], now: datetime) -> None:
    assert row.valid_to is not None
    said = {"admission": row.number, "day": row.valid_to.isoformat()}
    partner = uow.get_one(Partner, row.partner_key)
    path = f"/products/partners/{partner.key}"
    for group in groups:
        payload = {"to_group": group, "what": "admission_expires", "partner": partner.names, "path": path, **said}
        outbox.put(uow, topic="people.told", payload=payload, now=now)
    note(uow, partner.key, "partner.expiry_told", SYSTEM, now, **said, groups=groups)


def _owners(uow: Session, row: PartnerAdmission, now: datetime) -> list[str]:
    """Departments of products whose terms name an admission of the partner, and of those it was opened for."""
    rows = select(Product.code, Product.owner_department).where(Product.family == rules.FAMILY)
    owners = {code: owner for code, owner in uow.execute(rows)}
    admissions = {each.id for each in admissions_of(uow, row.partner_key)}
    found = {
        owners[code]
        for code, version in versions_in_force(uow, list(owners), at=now).items()
        if rules.named_in(version.content) in admissions
    }
    if row.change_request_id is not None:
        found |= {version.product.owner_department for _, version in proposed(uow, row.change_request_id)}
    return sorted(owner for owner in found if owner)
