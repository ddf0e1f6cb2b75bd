"""The verbs and recorders that the drawing of emergency suspension names."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.suspensions.rules import ENDED
from app.modules.suspensions.services import steps
from app.modules.suspensions.services.ordering import PROCESS
from app.modules.suspensions.services.records import of_case, waits_for_case
from app.workflow.models import ProcessInstance
from app.workflow.vocabulary import Context, before_end, before_start, handler, matter_open, recorder, when_cancelled


@before_start(PROCESS)
def refuse_start(uow: Session, process_key: str, business_key: str | None) -> None:
    """A case begins with the order of its suspension."""
    if not waits_for_case(uow, business_key):
        raise Conflict(
            N_("This process begins with a suspension: POST /products/{code}/suspensions."), code="no_suspension"
        )


@when_cancelled(PROCESS)
def refuse_cancelling(context: Context) -> None:
    """Whoever ordered a suspension cannot lift it by withdrawing its case, nor can an operator."""
    raise Conflict(N_("A suspension is not withdrawn; it ends by its own steps."), code="not_withdrawn")


@before_end(PROCESS)
def refuse_end(uow: Session, instance: ProcessInstance) -> None:
    """Nobody ends the case past the steps that end the suspension."""
    uow.flush()
    if of_case(uow, instance).state not in ENDED:
        raise matter_open()


@handler("suspensions.stop")
def stop(context: Context) -> None:
    steps.stop(context.uow, of_case(context.uow, context.instance), **context.acting)


@recorder("suspensions.record_ratification")
def record_ratification(context: Context) -> dict[str, Any]:
    suspension = of_case(context.uow, context.instance)
    return {"ratification": steps.record_ratification(context.uow, suspension, **context.said)}


@recorder("suspensions.record_remedy")
def record_remedy(context: Context) -> dict[str, Any]:
    steps.record_remedy(context.uow, of_case(context.uow, context.instance), **context.said)
    return {}


@recorder("suspensions.record_proposal")
def record_proposal(context: Context) -> dict[str, Any]:
    suspension = of_case(context.uow, context.instance)
    return {"proposal": steps.record_proposal(context.uow, suspension, **context.said)}


@recorder("suspensions.record_confirmation")
def record_confirmation(context: Context) -> dict[str, Any]:
    suspension = of_case(context.uow, context.instance)
    return {"confirmation": steps.record_confirmation(context.uow, suspension, **context.said)}


@handler("suspensions.resume")
def resume(context: Context) -> None:
    steps.resume(context.uow, of_case(context.uow, context.instance), **context.acting)


@handler("suspensions.hand_over")
def hand_over(context: Context) -> None:
    steps.hand_over(context.uow, of_case(context.uow, context.instance), **context.acting)


@handler("suspensions.take_back")
def take_back(context: Context) -> None:
    steps.take_back(context.uow, of_case(context.uow, context.instance), **context.acting)


@handler("suspensions.end_with_product")
def end_with_product(context: Context) -> None:
    steps.end_with_product(context.uow, of_case(context.uow, context.instance), **context.acting)


@handler("suspensions.remind")
def remind(context: Context) -> None:
    steps.remind(context.uow, of_case(context.uow, context.instance), **context.acting)


@handler("suspensions.escalate")
def escalate(context: Context) -> None:
    steps.escalate(context.uow, of_case(context.uow, context.instance), **context.acting)


@handler("suspensions.escalate_remedy")
def escalate_remedy(context: Context) -> None:
    steps.escalate_remedy(context.uow, of_case(context.uow, context.instance), **context.acting)
