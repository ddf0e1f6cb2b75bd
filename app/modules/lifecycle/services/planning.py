"""Planning 规划 and development: what was found out, what is aimed at, what was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Invalid, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.services.differences import open_request_on
from app.modules.lifecycle.models import MarketResearch
from app.modules.lifecycle.services import aiming
from app.modules.lifecycle.services.records import note
from app.modules.research.queries import counted
from app.modules.research.rules.enough import missing
from app.workflow.models import Task

BUILT = frozenset({"piloting", "scheduled", "live"})
"""States of a request whose product is built and tested."""


def record_research(uow: Session, product: Product, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Keep what was found out; 422 naming what is missing where nobody was asked who is to buy the product."""
    faults = list(missing(counted(uow, product.code, now)))
    if faults:
        raise Invalid(N_("Gather first, on the page of the product's market research."), faults=faults)
    findings = {key: answers[key] for key in ("needs", "expectations", "competitors", "trends")}
    uow.add(MarketResearch(product_code=product.code, findings=findings, by=actor.username, at=now))
    note(uow, product.code, "life.researched", actor, now, **findings)


def record_strategy(uow: Session, product: Product, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Keep strategy and objectives; 422 with each line of the objectives that cannot be aimed at."""
    aiming.keep(uow, product, given=answers, actor=actor, now=now)


def record_judgement(uow: Session, product: Product, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    decision = str(answers["decision"])
    note(uow, product.code, "life.plan_judged", actor, now, decision=decision, reason=answers.get("reason"))
    return decision


def record_hand_in(uow: Session, product: Product, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    """``in``, ``built`` where it is built already, or ``given_up``; 422 where no request was handed in."""
    if answers["handed"] == "given_up":
        note(uow, product.code, "life.given_up", actor, now, reason=answers.get("reason"))
        return "given_up"
    handed = _handed_in(uow, product)
    note(uow, product.code, "life.handed_in", actor, now, handed=handed)
    return handed


def _handed_in(uow: Session, product: Product) -> str:
    latest = (
        select(ChangeRequest)
        .join(ProposedVersion, ProposedVersion.change_request_id == ChangeRequest.id)
        .where(ProposedVersion.product_code == product.code, ChangeRequest.state != "draft")
        .order_by(ChangeRequest.id.desc())
    )
    request = uow.scalar(latest.limit(1))
    if request is None or (request.state not in BUILT and open_request_on(uow, product.code) is None):
        raise invalid("/data/handed", N_("No request over this product has been submitted."), code="no_request")
    return "built" if request.state in BUILT or _is_tested(uow, request) else "in"


def record_materials(
    uow: Session, product: Product, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """The marketing strategy 营销策略 and what is ready of its materials."""
    said = {"summary": answers["strategy"], "materials": answers["materials"]}
    note(uow, product.code, "life.materials_prepared", actor, now, **said)


def record_readiness(
    uow: Session, product: Product, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """The channels 渠道 that are ready, and who was trained."""
    said = {"summary": answers["training"], "channels": answers["channels"]}
    note(uow, product.code, "life.people_prepared", actor, now, **said)


def _is_tested(session: Session, request: ChangeRequest) -> bool:
    """Whether development has passed its tests; a failed test is followed by development again."""
    last = (
        select(Task.element_id)
        .where(Task.instance_id == request.instance_id, Task.element_id.in_(("develop", "test_product")))
        .order_by(Task.id.desc())
    )
    open_ones = select(Task.id).where(
        Task.instance_id == request.instance_id, Task.element_id.in_(("develop", "test_product")), Task.state == "open"
    )
    return session.scalar(last.limit(1)) == "test_product" and session.scalar(open_ones.limit(1)) is None
