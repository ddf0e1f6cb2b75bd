"""The recorders and facts that the drawing of an agency admission names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.agency import services
from app.modules.agency.models import Partner
from app.modules.changes.handlers.base import request_of
from app.workflow.forms import Option
from app.workflow.models import ProcessInstance, Task
from app.workflow.vocabulary import Context, Known, Several, before_start, facts, knows, recorder

PROCESS = "agency_admission"
NEW = {"en": "A new partner", "zh": "新的合作机构"}


@before_start(PROCESS)
def refuse_start(uow: Session, process_key: str, business_key: str | None) -> None:
    """It is called while a new product is prepared, and never begins by itself."""
    raise Conflict(N_("This process begins with a change request: POST /change-requests."), code="no_request")


@knows("agency_partner")
def partners_known(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """The partners on record, and the way to enter a new one."""
    rows = session.scalars(select(Partner).order_by(Partner.key))
    return Known(options={"partner": [*(Option(row.key, row.names) for row in rows), Option(services.NEW, NEW)]})


@facts("agency.families")
def families(context: Context) -> Several:
    return Several([{"family": family} for family in request_of(context).families], any)


@facts("agency.standing")
def standing(context: Context) -> dict[str, Any]:
    return services.standing(context.uow, request_of(context), context.now)


@recorder("agency.record_partner")
def record_partner(context: Context) -> dict[str, Any]:
    services.name_partner(context.uow, request_of(context), **context.said)
    return {}


@recorder("agency.record_confirmation")
def record_confirmation(context: Context) -> dict[str, Any]:
    return {"admission": services.confirm(context.uow, request_of(context), **context.said)}


@recorder("agency.record_due_diligence")
def record_due_diligence(context: Context) -> dict[str, Any]:
    services.examine(context.uow, request_of(context), **context.said)
    return {}


@recorder("agency.record_opinion")
def record_opinion(context: Context) -> dict[str, Any]:
    services.give_opinion(context.uow, request_of(context), **context.said)
    return {}


@recorder("agency.record_decision")
def record_decision(context: Context) -> dict[str, Any]:
    return {"admission": services.decide(context.uow, request_of(context), **context.said)}
