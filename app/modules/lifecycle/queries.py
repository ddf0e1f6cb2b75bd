"""The life of a product as it was known at an instant: stages, what happened, what was aimed at and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
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
from app.modules.exits.models import Exit
from app.modules.exits.services.records import stream as exit_stream
from app.modules.lifecycle import rules
from app.modules.lifecycle.models import Objective, PerformanceEvaluation, ProductStrategy
from app.modules.lifecycle.services.measuring import figures_of
from app.modules.lifecycle.services.records import current_life, stream
from app.modules.research.queries import counted
from app.modules.research.rules.enough import Count
from app.modules.research.services import stream as research_stream
from app.modules.suspensions.models import Suspension
from app.modules.suspensions.services.records import stream as suspension_stream
from app.workflow.models import ProcessInstance, Task, Timer
from app.workflow.tasks.queries import open_tasks_of

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
class Aimed:
    """An objective beside what is measured today."""

    objective: Objective
    value: Decimal


@dataclass(frozen=True)
class Life:
    """What is known of a product's life."""

    product: Product
    status: str | None
    """The status in force at that instant, by what was known then; nothing before there was the product."""
    case: ProcessInstance | None
    stages: Sequence[Stage]
    events: Sequence[AuditEvent]
    strategy: ProductStrategy | None
    aims: Sequence[Aimed]
    evaluations: Sequence[PerformanceEvaluation]
    tasks: Sequence[Task]
    """What is open in the cases of its life now."""
    next_evaluation: datetime | None
    research: Count
    """How much was gathered of the market by then."""
    documents: Sequence[Kept]
    """In force at that instant, each beside the terms that were live then."""


def life_of(session: Session, product: Product, *, known_at: datetime, actor: Actor) -> Life:
    """The life of a product as it was known at ``known_at``."""
    lived = current_life(session, product.code)
    case = session.get(ProcessInstance, lived.instance_id) if lived is not None else None
    cases = _cases(session, product.code, known_at)
    status = status_at(session, product.code, known_at, known_at=known_at)
    strategy = _strategy(session, product.code, known_at)
    return Life(
        product,
        status,
        case,
        _stages(status, cases, known_at),
        _events(session, product.code, known_at, actor),
        strategy,
        _aims(session, product.code, strategy),
        _evaluations(session, product.code, known_at),
        open_tasks_of(session, *(one.id for one in (case, *cases) if one is not None)),
        _next_evaluation(session, case),
        counted(session, product.code, known_at),
        documents(session, Asked(accounting_date(known_at), product.code), limit=MOST),
    )


def _cases(session: Session, product: str, known_at: datetime) -> list[ProcessInstance]:
    found = select(ProcessInstance).where(
        ProcessInstance.business_key == product,
        ProcessInstance.process_key.in_(rules.STAGES),
        ProcessInstance.started_at <= known_at,
    )
    return list(session.scalars(found.order_by(ProcessInstance.id)))


def _stages(status: str | None, cases: Sequence[ProcessInstance], known_at: datetime) -> list[Stage]:
    """The stages in order; those before the one it stands in are done, even if nobody followed them."""
    open_ones = {case.process_key for case in cases if case.ended_at is None or case.ended_at > known_at}
    here = rules.stage_of(status, open_ones)
    place = list(rules.ORDER).index(here)
    return [
        Stage(
            key,
            "done" if n < place or status == "retired" else "current" if n == place else "ahead",
            [case for case in cases if case.process_key in rules.ORDER[key]],
        )
        for n, key in enumerate(rules.ORDER)
    ]


def _events(session: Session, product: str, known_at: datetime, actor: Actor) -> list[AuditEvent]:
    """What happened to the product, the latest first: of its requests those that the reader may see."""
    streams = [product_stream(product), stream(product), research_stream(product)]
    streams += [change_stream(request) for request in _requests(session, product, actor)]
    exits = session.scalars(select(Exit).where(Exit.product_code == product))
    stops = session.scalars(select(Suspension).where(Suspension.product_code == product))
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


def _strategy(session: Session, product: str, known_at: datetime) -> ProductStrategy | None:
    rows = select(ProductStrategy).where(ProductStrategy.product_code == product, ProductStrategy.at <= known_at)
    return session.scalar(rows.order_by(ProductStrategy.id.desc()).limit(1))


def _aims(session: Session, product: str, strategy: ProductStrategy | None) -> list[Aimed]:
    if strategy is None:
        return []
    figures = figures_of(session, product)
    rows = select(Objective).where(Objective.strategy_id == strategy.id).order_by(Objective.id)
    return [Aimed(objective, figures[objective.metric]) for objective in session.scalars(rows)]


def _evaluations(session: Session, product: str, known_at: datetime) -> list[PerformanceEvaluation]:
    rows = select(PerformanceEvaluation).where(
        PerformanceEvaluation.product_code == product, PerformanceEvaluation.measured_at <= known_at
    )
    return list(session.scalars(rows.order_by(PerformanceEvaluation.id.desc())))


def _next_evaluation(session: Session, case: ProcessInstance | None) -> datetime | None:
    if case is None:
        return None
    return session.scalar(select(Timer.due_at).where(Timer.instance_id == case.id).order_by(Timer.due_at).limit(1))
