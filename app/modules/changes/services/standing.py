"""Where requests stand: the step each is in, with whom it lies and since when, and what it needs from somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    Condition,
    Pilot,
    PostLaunchReview,
    ProposedVersion,
)
from app.modules.changes.rules.states import ENDED
from app.modules.changes.services.records import facts_of
from app.workflow.models import ProcessInstance, Task, Timer
from app.workflow.presenting import allowed_actions
from app.workflow.tasks.queries import open_tasks_of

BATCH = 100


@dataclass(frozen=True)
class Standing:
    """One request as a list tells it."""

    request: ChangeRequest
    instance: ProcessInstance | None
    products: Sequence[Product]
    tasks: Sequence[Task] = ()
    mine: Sequence[Task] = ()
    """Those of the open tasks that the reader may work on."""
    conditions: Sequence[Condition] = ()
    """Open conditions that the reader's department may close."""
    timer: Timer | None = None
    """The next instant it waits for."""
    votes: tuple[int, int] | None = None
    """Of a committee that is voting: votes cast, and members called."""

    def waits_for(self, task: Task) -> str | None:
        """What an open step waits for, where its name does not say it."""
        return WAITS.get(task.element_id)


WAITS: Mapping[str, str] = {
    "sign_off": N_("opinion given, waits for the head's signature"),
    "cast_vote": N_("committee votes"),
    "write_minutes": N_("voted, waits for the minutes"),
    "enter_receipt": N_("receipt awaited"),
    "confirm_condition": N_("reported as fulfilled, waits for confirmation"),
    "take_note": N_("reviewed, waits to be noted"),
}
"""What a step waits for, by its element."""


@dataclass(frozen=True)
class Wish:
    """Which requests somebody wants to see."""

    whose: str = "mine"
    state: str = "open"
    product: str | None = None
    after: int | None = None
    limit: int = 25
    now: datetime | None = None
    """For what has come due since a launch."""


def standings(session: Session, actor: Actor, wish: Wish) -> list[Standing]:
    """At most ``limit`` + 1 requests, the latest first."""
    rows = _visible(session, actor, wish)
    return described(session, actor, rows)


def _visible(session: Session, actor: Actor, wish: Wish) -> list[tuple[ChangeRequest, ProcessInstance | None]]:
    """Scanned newest first: whose case somebody takes part in stands in no column."""
    found: list[tuple[ChangeRequest, ProcessInstance | None]] = []
    query, after = _query(actor, wish), wish.after
    while len(found) <= wish.limit:
        page = query.where(ChangeRequest.id < after) if after is not None else query
        rows = session.execute(page.limit(BATCH)).all()
        found += [(r, i) for r, i in rows if allowed(actor, "change.see", facts_of(r, i))]
        if len(rows) < BATCH:
            break
        after = rows[-1][0].id
    return found[: wish.limit + 1]


def _query(actor: Actor, wish: Wish) -> Select[ChangeRequest, ProcessInstance]:
    query = (
        select(ChangeRequest, ProcessInstance)
        .outerjoin(ProcessInstance, ProcessInstance.id == ChangeRequest.instance_id)
        .order_by(ChangeRequest.id.desc())
        .where(*_clauses(actor, wish))
    )
    return query


def _clauses(actor: Actor, wish: Wish) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wish.whose == "mine":
        clauses.append(ChangeRequest.initiator == actor.username)
    elif wish.whose == "department":
        clauses.append(ChangeRequest.owner_department == (actor.department or ""))
    if wish.state == "open":
        clauses.append(or_(ChangeRequest.state.not_in(ENDED), *_still_owed(wish)))
    elif wish.state == "ended":
        clauses.append(ChangeRequest.state.in_(ENDED))
    elif wish.state != "all":
        clauses.append(ChangeRequest.state == wish.state)
    if wish.product:
        named = select(ProposedVersion.change_request_id).where(ProposedVersion.product_code == wish.product)
        clauses.append(ChangeRequest.id.in_(named))
    if wish.whose != "mine":
        # A draft is its author's own affair.
        clauses.append(or_(ChangeRequest.state != "draft", ChangeRequest.initiator == actor.username))
    return clauses


def _still_owed(wish: Wish) -> list[ColumnElement[bool]]:
    """A live change is under way again while a condition is owed, or its review has begun."""
    if wish.now is None:
        return []
    owed = select(Condition.change_request_id).where(Condition.state == "open", Condition.instance_id.is_not(None))
    begun = select(PostLaunchReview.change_request_id).where(
        PostLaunchReview.state != "noted", PostLaunchReview.begins_at <= wish.now
    )
    return [ChangeRequest.id.in_(owed.union(begun))]


@dataclass
class _Around:
    """What stands around a page of requests, by request or case id."""

    products: dict[int, list[Product]] = field(default_factory=lambda: defaultdict(list))
    tasks: dict[int, list[Task]] = field(default_factory=lambda: defaultdict(list))
    after: dict[int, list[ProcessInstance]] = field(default_factory=lambda: defaultdict(list))
    """The cases that the launch of a request left."""
    timers: dict[int, Timer] = field(default_factory=dict)
    conditions: dict[int, list[Condition]] = field(default_factory=lambda: defaultdict(list))
    votes: dict[int, tuple[int, int]] = field(default_factory=dict)


def described(
    session: Session, actor: Actor, rows: Sequence[tuple[ChangeRequest, ProcessInstance | None]]
) -> list[Standing]:
    """The requests with their open work, in six statements for all of them."""
    around = _around(session, [r.id for r, _ in rows], [i.id for _, i in rows if i is not None])
    return [_standing(actor, r, i, around) for r, i in rows]


def _around(session: Session, requests: Sequence[int], cases: Sequence[int]) -> _Around:
    found = _Around()
    products = (
        select(ProposedVersion.change_request_id, Product)
        .join(Product, Product.code == ProposedVersion.product_code)
        .where(ProposedVersion.change_request_id.in_(requests))
        .order_by(Product.code)
    )
    for request_id, product in session.execute(products):
        found.products[request_id].append(product)
    open_conditions = select(Condition).where(Condition.change_request_id.in_(requests), Condition.state == "open")
    for condition in session.scalars(open_conditions.order_by(Condition.id)):
        found.conditions[condition.change_request_id].append(condition)
    for request_id, members, cast in session.execute(_voting(requests)):
        found.votes[request_id] = (cast, len(members))
    for request_id, case in session.execute(_cases_after(requests)):
        found.after[request_id].append(case)
    for task in open_tasks_of(session, *cases, *(case.id for left in found.after.values() for case in left)):
        found.tasks[task.instance_id].append(task)
    for timer in session.scalars(select(Timer).where(Timer.instance_id.in_(cases)).order_by(Timer.due_at.desc())):
        found.timers[timer.instance_id] = timer
    return found


def _voting(requests: Sequence[int]) -> Select[int, list[str], int]:
    """``(request, members called, votes cast)`` of committees that are voting."""
    cast = (
        select(func.count(CommitteeVote.member.distinct()))
        .where(CommitteeVote.meeting_id == CommitteeMeeting.id)
        .scalar_subquery()
    )
    query = select(CommitteeMeeting.change_request_id, CommitteeMeeting.members, cast)
    return query.where(CommitteeMeeting.change_request_id.in_(requests), CommitteeMeeting.result.is_(None))


def _cases_after(requests: Sequence[int]) -> Select[int, ProcessInstance]:
    """``(request, case)`` of what is still to do after a launch."""
    left = union(
        select(Condition.change_request_id, Condition.instance_id).where(Condition.state == "open"),
        select(PostLaunchReview.change_request_id, PostLaunchReview.instance_id).where(
            PostLaunchReview.state != "noted"
        ),
    ).subquery()
    query = select(left.c.change_request_id, ProcessInstance).join(
        ProcessInstance, ProcessInstance.id == left.c.instance_id
    )
    return query.where(left.c.change_request_id.in_(requests)).order_by(ProcessInstance.id)


def _standing(actor: Actor, request: ChangeRequest, instance: ProcessInstance | None, around: _Around) -> Standing:
    case = instance.id if instance is not None else 0
    cases = {found.id: found for found in (instance, *around.after.get(request.id, [])) if found is not None}
    tasks = [task for number in cases for task in around.tasks.get(number, [])]
    return Standing(
        request,
        instance,
        around.products.get(request.id, []),
        tasks,
        [t for t in tasks if _for_me(t, cases[t.instance_id], actor)],
        [c for c in around.conditions.get(request.id, []) if c.department == actor.department],
        around.timers.get(case),
        around.votes.get(request.id),
    )


def _for_me(task: Task, instance: ProcessInstance, actor: Actor) -> bool:
    return bool({"complete", "claim"} & set(allowed_actions(task, instance, actor)))


STAGES: Mapping[str, Sequence[str]] = {
    "draft": ("draft",),
    "prepare": ("submitted", "declined"),
    "review": ("in_review", "rejected"),
    "pilot": ("piloting", "pilot_failed"),
    "rollout": ("approved", "scheduled"),
    "live": ("live",),
}
"""The stages of a request's life, in order, with the states in which it stands in each."""


def stages(request: ChangeRequest, pilot: Pilot | None) -> list[tuple[str, str]]:
    """``(stage, done | current | todo)``; a pilot is only named where there is, or will be, one."""
    piloted = pilot is not None or request.pilot_wish or request.pilot_plan is not None
    shown = [stage for stage in STAGES if stage != "pilot" or piloted]
    here = shown.index(_stage(request, pilot, piloted))
    if request.state == "live":
        return [(stage, "done") for stage in shown]
    return [(s, "done" if n < here else "current" if n == here else "todo") for n, s in enumerate(shown)]


def _stage(request: ChangeRequest, pilot: Pilot | None, piloted: bool) -> str:
    """The stage in which a request stands; approved, it stands before its pilot or its rollout."""
    if request.state == "withdrawn":
        return "draft" if request.instance_id is None else "prepare" if request.round == 0 else "review"
    if request.state == "approved" and piloted and pilot is None:
        return "pilot"
    if request.state == "piloting" and pilot is not None and pilot.state == "passed":
        return "rollout"
    return next(stage for stage, states in STAGES.items() if request.state in states)
