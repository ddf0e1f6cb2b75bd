"""What a personalised plan gives: a holding that is opened while it lasts bears the plan's terms (rule 4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.modules.catalogue.rules.content import Content
from app.modules.customers.models import Customer
from app.modules.customers.services import agreements
from app.modules.families.queries import plans_for
from app.modules.families.rules.figures import figures


@agreements
def agreed_in_plans(session: Session, customer: Customer, product: str, content: Content, day: date) -> dict[str, Any]:
    """By path what plans for the customer or for their group agree; the customer's own plan counts first.

    A term that the version has no more cannot be departed from.
    """
    plans = [plan for plan in plans_for(session, customer, day) if plan.product_code == product]
    agreed = {each["path"]: each["value"] for plan in plans for each in plan.deviations}
    known = figures(content)
    return {path: known[path].as_held(Decimal(value)) for path, value in agreed.items() if path in known}
