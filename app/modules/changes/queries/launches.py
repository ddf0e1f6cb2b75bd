"""What is due when, over all requests somebody may see: effective days, pilots' begin and end, reviews due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.clock import accounting_date
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.values import parse_instant
from app.modules.changes.models import ChangeRequest, Pilot, PostLaunchReview, ProposedVersion, Rollout
from app.modules.changes.services.records import facts_of
from app.workflow.models import ProcessInstance, Task

Kind = Literal["launch", "wave", "wish", "pilot_begins", "pilot_ends", "review", "post_launch"]
KINDS: tuple[Kind, ...] = ("launch", "wave", "wish", "pilot_begins", "pilot_ends", "review", "post_launch")
MOST = 1_000
"""Rows of one kind that are read; a month of a bank has fewer."""
_FIXED = frozenset({"scheduled", "live"})
_WISHED = frozenset({"submitted", "in_review", "approved", "piloting"})
_REVIEWS = ("give_opinion", "sign_off", "review_by_department", "review_pilot")


@dataclass(frozen=True)
class Happening:
    """One thing on one day. ``count``: how many opinions are due; ``scope``: where a wave begins."""

    day: date
    kind: Kind
    request: ChangeRequest
    products: Sequence[Product] = ()
    count: int = 1
    scope: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Span:
    """From ``begins`` up to, but not including, ``ends``; and whose requests."""

    begins: datetime
    ends: datetime
    whose: str = "all"


def happenings(session: Session, actor: Actor, span: Span) -> list[Happening]:
    """All that happens in ``span``, in the order of the days: six statements, however many requests there are."""
    kinds = (_launches, _waves, _pilots, _reviews, _looking_back)
    found = [happening for kind in kinds for happening in kind(session, actor, span)]
    products = products_of(session, {h.request.id for h in found})
    placed = [replace(h, products=products.get(h.request.id, ())) for h in found]
    return sorted(placed, key=lambda h: (h.day, KINDS.index(h.kind), h.request.id))


def _visible(session: Session, actor: Actor, query: Select[Any], span: Span) -> Iterable[tuple[ChangeRequest, Any]]:
    """``(request, what was selected first)`` of the rows that ``actor`` may see."""
    narrowed = query.where(*_whose(actor, span.whose)).limit(MOST)
    for first, request, case in session.execute(narrowed):
        if allowed(actor, "change.see", facts_of(request, case)):
            yield request, first


def _whose(actor: Actor, whose: str) -> list[ColumnElement[bool]]:
    if whose == "mine":
        return [ChangeRequest.initiator == actor.username]
    return [ChangeRequest.owner_department == actor.department] if whose == "department" else []


def _with_case(first: Any) -> Select[Any]:
    query: Select[Any] = select(first, ChangeRequest, ProcessInstance)
    return query.outerjoin_from(ChangeRequest, ProcessInstance, ProcessInstance.id == ChangeRequest.instance_id)


def _within(moment: Any, span: Span) -> ColumnElement[bool]:
    return and_(moment >= span.begins, moment < span.ends)


def _launches(session: Session, actor: Actor, span: Span) -> Iterable[Happening]:
    wanted = ChangeRequest.state.in_(_FIXED | _WISHED)
    query = _with_case(ChangeRequest.state).where(wanted, _within(ChangeRequest.effective_at, span))
    for request, state in _visible(session, actor, query.order_by(ChangeRequest.effective_at), span):
        assert request.effective_at is not None
        yield Happening(accounting_date(request.effective_at), "launch" if state in _FIXED else "wish", request)


def _waves(session: Session, actor: Actor, span: Span) -> Iterable[Happening]:
    """The waves that come before a rollout is everywhere, each on its day with its scope."""
    query = _with_case(Rollout).join(Rollout, Rollout.change_request_id == ChangeRequest.id)
    within = and_(Rollout.begins_at < Rollout.effective_at, Rollout.begins_at < span.ends)
    query = query.where(ChangeRequest.state.in_(_FIXED | _WISHED), within, Rollout.effective_at >= span.begins)
    for request, rollout in _visible(session, actor, query.order_by(Rollout.begins_at), span):
        for wave in rollout.waves:
            if span.begins <= (at := parse_instant(wave["effective_at"])) < span.ends:
                yield Happening(accounting_date(at), "wave", request, scope=wave["scope"])


def _pilots(session: Session, actor: Actor, span: Span) -> Iterable[Happening]:
    query = _with_case(Pilot).join(Pilot, Pilot.change_request_id == ChangeRequest.id)
    query = query.where(or_(_within(Pilot.begins_at, span), _within(Pilot.until, span))).order_by(Pilot.id)
    for request, pilot in _visible(session, actor, query, span):
        if span.begins <= pilot.begins_at < span.ends:
            yield Happening(accounting_date(pilot.begins_at), "pilot_begins", request)
        if span.begins <= pilot.until < span.ends:
            yield Happening(accounting_date(pilot.until), "pilot_ends", request)


def _reviews(session: Session, actor: Actor, span: Span) -> Iterable[Happening]:
    query = _with_case(Task).join(Task, Task.instance_id == ChangeRequest.instance_id)
    query = query.where(Task.state == "open", Task.element_id.in_(_REVIEWS), _within(Task.due_at, span))
    due: dict[tuple[int, date], list[ChangeRequest]] = defaultdict(list)
    for request, task in _visible(session, actor, query.order_by(Task.due_at), span):
        due[request.id, accounting_date(task.due_at)].append(request)
    for (_, day), requests in due.items():
        yield Happening(day, "review", requests[0], count=len(requests))


def _looking_back(session: Session, actor: Actor, span: Span) -> Iterable[Happening]:
    """The last day of each post-launch review that is not finished."""
    query = _with_case(PostLaunchReview.due_at)
    query = query.join(PostLaunchReview, PostLaunchReview.change_request_id == ChangeRequest.id)
    query = query.where(PostLaunchReview.state != "noted", _within(PostLaunchReview.due_at, span))
    for request, due in _visible(session, actor, query.order_by(PostLaunchReview.due_at), span):
        yield Happening(accounting_date(due), "post_launch", request)


def products_of(session: Session, requests: set[int]) -> dict[int, list[Product]]:
    rows = session.execute(
        select(ProposedVersion.change_request_id, Product)
        .join(Product, Product.code == ProposedVersion.product_code)
        .where(ProposedVersion.change_request_id.in_(requests))
        .order_by(ProposedVersion.position)
    )
    found: dict[int, list[Product]] = defaultdict(list)
    for request, product in rows:
        found[request].append(product)
    return found
