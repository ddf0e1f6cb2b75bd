"""Performance evaluation 绩效评价 and what follows from it: a change is drafted, or an exit is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.services import actor_named
from app.kernel import outbox
from app.kernel.errors import Conflict, DomainError
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import versions_in_force
from app.modules.changes import services as changes
from app.modules.exits import services as exits
from app.modules.exits.services.proposing import open_exit
from app.modules.lifecycle.models import PerformanceEvaluation
from app.modules.lifecycle.services.measuring import measure_again
from app.modules.lifecycle.services.records import note
from app.workflow.models import ProcessInstance

CONCLUDED = "The performance evaluation concluded that the product is given up."


def evaluation_of(session: Session, instance: ProcessInstance) -> PerformanceEvaluation:
    """The evaluation of its case."""
    session.flush()
    found = select(PerformanceEvaluation).where(PerformanceEvaluation.instance_id == instance.id)
    return session.scalars(found.order_by(PerformanceEvaluation.id.desc()).limit(1)).one()


def record_evaluation(
    uow: Session, row: PerformanceEvaluation, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """Measured anew, so that what was read since the evaluation began counts."""
    measure_again(uow, row, now)
    row.conclusion, row.summary = str(answers["conclusion"]), answers["summary"]
    row.evaluated_by, row.evaluated_at = actor.username, now
    said = {"conclusion": row.conclusion, "summary": row.summary, "measured": row.measured}
    note(uow, row.product_code, "life.evaluated", actor, now, **said)
    return row.conclusion


def record_note(
    uow: Session, row: PerformanceEvaluation, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    if answers["note"] == "noted":
        row.noted_by, row.noted_at = actor.username, now
    note(uow, row.product_code, f"life.evaluation_{answers['note']}", actor, now, remark=answers.get("remark"))
    return str(answers["note"])


def draft_change(uow: Session, row: PerformanceEvaluation, *, actor: Actor, now: datetime) -> int | None:
    """A draft of a change for whoever evaluated; where none can be made, the owning department is told why."""
    product = uow.get_one(Product, row.product_code)
    author = actor_named(uow, row.evaluated_by or "") or actor
    live = versions_in_force(uow, [product.code], at=now).get(product.code)
    driver = {"kind": "internal", "department": product.owner_department or "", "reason": row.summary or ""}
    try:
        if live is None:
            raise Conflict(N_("Nothing of the product is on sale."), code="not_on_sale")
        with uow.begin_nested():
            wanted = [changes.Wanted(product=product.code, content=live.content)]
            request = changes.create_draft(uow, wanted=wanted, details={"driver": driver}, actor=author, now=now)
        row.change_request_id = request.id
    except DomainError as error:
        _tell(uow, product, "optimisation_not_drafted", now, reason=str(error))
    else:
        _tell(uow, product, "optimisation_drafted", now, number=request.number)
    said = {"request": row.change_request_id}
    note(uow, product.code, "life.change_drafted", actor, now, **said)
    return row.change_request_id


def _tell(uow: Session, product: Product, what: str, now: datetime, **more: Any) -> None:
    payload = {"to_group": product.owner_department, "what": what, "product": product.code, **more}
    outbox.put(uow, topic="people.told", payload={**payload, "path": f"/products/{product.code}/life"}, now=now)


def open_an_exit(uow: Session, product: Product, *, actor: Actor, now: datetime) -> None:
    """The exit that the evaluation concluded; one that somebody proposed already is taken."""
    if open_exit(uow, product.code) is not None:
        return
    rows = select(PerformanceEvaluation).where(PerformanceEvaluation.product_code == product.code)
    last = uow.scalar(rows.order_by(PerformanceEvaluation.id.desc()).limit(1))
    author = actor_named(uow, last.evaluated_by or "") if last is not None else None
    reason = last.summary if last is not None and last.summary else CONCLUDED
    exits.propose(uow, product_code=product.code, reason=reason, actor=author or actor, now=now)
