"""The verbs, recorders and facts that the drawings of a product's life name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.exits.services.records import of_case
from app.modules.lifecycle.rules import stages
from app.modules.lifecycle.services import evaluating, measuring, planning, records
from app.workflow.models import ProcessInstance, Task
from app.workflow.vocabulary import Context, Known, before_start, card_of, facts, handler, knows, recorder


def _product(context: Context) -> Product:
    return records.product_of(context.uow, context.instance)


@before_start(stages.LIFE, *stages.STAGES)
def refuse_start(uow: Session, process_key: str, business_key: str | None) -> None:
    """A life begins with its product, a stage with the life that has reached it."""
    begins = records.waits_for_case(uow, business_key)
    if not (begins if process_key == stages.LIFE else records.current_life(uow, business_key or "")):
        raise Conflict(N_("This process begins with a product: POST /products/{code}/life."), code="no_product")


@card_of(*stages.STAGES)
def card(uow: Session, business_key: str | None) -> dict[str, Any]:
    """A stage is shown by its product."""
    product = product_by_code(uow, business_key or "")
    return {"title": dict(product.names), "products": [product.code]}


@handler("lifecycle.standing")
def standing(context: Context) -> str:
    product = _product(context)
    return stages.standing(product.status, live=records.is_live(context.uow, product.code))


@facts("lifecycle.evaluation_period")
def evaluation_period(context: Context) -> dict[str, str]:
    return {"family": _product(context).family}


@recorder("lifecycle.record_research")
def record_research(context: Context) -> dict[str, Any]:
    planning.record_research(context.uow, _product(context), **context.said)
    return {}


@recorder("lifecycle.record_strategy")
def record_strategy(context: Context) -> dict[str, Any]:
    planning.record_strategy(context.uow, _product(context), **context.said)
    return {}


@recorder("lifecycle.record_judgement")
def record_judgement(context: Context) -> dict[str, Any]:
    return {"judgement": planning.record_judgement(context.uow, _product(context), **context.said)}


@recorder("lifecycle.record_hand_in")
def record_hand_in(context: Context) -> dict[str, Any]:
    return {"handed": planning.record_hand_in(context.uow, _product(context), **context.said)}


@recorder("lifecycle.record_materials")
def record_materials(context: Context) -> dict[str, Any]:
    planning.record_materials(context.uow, _product(context), **context.said)
    return {}


@recorder("lifecycle.record_readiness")
def record_readiness(context: Context) -> dict[str, Any]:
    planning.record_readiness(context.uow, _product(context), **context.said)
    return {}


@handler("lifecycle.measure")
def measure(context: Context) -> int:
    return measuring.measure(context.uow, _product(context), instance=context.instance, now=context.now).id


@recorder("lifecycle.record_evaluation")
def record_evaluation(context: Context) -> dict[str, Any]:
    row = evaluating.evaluation_of(context.uow, context.instance)
    return {"evaluation": evaluating.record_evaluation(context.uow, row, **context.said)}


@recorder("lifecycle.record_evaluation_note")
def record_evaluation_note(context: Context) -> dict[str, Any]:
    row = evaluating.evaluation_of(context.uow, context.instance)
    return {"note": evaluating.record_note(context.uow, row, **context.said)}


@handler("lifecycle.draft_change")
def draft_change(context: Context) -> int | None:
    row = evaluating.evaluation_of(context.uow, context.instance)
    return evaluating.draft_change(context.uow, row, actor=context.actor, now=context.now)


@handler("lifecycle.open_exit")
def open_exit(context: Context) -> None:
    evaluating.open_an_exit(context.uow, _product(context), actor=context.actor, now=context.now)


@knows("exit_figures")
def exit_figures(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """The margin that was read last stands in the figures of an exit until somebody types another."""
    readings = measuring.readings_known(session, of_case(session, instance).product_code, now)
    margin = next((reading for reading in readings if reading.measure == "margin"), None)
    return Known(values={"margin": canonical_decimal(margin.value)} if margin else {})
