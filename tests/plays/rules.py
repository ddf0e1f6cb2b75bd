"""The rules of the field, checked on the records after every step of a play; one sentence for each that is broken.

A check is registered with ``@rule``; records that a later feature brings get one of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel import audit
from app.modules.catalogue.models import FOREVER, Availability, Product, ProductVersion
from app.modules.catalogue.queries import may_sell, resolve_scope, status_at, version_in_force
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.rules.scopes import Cell, cells
from app.modules.changes import invariants as changes
from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    DelegatedAuthority,
    DepartmentReview,
    ExecutiveDecision,
    Pilot,
    ProposedVersion,
    RegulatoryReceipt,
)
from app.modules.changes.rules import matter
from app.modules.changes.rules.matter import changed_groups
from app.modules.changes.rules.routing import rank
from app.modules.changes.rules.states import OPEN
from app.modules.changes.services.records import plan_of
from app.modules.changes.services.reviewing import DEPARTMENTS, standing_reviews
from app.modules.suspensions import invariants as suspensions
from app.workflow import invariants as workflow
from app.workflow.decisions.queries import records_of
from app.workflow.decisions.services import try_out
from app.workflow.models import ProcessInstance, Task
from tests.plays.bank import Bank, place
from tests.plays.replay import Story, chain_of

Rule = Callable[[Session, Bank], Iterator[str]]
RULES: list[Rule] = []
OF_PRODUCTS: list[Rule] = []
"""Those that look at nothing but products, their versions, and where these are sold."""
ONCE_APPROVED = changes.ONCE_APPROVED
AFTER_DECISION = frozenset({"approved", "piloting", "scheduled", "live", "pilot_failed"})
PROBES = 2
VETO = frozenset({"compliance", "consumer_protection", "aml"})
"""Whose rejection cannot be overridden (rule 8)."""


def rule(check: Rule) -> Rule:
    RULES.append(check)
    return check


def of_products(check: Rule) -> Rule:
    OF_PRODUCTS.append(check)
    return check


def broken(session: Session, bank: Bank, chance: Random) -> Iterator[str]:
    """What does not hold now. Every change of state is a link of a chain: where none has grown, nothing has changed."""
    grown = grown_chains(session, bank)
    yield from chains_hold(session, grown)
    if grown:
        for check in RULES:
            yield from check(session, bank)
    if any(name.startswith("product:") for name in grown):
        for check in OF_PRODUCTS:
            yield from check(session, bank)
        yield from answers_agree(session, bank, chance, PROBES)


def grown_chains(session: Session, bank: Bank) -> list[str]:
    """The audit chains that have grown since they were last looked at."""
    lengths = {name: length for name, length in session.execute(_LENGTHS)}
    grown = [name for name, length in lengths.items() if bank.verified.get(name) != length]
    bank.verified = lengths
    return grown


_LENGTHS = select(audit.AuditStream.stream, audit.AuditStream.length)


def chains_hold(session: Session, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (f"{b.stream} {b.number}: {b.reason}" for b in audit.verify(session, name))


@rule
def what_always_holds(session: Session, bank: Bank) -> Iterator[str]:
    yield from workflow.violations(session, bank.now)
    yield from changes.violations(session)
    yield from suspensions.violations(session)


@rule
def four_eyes(session: Session, bank: Bank) -> Iterator[str]:
    """Rule 5: initiator ≠ reviewer ≠ decider, nobody for two departments; by who closed which task."""
    done = (
        select(Task.instance_id, Task.closed_by, Task.duty, Task.department, ProcessInstance.started_by)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .where(Task.duty.in_(("review", "sign", "decide")), Task.state == "completed")
    )
    hands: dict[tuple[int, str], set[str]] = defaultdict(set)
    for case, who, duty, department, initiator in session.execute(done):
        hands[case, str(who)].add(duty if duty == "decide" else f"{duty}:{department}")
        if who == initiator:
            yield f"case {case}: {who} proposed and had the duty “{duty}”"
    for (case, who), duties in hands.items():
        if len(duties) > 1:
            yield f"case {case}: {who} had {sorted(duties)}"


@rule
def two_signatures(session: Session, bank: Bank) -> Iterator[str]:
    """Who signs an opinion has not given it; what nobody signed does not count."""
    for review in session.scalars(select(DepartmentReview)):
        if review.signed_by == review.reviewer:
            yield f"review {review.id}: {review.reviewer} signed the own opinion"
        if (review.signed_at is None) != (review.signed_by is None):
            yield f"review {review.id} counts since {review.signed_at}, signed by {review.signed_by}"


@rule
def a_veto_ends_it_and_approvals_bind(session: Session, bank: Bank) -> Iterator[str]:
    """Rules 6 and 8, for every request that was ever approved."""
    for request in session.scalars(select(ChangeRequest).where(ChangeRequest.state.in_(AFTER_DECISION))):
        versions = _versions(session, request)
        shown = matter.whole({v.product_code: content_hash(v.content) for v in versions}, plan_of(request))
        decision = _decision(session, request)
        if decision is None or decision.decision != "approve":
            yield f"{request.number} is {request.state} without an approval"
        elif decision.content_hash != request.content_hash:
            yield f"{request.number}: approved was {decision.content_hash}, it holds {request.content_hash}"
        if shown != request.content_hash and request.state == "approved":
            yield f"{request.number}: what it holds is not what was frozen"
        for review in standing_reviews(session, request):
            if review.verdict == "reject" and review.department in VETO:
                yield f"{request.number} is {request.state} against the veto of {review.department}"
            yield from _unbound(session, request, review)


@rule
def whoever_decides_may(session: Session, bank: Bank) -> Iterator[str]:
    """Rule 7: the level is the one the table named; authority in force, a committee with quorum and majority."""
    for decision in session.scalars(select(ExecutiveDecision)):
        request = session.get_one(ChangeRequest, decision.change_request_id)
        where = f"{request.number}, decision {decision.id}"
        named = [r for r in records_of(session, request.instance_id or 0) if r.decision_key == "decider"]
        levels = {r.output for r in named if r.at <= decision.at}
        if decision.level not in levels:
            yield f"{where}: decided by {decision.level}, named were {sorted(levels)}"
        if decision.level == "delegated":
            yield from (f"{where}: {fault}" for fault in _authority_faults(session, request, decision))
        if decision.level == "committee":
            yield from (f"{where}: {fault}" for fault in _meeting_faults(session, decision))


def _authority_faults(session: Session, request: ChangeRequest, decision: ExecutiveDecision) -> Iterator[str]:
    authority = session.get(DelegatedAuthority, decision.authority_id or 0)
    if authority is None or not authority.valid_from <= decision.at < authority.valid_to:
        yield "no authority in force"
    elif authority.revoked_at is not None and authority.revoked_at < decision.at:
        yield "its authority was revoked before"
    if request.state in AFTER_DECISION and request.materiality != "minor":
        yield f"authority over a change that is {request.materiality}"


def _meeting_faults(session: Session, decision: ExecutiveDecision) -> Iterator[str]:
    meeting = session.get_one(CommitteeMeeting, decision.meeting_id or 0)
    votes = list(session.scalars(select(CommitteeVote).where(CommitteeVote.meeting_id == meeting.id)))
    cast = Counter(vote.vote for vote in votes)
    if len({vote.member for vote in votes}) != len(votes) or not {v.member for v in votes} <= set(meeting.members):
        yield "somebody voted twice, or was not called"
    if len(votes) < meeting.quorum:
        yield f"{len(votes)} votes, the quorum is {meeting.quorum}"
    if decision.decision == "approve" and cast["approve"] * 2 <= len(votes):
        yield f"approved with {dict(cast)}"
    if {vote.content_hash for vote in votes} | {decision.content_hash} != {meeting.content_hash}:
        yield "votes on different contents"


@rule
def a_raised_class_is_the_least(session: Session, bank: Bank) -> Iterator[str]:
    """Rule 7: what compliance raised is never lowered."""
    for request in session.scalars(select(ChangeRequest).where(ChangeRequest.state.in_(AFTER_DECISION))):
        if rank(request.materiality) < rank(request.raised_to):
            yield f"{request.number} is {request.materiality}, raised to {request.raised_to}"


@rule
def nothing_is_sold_before_the_receipt(session: Session, bank: Bank) -> Iterator[str]:
    """Where the table asked for a filing, a receipt of exactly these products stands before any sale."""
    sold = ("piloting", "scheduled", "live", "pilot_failed")
    for request in session.scalars(select(ChangeRequest).where(ChangeRequest.state.in_(sold))):
        asked = [
            r.output for r in records_of(session, request.instance_id or 0) if r.decision_key == "regulatory_filing"
        ]
        receipts = select(RegulatoryReceipt.products).where(RegulatoryReceipt.change_request_id == request.id)
        products = sorted(v.product_code for v in _versions(session, request))
        if set(asked) - {"none"} and products not in [sorted(named) for named in session.scalars(receipts)]:
            yield f"{request.number} is {request.state} without a receipt of {products}"


def _unbound(session: Session, request: ChangeRequest, review: DepartmentReview) -> Iterator[str]:
    """An opinion on other content counts only where the table would not ask its department about what differs."""
    if review.content_hash == request.content_hash:
        return
    groups = changed_groups(review.matter, request.matter)
    for family in request.families:
        inputs = {"materiality": request.materiality, "family": family, "groups_touched": groups}
        if review.department in try_out(session, key=DEPARTMENTS, inputs=inputs).output:
            yield f"{request.number}: the opinion of {review.department} is about other content ({groups})"


def _versions(session: Session, request: ChangeRequest) -> list[ProductVersion]:
    mine = select(ProposedVersion.version_id).where(ProposedVersion.change_request_id == request.id)
    return list(session.scalars(select(ProductVersion).where(ProductVersion.id.in_(mine))))


def _decision(session: Session, request: ChangeRequest) -> ExecutiveDecision | None:
    mine = select(ExecutiveDecision).where(ExecutiveDecision.change_request_id == request.id)
    return session.scalar(mine.order_by(ExecutiveDecision.id.desc()).limit(1))


@of_products
def nothing_is_live_without_an_approved_process(session: Session, bank: Bank) -> Iterator[str]:
    """Rule 2: what is approved or sold goes back to a request that was decided, or to the opening load."""
    approved = {
        number
        for number, state in session.execute(select(ChangeRequest.number, ChangeRequest.state))
        if state in AFTER_DECISION
    }
    sold = set(session.scalars(select(Availability.version_id)))
    for version in session.scalars(select(ProductVersion)):
        allowed = version.approval == "opening load" or version.approval in approved
        if (version.state in ONCE_APPROVED) and not allowed:
            yield f"{version.product_code}/{version.number} is {version.state} by {version.approval}"
        if version.id in sold and version.state not in ONCE_APPROVED | {"withdrawn", "rejected"}:
            yield f"{version.product_code}/{version.number} is sold as {version.state}"


@of_products
def approved_versions_do_not_change(session: Session, bank: Bank) -> Iterator[str]:
    for version in session.scalars(select(ProductVersion).where(ProductVersion.state.in_(ONCE_APPROVED))):
        key = version.product_code, version.number
        first = bank.approved.setdefault(key, version.content_hash)
        if not first == version.content_hash == content_hash(version.content):
            yield f"{key} changed after it was approved"


@rule
def one_open_request_for_each_product(session: Session, bank: Bank) -> Iterator[str]:
    several = (
        select(ProposedVersion.product_code)
        .join(ChangeRequest, ChangeRequest.id == ProposedVersion.change_request_id)
        .where(ChangeRequest.state.in_(OPEN))
        .group_by(ProposedVersion.product_code)
        .having(func.count() > 1)
    )
    for code in session.scalars(several):
        yield f"{code} stands in several open requests"
    for request, row in session.execute(
        select(ChangeRequest, ProposedVersion).join(
            ProposedVersion, ProposedVersion.change_request_id == ChangeRequest.id
        )
    ):
        if row.open != (request.state in OPEN):
            yield f"{request.number} is {request.state}, {row.product_code} is {'' if row.open else 'not '}taken by it"


@rule
def no_open_task_in_an_ended_case(session: Session, bank: Bank) -> Iterator[str]:
    left = (
        select(Task.id)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .where(Task.state == "open", ProcessInstance.state.in_(("completed", "cancelled")))
    )
    for task in session.scalars(left):
        yield f"task {task} is open in a case that has ended"


@of_products
def a_pilot_sells_in_its_scope_and_time_only(session: Session, bank: Bank) -> Iterator[str]:
    """Rule 8: within the planned cells, from its begin to its end; a failed one sells nothing from then on."""
    for pilot in session.scalars(select(Pilot)):
        mine = select(ProposedVersion.version_id).where(ProposedVersion.change_request_id == pilot.change_request_id)
        planned = set(cells(pilot.scopes))
        sold = select(Availability).where(Availability.version_id.in_(mine), Availability.recorded_to == FOREVER)
        for row in session.scalars(sold):
            if (not row.pilot and pilot.state == "failed") or (pilot.state == "running" and not row.pilot):
                yield f"pilot {pilot.id} is {pilot.state}, but its version is sold everywhere"
            if row.pilot and Cell(row.unit, row.channel, row.customer_group) not in planned:
                yield f"pilot {pilot.id} is sold outside of its scope"
            if row.pilot and not (pilot.begins_at <= row.valid_from and row.valid_to <= pilot.until):
                yield f"pilot {pilot.id} is sold from {row.valid_from} to {row.valid_to}, it ends {pilot.until}"
            if pilot.state == "failed" and row.valid_to > bank.now:
                yield f"pilot {pilot.id} has failed and is sold until {row.valid_to}"


@of_products
def one_version_is_sold_in_a_place_at_an_instant(session: Session, bank: Bank) -> Iterator[str]:
    """Rule 3: of the live ones and of the pilots one each."""
    rows: dict[tuple[str, bool], list[Availability]] = defaultdict(list)
    for row in session.scalars(select(Availability).where(Availability.recorded_to == FOREVER)):
        rows[row.product_code, row.pilot].append(row)
    for (code, _), found in rows.items():
        for one, other in combinations(found, 2):
            together = max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)
            if together and one.version_id != other.version_id:
                yield f"{code}: versions {one.version_id} and {other.version_id} are on sale at one time"


def answers_agree(session: Session, bank: Bank, chance: Random, probes: int, products: int | None = 1) -> Iterator[str]:
    """As-of and known-at answers out of the tables, against those worked out from the audit chain."""
    codes = session.scalars(select(Product.code).order_by(Product.code)).all()
    for code in chance.sample(codes, products or len(codes)):
        chain = chain_of(session, code)
        every = sorted(chain.story(None).moments)
        for _ in range(probes):
            known_at = chance.choice([None, None, *(event.at for event in chain.events)])
            at = chance.choice([*every, bank.now]) + timedelta(microseconds=chance.choice((-1, 0, 1)))
            yield from _compared(session, code, chain.story(known_at), at, known_at, place(chance))


def _compared(
    session: Session, code: str, story: Story, at: datetime, known_at: datetime | None, where: dict[str, Any]
) -> Iterator[str]:
    yield from (f"{code}: {sentence}" for sentence in story.wrong)
    if at >= FOREVER:
        return
    scope = resolve_scope(session, **where)
    told = may_sell(session, product=code, at=at, known_at=known_at, **where)
    worked_out = story.may_sell(at, (scope.units, scope.channel, scope.group))
    if told != worked_out:
        yield f"{code} at {at} known at {known_at} in {where}: {told}, by the chain {worked_out}"
    if known_at is not None:
        return
    if status_at(session, code, at) != story.status(at):
        yield f"{code} at {at}: {status_at(session, code, at)}, by the chain {story.status(at)}"
    live = version_in_force(session, code, at=at)
    if (live.number if live else None) != story.in_force(at):
        yield f"{code} at {at}: version {live and live.number} in force, by the chain {story.in_force(at)}"
