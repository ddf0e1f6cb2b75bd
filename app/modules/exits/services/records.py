"""What the verbs share: transitions, the audit chain of an exit, its plan, and the record of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, allowed, require
from app.kernel import audit
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import N_
from app.modules.exits.models import Exit, ExitPlan
from app.modules.exits.rules import states
from app.workflow.instances.services import facts_of as case_facts
from app.workflow.instances.services import locked as locked_case
from app.workflow.models import ProcessInstance

NO_EXIT = N_("There is no such exit.")
SEE = "exit.see"


def stream(number: str) -> str:
    """The audit stream of an exit."""
    return f"exit:{number}"


def note(uow: Session, found: Exit, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    """One entry in the exit's chain."""
    audit.record(uow, stream(found.number), [audit.Entry(action, actor.username, now, payload)])
    uow.flush()


def move(found: Exit, verb: str) -> dict[str, str]:
    """Take it along its table; gives the old and the new state for the chain."""
    left, found.state = found.state, states.move(found.state, verb)
    return {"old": left, "new": found.state}


def of_case(uow: Session, instance: ProcessInstance) -> Exit:
    """The exit of a case whose lock is held; that lock guards the exit, too."""
    number = states.id_of(instance.business_key)
    found = uow.get(Exit, number, populate_existing=True) if number is not None else None
    if found is None:
        raise Conflict(N_("This case has no exit."), code="no_exit")
    return found


def waits_for_case(uow: Session, number: str | None) -> bool:
    """Whether it was proposed a moment ago and has no case yet."""
    wanted = states.id_of(number)
    found = uow.get(Exit, wanted) if wanted is not None else None
    return found is not None and found.state == "proposed" and found.instance_id is None


def facts_of(found: Exit, instance: ProcessInstance, plan: ExitPlan | None = None) -> Facts:
    """The neutral facts that permissions on an exit depend on."""
    case = case_facts(instance)
    return Facts(
        initiator=found.initiator,
        hands=case.hands,
        involved=case.involved,
        owner_department=found.owner_department,
        assignee=plan.exception_owner if plan else None,
    )


def seen(session: Session, number: str, actor: Actor, *, lock: bool = False) -> tuple[Exit, Facts]:
    """The exit and the facts about it, case first if locked; 404 for one that is hidden."""
    wanted = states.id_of(number)
    case = session.scalar(select(Exit.instance_id).where(Exit.id == wanted)) if wanted is not None else None
    if case is None:
        raise NotFound(NO_EXIT)
    instance = locked_case(session, case) if lock else session.get_one(ProcessInstance, case)
    found = session.get_one(Exit, wanted, populate_existing=lock, with_for_update=lock or None)
    facts = facts_of(found, instance, session.get(ExitPlan, found.id))
    if not allowed(actor, SEE, facts):
        raise NotFound(NO_EXIT)
    return found, facts


def for_change(uow: Session, number: str, actor: Actor, permission: str) -> Exit:
    """The exit, its case locked before it; 404 or 403 for whoever may not."""
    found, facts = seen(uow, number, actor, lock=True)
    require(actor, permission, facts)
    return found


def plan_of(session: Session, found: Exit) -> ExitPlan:
    """The plan; 409 while there is none."""
    plan = session.get(ExitPlan, found.id)
    if plan is None:
        raise Conflict(N_("The exit has no plan yet."), code="no_plan")
    return plan
