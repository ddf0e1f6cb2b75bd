"""Customers and holdings as they are shown: what identifies somebody is masked."""

from __future__ import annotations

from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.customers.models import Account, Customer, Holding
from app.modules.customers.queries import Sum
from app.modules.customers.rules.eligibility import Point
from app.modules.customers.rules.identifiers import mask, mask_mail


def masked_identity(customer: Customer) -> dict[str, str | None]:
    """Enough to tell that it is the right one, too little to use."""
    number = customer.number
    return {
        "id_number": mask(customer.id_number.open(number), head=3),
        "phone": mask(customer.phone.open(number), head=3) if customer.phone else None,
        "mail": mask_mail(customer.mail.open(number)) if customer.mail else None,
    }


def masked_account(account: Account) -> str:
    return mask(account.number.open(account.reference))


def customer_json(customer: Customer) -> dict[str, Any]:
    plain = ("number", "kind", "name", "id_kind", "contact", "birth_year", "status")
    return {
        **{name: getattr(customer, name) for name in plain},
        **masked_identity(customer),
        "unit": customer.unit_code,
        "segments": [segment.key for segment in customer.segments],
        "since": customer.since.isoformat(),
    }


def point_json(point: Point) -> dict[str, Any]:
    return {"key": point.key, "bound": point.bound, "met": point.met}


def account_json(account: Account) -> dict[str, Any]:
    return {
        "reference": account.reference,
        "number": masked_account(account),
        "currency": account.currency,
        "unit": account.unit_code,
        "status": account.status,
        "opened_on": account.opened_on.isoformat(),
    }


def holding_json(holding: Holding) -> dict[str, Any]:
    plain = ("id", "version", "currency", "term", "negotiated", "status")
    return {
        **{name: getattr(holding, name) for name in plain},
        "product": holding.product_code,
        "principal": canonical_decimal(holding.principal),
        "opened_on": holding.opened_on.isoformat(),
        "matures_on": holding.matures_on.isoformat() if holding.matures_on else None,
        "last_activity_on": holding.last_activity_on.isoformat(),
    }


def sum_json(found: Sum) -> dict[str, Any]:
    return {
        "version": found.version,
        "status": found.status,
        "currency": found.currency,
        "count": found.count,
        "balance": canonical_decimal(found.balance),
    }
