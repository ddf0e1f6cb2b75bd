"""The life of a product as it was known at an instant: stages, what happened, what was aimed at and measured."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.audit import AuditEvent
from app.kernel.clock import accounting_date
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries.products import status_at
from app.modules.catalogue.services.records import stream as product_stream
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.services.records import facts_of
from app.modules.changes.services.records import stream as change_stream
from app.modules.documents.queries.products import Asked, Kept, documents
from app.modules.exits.models import Exit, ExitPlan
from app.modules.exits.services.records import SEE
from app.modules.exits.services.records import facts_of as exit_facts
from app.modules.exits.services.records import stream as exit_stream
from app.modules.lifecycle.models import (
    PerformanceEvaluation,
    ProductLife,
    ProductStrategy,
)
from app.modules.lifecycle.queries.readings import Reading, measures_seen
from app.modules.lifecycle.rules import stages
from app.modules.lifecycle.rules.aims import measured
from app.modules.lifecycle.services.measuring import aim_of, figures_of, latest_strategy, objectives_of, readings_known
from app.modules.lifecycle.services.records import stream
from app.modules.research.queries import counted
from app.modules.research.rules.enough import Count
from app.modules.research.services import stream as research_stream
from app.modules.suspensions.models import Suspension
from app.modules.suspensions.services.records import stream as suspension_stream
from app.workflow.models import ProcessInstance, Task, Timer
from app.workflow.tasks.services import facts_of as task_facts

MOST = 200
"""Entries of a time line; older ones stand on the pages of their requests."""
DETAILS = frozenset(
    {
        "change.edited",
        "change.file_written",
        "change.sheet",
        "exit.batch",
        "exit.notice_reported",
        "exit.phase_begun",
        "exit.phase_done",
        "exit.answered",
        "life.reading_entered",
        "notice.reported",
        "product.described",
        "research.answered",
        "research.edited",
    }
)
"""What is no step of a life."""


@dataclass(frozen=True)
class Stage:
    """A stage as it stood: ``done``, ``current`` or ``ahead``, and the cases that it had."""

    key: str
    standing: str
    cases: Sequence[ProcessInstance] = ()


@dataclass(frozen=True)
class Evaluated:
    """A performance evaluation as it was known: nothing of its conclusion before it was reached."""

    row: PerformanceEvaluation
    concluded: bool
    noted: bool
    results: Sequence[dict[str, Any]]
    """Of each objective that the reader sees what ``rules.aims.measured`` tells."""


@dataclass(frozen=True)
class Waiting:
    """A task that was open, and whether the reader may open its page."""

    task: Task
    shown: bool


@dataclass(frozen=True)
class Life:
    """What is known of a product's life."""

    product: Product
    status: str | None
    """The status in force at that instant, by what was known then; nothing before there was the product."""
    case: ProcessInstance | None
    """The case in which it was followed last."""
    followed: bool
    """Whether that case was running then."""
    stages: Sequence[Stage]
    events: Sequence[AuditEvent]
    strategy: ProductStrategy | None
    aims: Sequence[dict[str, Any]]
    """Of each objective that the reader sees what ``rules.aims.measured`` tells."""
    readings: Sequence[Reading]
    """Of each measure that the reader sees the one that counted then."""
    evaluations: Sequence[Evaluated]
    waiting: Sequence[Waiting]
    """What was open then in the cases of its life, and in those of its requests, exits and suspensions."""
    requests: Sequence[ChangeRequest]
    """Those over it that the reader may see."""
    drafts: Sequence[ChangeRequest]
    """Of these what waits to be submitted now."""
    next_evaluation: datetime | None
    """Of a product that is in operation now."""
    research: Count
    """How much was gathered of the market by then."""
    documents: Sequence[Kept]
    """In force at that instant, each beside the terms that were live then."""


def life_of(session: Session, product: Product, *, known_at: datetime, now: datetime, actor: Actor) -> Life:
    """The life of a product as it was known at ``known_at``, which is ``now`` or before."""
    case = _case(session, product.code, known_at)
    followed = case is not None and _runs(case, known_at)
    cases = _cases(session, product.code, known_at)
    status = status_at(session, product.code, known_at, known_at=known_at)
    strategy, seen = latest_strategy(session, product.code, known_at), measures_seen(actor)
    aims = [aim_of(one) for one in objectives_of(session, strategy)]
    figures = figures_of(session, product.code, known_at=known_at, now=now)
    requests = _requests(session, product.code, actor)
    exits, stops = _exits(session, product.code, actor), _suspensions(session, product.code)
    return Life(
        product,
        status,
        case,
        followed,
        _stages(status, cases, known_at),
        _events(session, product.code, known_at, requests, exits, stops),
        strategy,
        [one for one in measured(aims, figures, accounting_date(known_at)) if one["metric"] in seen],
        [Reading(row, False) for row in readings_known(session, product.code, known_at) if row.measure in seen],
        _evaluations(session, product.code, known_at, seen),
        _waiting(session, _ids([case, *cases], [*requests, *exits, *stops]), known_at, actor),
        requests,
        [one for one in requests if one.state == "draft" and known_at >= now],
        _next_evaluation(session, case) if known_at >= now else None,
        counted(session, product.code, known_at),
        documents(session, Asked(accounting_date(known_at), product.code), limit=MOST),
    )


def _runs(case: ProcessInstance, at: datetime) -> bool:
    return case.ended_at is None or case.ended_at > at


def _case(session: Session, product: str, known_at: datetime) -> ProcessInstance | None:
    lives = (
        select(ProcessInstance)
        .join(ProductLife, ProductLife.instance_id == ProcessInstance.id)
        .where(ProductLife.product_code == product, ProductLife.begun_at <= known_at)
    )
    return session.scalar(lives.order_by(ProductLife.id.desc()).limit(1))


def _cases(session: Session, product: str, known_at: datetime) -> list[ProcessInstance]:
    found = select(ProcessInstance).where(
        ProcessInstance.business_key == product,
        ProcessInstance.process_key.in_(stages.STAGES),
        ProcessInstance.started_at <= known_at,
    )
    return list(session.scalars(found.order_by(ProcessInstance.id)))


def _stages(status: str | None, cases: Sequence[ProcessInstance], known_at: datetime) -> list[Stage]:
    """The stages in order; those before the one it stands in are done, even if nobody followed them."""
    open_ones = {case.process_key for case in cases if _runs(case, known_at)}
    here = stages.stage_of(status, open_ones)
    place = list(stages.ORDER).index(here) if here else -1
    return [
        Stage(
            key,
            "done" if n < place or status == "retired" else "current" if n == place else "ahead",
            [case for case in cases if case.process_key in stages.ORDER[key]],
        )
        for n, key in enumerate(stages.ORDER)
    ]


def _events(
    session: Session,
    product: str,
    known_at: datetime,
    requests: Sequence[ChangeRequest],
    exits: Sequence[Exit],
    stops: Sequence[Suspension],
) -> list[AuditEvent]:
    """What happened to the product, the latest first: of requests and exits those that the reader may see."""
    streams = [product_stream(product), stream(product), research_stream(product)]
    streams += [change_stream(found) for found in requests]
    streams += [exit_stream(found.number) for found in exits] + [suspension_stream(found) for found in stops]
    rows = select(AuditEvent).where(
        AuditEvent.stream.in_(streams), AuditEvent.at <= known_at, AuditEvent.action.not_in(DETAILS)
    )
    return list(session.scalars(rows.order_by(AuditEvent.at.desc(), AuditEvent.number.desc()).limit(MOST)))


def _requests(session: Session, product: str, actor: Actor) -> list[ChangeRequest]:
    rows = (
        select(ChangeRequest, ProcessInstance)
        .join(ProposedVersion, ProposedVersion.change_request_id == ChangeRequest.id)
        .outerjoin(ProcessInstance, ProcessInstance.id == ChangeRequest.instance_id)
        .where(ProposedVersion.product_code == product)
    )
    return [r for r, case in session.execute(rows) if allowed(actor, "change.see", facts_of(r, case))]


def _exits(session: Session, product: str, actor: Actor) -> list[Exit]:
    rows = (
        select(Exit, ProcessInstance, ExitPlan)
        .join(ProcessInstance, ProcessInstance.id == Exit.instance_id)
        .outerjoin(ExitPlan, ExitPlan.exit_id == Exit.id)
        .where(Exit.product_code == product)
    )
    return [found for found, case, plan in session.execute(rows) if allowed(actor, SEE, exit_facts(found, case, plan))]


def _suspensions(session: Session, product: str) -> list[Suspension]:
    return list(session.scalars(select(Suspension).where(Suspension.product_code == product)))


def _ids(
    cases: Sequence[ProcessInstance | None], matters: Sequence[ChangeRequest | Exit | Suspension]
) -> list[int | None]:
    return [case.id for case in cases if case is not None] + [matter.instance_id for matter in matters]


def _waiting(session: Session, cases: Sequence[int | None], known_at: datetime, actor: Actor) -> list[Waiting]:
    rows = (
        select(Task, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .where(Task.instance_id.in_(cases), Task.created_at <= known_at)
        .where(or_(Task.closed_at.is_(None), Task.closed_at > known_at))
        .order_by(Task.id)
    )
    return [Waiting(task, allowed(actor, "task.see", task_facts(case, task))) for task, case in session.execute(rows)]


def _evaluations(session: Session, product: str, known_at: datetime, seen: Collection[str]) -> list[Evaluated]:
    rows = select(PerformanceEvaluation).where(
        PerformanceEvaluation.product_code == product, PerformanceEvaluation.measured_at <= known_at
    )
    found = session.scalars(rows.order_by(PerformanceEvaluation.id.desc()))
    return [_evaluated(row, known_at, seen) for row in found]


def _evaluated(row: PerformanceEvaluation, known_at: datetime, seen: Collection[str]) -> Evaluated:
    concluded = row.evaluated_at is not None and row.evaluated_at <= known_at
    noted = row.noted_at is not None and row.noted_at <= known_at
    measured_then = row.measured if concluded or row.evaluated_at is None else []
    return Evaluated(row, concluded, noted, [one for one in measured_then if one["metric"] in seen])


def _next_evaluation(session: Session, case: ProcessInstance | None) -> datetime | None:
    if case is None:
        return None
    return session.scalar(select(Timer.due_at).where(Timer.instance_id == case.id).order_by(Timer.due_at).limit(1))
