"""A small catalogue that is on sale, in the demo bank, for playing cases on."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.demo import demo_actor
from app.modules.catalogue import services as catalogue


def rate(percent: str) -> dict[str, str]:
    return {"value": percent, "unit": "percent", "period": "P1Y", "day_count": "ACT/360"}


TIME_DEPOSIT: Mapping[str, Any] = {
    "type": "time_deposit",
    "basics": {"name": {"en": "Time deposit", "zh": "整存整取"}},
    "terms": {"currency": "CNY", "minimum": {"amount": "50", "currency": "CNY"}},
    "rates": {"tiers": [{"kind": "fixed", "term": "P1Y", "rate": rate("1.55")}]},
    "documents": {"documents": [{"kind": "terms", "title": "Terms 2026"}]},
}
LOAN: Mapping[str, Any] = {
    "type": "housing_loan",
    "basics": {"name": {"en": "Housing loan", "zh": "个人住房贷款"}},
    "terms": {"currency": "CNY"},
    "rates": {"tiers": [{"kind": "variable", "rate": rate("3.35")}]},
}
WEALTH: Mapping[str, Any] = {
    "type": "wealth_bond",
    "basics": {"name": {"en": "Bond wealth", "zh": "债券型理财"}},
    "investment": {"direction": {"en": "Bonds", "zh": "债券"}},
    "benchmark": {"basis": {"en": "Measured", "zh": "测算"}},
    "risk": {"issuer_rating": "R2", "seller_rating": "R2"},
}
GOLD: Mapping[str, Any] = {
    "type": "gold_account",
    "basics": {"name": {"en": "Paper gold", "zh": "纸黄金"}},
    "risk": {"issuer_rating": "R3", "seller_rating": "R3"},
}

INSURANCE: Mapping[str, Any] = {
    "type": "agency_insurance",
    "basics": {"name": {"en": "Term life insurance", "zh": "定期寿险"}},
    "terms": {"currency": "CNY", "minimum": {"amount": "1000", "currency": "CNY"}},
    "insurance": {
        "insurer": "太平洋人寿",
        "kind": "life",
        "design": "ordinary",
        "premium": ["yearly"],
        "cooling_off": "P15D",
    },
    "agency": {"commission": "0.12"},
    "risk": {"seller_rating": "R1"},
}
"""What the bank sells for an insurer, before its partner is admitted."""


def riskier(content: Mapping[str, Any], rating: str) -> dict[str, Any]:
    """The same product at another risk rating."""
    changed = deepcopy(dict(content))
    changed["risk"]["seller_rating"] = rating
    return changed


def dearer(content: Mapping[str, Any], percent: str) -> dict[str, Any]:
    """The same product at another rate."""
    changed = deepcopy(dict(content))
    changed["rates"]["tiers"][0]["rate"]["value"] = percent
    return changed


person = demo_actor


def create(uow: Session, code: str, content: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """The concept of a new product, with its first draft."""
    catalogue.create_product(uow, code=code, content=content, actor=actor, now=now)


def put_on_sale(uow: Session, code: str, content: Mapping[str, Any], owner: Actor, now: datetime) -> None:
    """A product with one live version."""
    _, version = catalogue.create_product(uow, code=code, content=content, actor=owner, now=now)
    version = catalogue.submit(uow, version_id=version.id, actor=owner, now=now)
    catalogue.approve(
        uow,
        version_id=version.id,
        content_hash=version.content_hash,
        approval="opening load",
        change_class="opening",
        actor=owner,
        now=now,
    )
    catalogue.publish(uow, version_ids=[version.id], effective_at=now, actor=owner, now=now)


def put_live(uow: Session, product: str, content: Mapping[str, Any], effective_at: datetime, now: datetime) -> None:
    """Another version of a product goes live, without a change request."""
    owner = person(uow, "zhao.heng")
    version = catalogue.draft_version(uow, product_code=product, content=content, actor=owner, now=now)
    version = catalogue.submit(uow, version_id=version.id, actor=owner, now=now)
    catalogue.approve(
        uow,
        version_id=version.id,
        content_hash=version.content_hash,
        approval="test",
        change_class="minor",
        actor=owner,
        now=now,
    )
    catalogue.publish(uow, version_ids=[version.id], effective_at=effective_at, actor=owner, now=now)
