"""What a personalised plan gives: a holding that is opened while it lasts bears the plan's terms (rule 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.modules.catalogue.rules.content import Content
from app.modules.customers.models import Customer
from app.modules.customers.services import agreements
from app.modules.families.models import TierPlan
from app.modules.families.rules.figures import figures


@agreements
def agreed_in_plans(session: Session, customer: Customer, product: str, content: Content, day: date) -> dict[str, Any]:
    """By path what plans for the customer or for their group agree; the customer's own plan counts first.

    A term that the version has no more cannot be departed from.
    """
    known, agreed = figures(content), _deviations(session, customer, product, day)
    return {path: known[path].as_held(Decimal(value)) for path, value in agreed.items() if path in known}


def _deviations(session: Session, customer: Customer, product: str, day: date) -> Mapping[str, str]:
    groups = [segment.key for segment in customer.segments]
    theirs = or_(
        TierPlan.customer_id == customer.id, and_(TierPlan.customer_id.is_(None), TierPlan.segment.in_(groups))
    )
    rows = select(TierPlan).where(TierPlan.product_code == product, theirs)
    in_force = rows.where(TierPlan.valid_from <= day, TierPlan.valid_to > day)
    found = sorted(session.scalars(in_force), key=lambda plan: plan.customer_id is not None)
    return {each["path"]: each["value"] for plan in found for each in plan.deviations}
