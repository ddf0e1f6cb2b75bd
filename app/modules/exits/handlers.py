"""The verbs, recorders and facts that the drawings of an exit name."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.changes.services.opinions import signatories
from app.modules.exits.models import Exit
from app.modules.exits.rules.states import ENDED
from app.modules.exits.services import (
    answering,
    evaluating,
    migrating,
    planning,
    reviewing,
    stopping,
    taking_over,
    untold,
    winding_down,
)
from app.modules.exits.services.proposing import PROCESS
from app.modules.exits.services.records import of_case, waits_for_case
from app.modules.suspensions.services.records import of_case as of_suspension
from app.workflow.messages.outgoing import tell_waiting
from app.workflow.models import ProcessInstance
from app.workflow.vocabulary import (
    Context,
    Several,
    before_end,
    before_start,
    facts,
    handler,
    matter_open,
    recorder,
    when_cancelled,
)

CALLED = ("exit_evaluation", "exit_review", "exit_opinion", "exit_holdings", "wind_down")


def _exit(context: Context) -> Exit:
    return of_case(context.uow, context.instance)


def _department(context: Context) -> str:
    return context.own_task.department or ""


@before_start(PROCESS, *CALLED)
def refuse_start(uow: Session, process_key: str, business_key: str | None) -> None:
    """A case begins with the proposal of its exit; the processes it calls never begin by themselves."""
    if process_key != PROCESS or not waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with an exit: POST /exits."), code="no_exit")


@before_start(untold.PROCESS)
def refuse_untold(uow: Session, process_key: str, business_key: str | None) -> None:
    """It begins with the report of the sending system, never by itself."""
    if not untold.waits_for_case(uow, business_key):
        raise Conflict(N_("This process begins with a report that a notice did not arrive."), code="no_exit")


@before_end(untold.PROCESS)
def refuse_unsettled(uow: Session, instance: ProcessInstance) -> None:
    """Nobody ends it past the named person."""
    if untold.of_case(uow, instance)[1].state == "open":
        raise matter_open()


@when_cancelled(untold.PROCESS)
def refuse_forgetting(context: Context) -> None:
    raise Conflict(N_("Whoever was moved untold is told; the case ends with that."), code="not_withdrawn")


@when_cancelled(PROCESS)
def refuse_cancelling(context: Context) -> None:
    """An exit ends by its own steps: withdrawn before the decision, retired after it."""
    raise Conflict(N_("An exit is withdrawn on its own page, until it is decided."), code="not_withdrawn")


@before_end(PROCESS)
def refuse_end(uow: Session, instance: ProcessInstance) -> None:
    """Nobody ends the case past the steps that end the exit; the life of the product hears of it."""
    uow.flush()
    found = of_case(uow, instance)
    if found.state not in ENDED or found.ended_at is None:
        raise matter_open()
    outcome = {"exit_outcome": found.state}
    tell_waiting(uow, "exit_ended", [found.product_code], by=found.initiator, now=found.ended_at, payload=outcome)


@handler("exits.take_over")
def take_over(context: Context) -> str:
    """In the case of a suspension: its product leaves."""
    suspension = of_suspension(context.uow, context.instance)
    return taking_over.take_over(context.uow, suspension, **context.acting).number


# Evaluation and plan


@recorder("exits.record_evaluation")
def record_evaluation(context: Context) -> dict[str, Any]:
    evaluating.record_evaluation(context.uow, _exit(context), **context.said)
    return {}


@facts("exits.scorecard")
def scorecard(context: Context) -> Several:
    found = _exit(context)
    return Several(
        evaluating.scorecard_inputs(context.uow, found),
        lambda points: str(evaluating.keep_score(context.uow, found, list(points))),
    )


@facts("exits.recommendation")
def recommendation(context: Context) -> dict[str, Any]:
    return {"score": evaluating.evaluation_of(context.uow, _exit(context)).score}


@recorder("exits.record_judgement")
def record_judgement(context: Context) -> dict[str, Any]:
    recommended = str(context.variables["recommendation"])
    found = _exit(context)
    return {"judgement": evaluating.record_judgement(context.uow, found, recommendation=recommended, **context.said)}


@recorder("exits.record_submission")
def record_submission(context: Context) -> dict[str, Any]:
    return {"submission": planning.record_submission(context.uow, _exit(context), **context.said)}


# Review and decision


@facts("exits.departments")
def departments(context: Context) -> dict[str, Any]:
    return reviewing.department_inputs(context.uow, _exit(context))


@handler("exits.signatories", required=("department",))
def name_signatories(context: Context) -> dict[str, list[str]]:
    return signatories(context.uow, _exit(context).initiator, context.parameters["department"])


@recorder("exits.record_opinion")
def record_opinion(context: Context) -> dict[str, Any]:
    reviewing.record_opinion(context.uow, _exit(context), department=_department(context), **context.said)
    return {}


@recorder("exits.record_sign_off")
def record_sign_off(context: Context) -> dict[str, Any]:
    found = _exit(context)
    return {"sign_off": reviewing.sign_off(context.uow, found, department=_department(context), **context.said)}


@facts("exits.consolidation")
def consolidation(context: Context) -> dict[str, Any]:
    return reviewing.verdict_inputs(context.uow, _exit(context))


@recorder("exits.record_decision")
def record_decision(context: Context) -> dict[str, Any]:
    return {"decision": reviewing.record_decision(context.uow, _exit(context), **context.said)}


@handler("exits.approve")
def approve(context: Context) -> None:
    reviewing.approve(context.uow, _exit(context), **context.acting)


@handler("exits.send_back")
def send_back(context: Context) -> None:
    reviewing.send_back(context.uow, _exit(context), **context.acting)


@handler("exits.close", required=("verb",))
def close(context: Context) -> None:
    reviewing.close(context.uow, _exit(context), verb=context.parameters["verb"], **context.acting)


# Sales and holdings


@handler("exits.take_off_sale")
def take_off_sale(context: Context) -> str:
    return stopping.take_off_sale(context.uow, _exit(context), **context.acting).isoformat()


@handler("exits.identify")
def identify(context: Context) -> None:
    migrating.identify(context.uow, _exit(context), **context.acting)


@handler("exits.notify")
def notify(context: Context) -> str:
    return migrating.notify(context.uow, _exit(context), element=context.element_id, now=context.now)


@handler("exits.settle")
def settle(context: Context) -> None:
    migrating.settle(context.uow, _exit(context), context.now)


@handler("exits.what_is_left")
def what_is_left(context: Context) -> dict[str, Any]:
    return migrating.what_is_left(context.uow, _exit(context), context.now)


@recorder("exits.record_exceptions")
def record_exceptions(context: Context) -> dict[str, Any]:
    answering.decide_rest(context.uow, _exit(context), **context.said)
    return {}


# Wind-down


@facts("exits.tail")
def tail(context: Context) -> dict[str, Any]:
    return winding_down.tail_inputs(context.uow, _exit(context))


@handler("exits.open_tail", required=("matters",))
def open_tail(context: Context) -> list[dict[str, Any]]:
    matters = context.parameters["matters"]
    return winding_down.open_tail(context.uow, _exit(context), matters=matters, **context.acting)


@recorder("exits.record_tail_settled")
def record_tail_settled(context: Context) -> dict[str, Any]:
    item = int(context.variables["matter"]["id"])
    winding_down.settle_tail(context.uow, _exit(context), item, **context.said)
    return {}


@handler("exits.reconcile")
def reconcile(context: Context) -> None:
    winding_down.reconcile(context.uow, _exit(context), context.now)


@handler("exits.is_balanced")
def is_balanced(context: Context) -> bool:
    return winding_down.is_balanced(context.uow, _exit(context))


@recorder("exits.record_difference")
def record_difference(context: Context) -> dict[str, Any]:
    winding_down.record_difference(context.uow, _exit(context), **context.said)
    return {}


@handler("exits.retire")
def retire(context: Context) -> None:
    winding_down.retire(context.uow, _exit(context), **context.acting)


# Told too late


@recorder("exits.record_untold")
def record_untold(context: Context) -> dict[str, Any]:
    untold.record_untold(context.uow, context.instance, **context.said)
    return {}
