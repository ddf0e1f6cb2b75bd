"""Initiatives: founded, planned and led by their owner; their gates judged by somebody who took no part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.directory import departments
from app.identity.models import Person
from app.identity.permissions import Facts, require
from app.kernel import audit, clock
from app.kernel.errors import Conflict, Invalid, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.queries import product_by_code
from app.modules.development.models import GateVerdict, Initiative, InitiativeFile
from app.modules.development.rules import initiatives as rules
from app.modules.development.rules.states import INITIATIVES, move
from app.modules.development.services import ideas
from app.workflow.notices import services as notices

SEE, FOUND, LEAD, JUDGE = "initiative.see", "initiative.found", "initiative.lead", "initiative.judge"
NO_INITIATIVE = N_("There is no such initiative.")
NO_EVIDENCE = N_("This gate is passed on evidence only: add a file to it first.")


def found(
    uow: Session,
    *,
    title: str,
    concept: str,
    sponsor: str,
    currency: str,
    plan: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    products: Sequence[str] = (),
    idea: int | None = None,
) -> Initiative:
    """A new initiative that ``actor`` owns; ``idea``: the considered idea that it takes up.

    404 where a product or the idea is not there, 422 for a department that is none or a plan against the order of
    the gates, 409 for an idea that is not being considered.
    """
    require(actor, FOUND)
    if sponsor not in departments(uow):
        raise invalid("/sponsor", N_("There is no such department."))
    for code in products:
        product_by_code(uow, code)
    row = Initiative(
        title=title, concept=concept, products=list(products), owner=actor.username, sponsor=sponsor, idea_id=idea,
        currency=currency, plan=_checked(uow, plan, "/plan"), state="active", revision=1, founded_at=now,
    )  # fmt: skip
    if idea is not None:
        ideas.judge(uow, ideas.locked(uow, idea), verb="take_up", reason=title, actor=actor, now=now)
    uow.add(row)
    uow.flush()
    told = {"title": title, "sponsor": sponsor, "products": row.products, "idea": idea, "plan": row.plan}
    record(uow, row, "initiative.founded", actor, now, **told)
    _tell_owners(uow, row, now)
    return row


def replan(uow: Session, row: Initiative, *, plan: Mapping[str, Any], actor: Actor, now: datetime) -> Initiative:
    """Put another plan in place of the one of a ``locked`` initiative, as its owner."""
    require(actor, LEAD, Facts(initiator=row.owner))
    old, row.state = row.plan, move(INITIATIVES, row.state, "plan")
    row.plan = _checked(uow, plan)
    record(uow, row, "initiative.planned", actor, now, old=old, new=row.plan)
    _tell_owners(uow, row, now)
    return row


def _tell_owners(uow: Session, row: Initiative, now: datetime) -> None:
    """Of their tasks, each once: whoever leads it knows."""
    for task in row.plan["tasks"]:
        if not task["done"] and task["owner"] != row.owner:
            notices.tell(
                uow,
                people=[task["owner"]],
                key=f"{stream(row)}:{task['title']}:{task['due']}",
                what="initiative.task",
                payload={"task": task["title"], "due": task["due"], "number": row.number},
                path=f"/development/initiatives/{row.id}",
                now=now,
            )


def judge_gate(
    uow: Session, row: Initiative, *, gate: str, passed: bool, reason: str, actor: Actor, now: datetime
) -> GateVerdict:
    """Let a ``locked`` initiative pass the gate it stands at, or hold it there; 409 for any other gate.

    422 for passing a gate that asks for evidence and has none. The hashes of what was judged go into the audit chain.
    """
    require(actor, JUDGE, facts_of(uow, row))
    row.state = move(INITIATIVES, row.state, "judge")
    if gate != rules.next_gate(passed_gates(uow, row)):
        raise Conflict(N_("The initiative does not stand at this gate."), code="wrong_gate")
    evidence = evidence_for(uow, row, gate)
    if passed and gate in rules.EVIDENCED and not evidence:
        raise invalid("/gate", NO_EVIDENCE, code="no_evidence")
    verdict = GateVerdict(
        initiative_id=row.id, gate=gate, passed=passed, day=clock.accounting_date(now), reason=reason, by=actor.username
    )
    uow.add(verdict)
    uow.flush()
    action = "initiative.gate_passed" if passed else "initiative.gate_failed"
    record(uow, row, action, actor, now, gate=gate, reason=reason, evidence=[file.told() for file in evidence])
    return verdict


def lead(uow: Session, row: Initiative, *, verb: str, reason: str, actor: Actor, now: datetime) -> Initiative:
    """``pause``, ``resume``, ``complete`` or ``stop`` a ``locked`` initiative; complete once every gate is passed."""
    require(actor, LEAD, Facts(initiator=row.owner))
    old, row.state = row.state, move(INITIATIVES, row.state, verb)
    if verb == "complete" and rules.next_gate(passed_gates(uow, row)) is not None:
        raise Conflict(N_("Not every gate is passed yet."), code="gates_left")
    record(uow, row, f"initiative.{row.state}", actor, now, old=old, new=row.state, reason=reason)
    return row


def passed_gates(session: Session, row: Initiative) -> set[str]:
    wanted = select(GateVerdict.gate).where(GateVerdict.initiative_id == row.id, GateVerdict.passed)
    return set(session.scalars(wanted))


def evidence_for(session: Session, row: Initiative, gate: str) -> Sequence[InitiativeFile]:
    wanted = select(InitiativeFile).where(InitiativeFile.initiative_id == row.id, InitiativeFile.gate == gate)
    return session.scalars(wanted.order_by(InitiativeFile.id)).all()


def facts_of(session: Session, row: Initiative) -> Facts:
    """Who owns it, and who takes part: whoever has a task in its plan or gave evidence."""
    givers = select(InitiativeFile.uploaded_by).where(InitiativeFile.initiative_id == row.id)
    working = {*session.scalars(givers.distinct()), *(task["owner"] for task in row.plan["tasks"])}
    return Facts(initiator=row.owner, hands={name: frozenset({"develop"}) for name in working})


def locked(uow: Session, initiative_id: int) -> Initiative:
    row = uow.scalars(select(Initiative).where(Initiative.id == initiative_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(NO_INITIATIVE)
    return row


def _checked(uow: Session, plan: Mapping[str, Any], at: str = "") -> dict[str, Any]:
    """``at``: where the plan stands in what was sent."""
    owners = {task["owner"] for task in plan["tasks"]}
    people = set(uow.scalars(select(Person.username).where(Person.username.in_(owners), Person.active)))
    faults = [replace(fault, pointer=at + fault.pointer) for fault in rules.plan_faults(plan, people)]
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    return dict(plan)


def stream(row: Initiative) -> str:
    return f"initiative:{row.id}"


def record(uow: Session, row: Initiative, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    """Write a change of an initiative to its chain."""
    if action != "initiative.founded":
        row.revision += 1
    audit.record(uow, stream(row), [audit.Entry(action, actor.username, now, payload)])
