"""Rules 5, 6 and 8: who had which hand in a case, what departments said, and what it binds to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.modules.catalogue.rules.content import content_hash
from app.modules.changes.models import ChangeRequest, DepartmentReview, ProposedVersion, RegulatoryReceipt
from app.modules.changes.rules import matter
from app.modules.changes.rules.matter import changed_groups
from app.modules.changes.rules.routing import rank
from app.modules.changes.rules.states import OPEN
from app.modules.changes.services.records import plan_of
from app.workflow.decisions.services import try_out
from app.workflow.models import ProcessInstance, Task
from tests.plays.rules.records import Records, rule

DEPARTMENTS = "review_departments"
"""The table that names who is asked."""
CHECKS = frozenset({"review", "sign", "decide"})
SOLD = frozenset({"piloting", "scheduled", "live", "pilot_failed"})
VETO = frozenset({"compliance", "consumer_protection", "aml"})
"""Whose rejection cannot be overridden (rule 8)."""


@rule
def four_eyes(records: Records) -> Iterator[str]:
    """Rule 5: initiator ≠ reviewer ≠ decider, nobody for two departments; by who closed which task."""
    initiators = {case.id: case.started_by for case in records.all(ProcessInstance)}
    hands: dict[tuple[int, str], set[str]] = defaultdict(set)
    for task in records.all(Task):
        if task.duty not in CHECKS or task.state != "completed":
            continue
        duty = "decide" if task.duty == "decide" else f"{task.duty}:{task.department}"
        hands[task.instance_id, str(task.closed_by)].add(duty)
        if task.closed_by == initiators[task.instance_id]:
            yield f"case {task.instance_id}: {task.closed_by} proposed and had the duty “{task.duty}”"
    for (case, who), duties in hands.items():
        if len(duties) > 1:
            yield f"case {case}: {who} had {sorted(duties)}"


@rule
def two_signatures(records: Records) -> Iterator[str]:
    """Who signs an opinion has not given it; what nobody signed does not count."""
    for review in records.all(DepartmentReview):
        if review.signed_by == review.reviewer:
            yield f"review {review.id}: {review.reviewer} signed the own opinion"
        if (review.signed_at is None) != (review.signed_by is None):
            yield f"review {review.id} counts since {review.signed_at}, signed by {review.signed_by}"


@rule
def nothing_is_approved_against_a_veto(records: Records) -> Iterator[str]:
    """Rule 8: the last word that a head of these departments ever signed is no rejection, whatever became of it."""
    for request in records.decided:
        last = {review.department: review for review in records.signed(request)}
        for department in sorted(VETO & last.keys()):
            if last[department].verdict == "reject":
                yield f"{request.number} is {request.state} against the veto of {department}"


@rule
def approvals_bind(records: Records) -> Iterator[str]:
    """Rule 6, for every request that was ever approved."""
    for request in records.decided:
        shown = matter.whole(
            {v.product_code: content_hash(v.content) for v in records.versions(request)}, plan_of(request)
        )
        decision = records.decision(request)
        if decision is None or decision.decision != "approve":
            yield f"{request.number} is {request.state} without an approval"
        elif decision.content_hash != request.content_hash:
            yield f"{request.number}: approved was {decision.content_hash}, it holds {request.content_hash}"
        if shown != request.content_hash and request.state == "approved":
            yield f"{request.number}: what it holds is not what was frozen"
        standing = {r.department: r for r in records.signed(request) if r.voided_at is None}
        for review in standing.values():
            yield from _unbound(records, request, review)


def _unbound(records: Records, request: ChangeRequest, review: DepartmentReview) -> Iterator[str]:
    """An opinion on other content counts only where the table would not ask its department about what differs."""
    if review.content_hash == request.content_hash:
        return
    groups = changed_groups(review.matter, request.matter)
    for family in request.families:
        inputs = {"materiality": request.materiality, "family": family, "groups_touched": groups}
        if review.department in try_out(records.session, key=DEPARTMENTS, inputs=inputs).output:
            yield f"{request.number}: the opinion of {review.department} is about other content ({groups})"


@rule
def a_raised_class_is_the_least(records: Records) -> Iterator[str]:
    """Rule 7: what compliance raised is never lowered."""
    for request in records.decided:
        if rank(request.materiality) < rank(request.raised_to):
            yield f"{request.number} is {request.materiality}, raised to {request.raised_to}"


@rule
def nothing_is_sold_before_the_receipt(records: Records) -> Iterator[str]:
    """Where the table asked for a filing, a receipt of exactly these products stands before any sale."""
    for request in records.decided:
        said = records.last(request, "regulatory_filing")
        asked = not said or set(said) != {"none"}
        products = sorted(version.product_code for version in records.versions(request))
        receipts = [sorted(receipt.products) for receipt in records.of(RegulatoryReceipt, request)]
        if request.state in SOLD and asked and products not in receipts:
            yield f"{request.number} is {request.state} without a receipt of {products}"


@rule
def one_open_request_for_each_product(records: Records) -> Iterator[str]:
    taken: dict[str, list[str]] = defaultdict(list)
    for row in records.all(ProposedVersion):
        request = records.request[row.change_request_id]
        if request.state in OPEN:
            taken[row.product_code].append(request.number)
        if row.open != (request.state in OPEN):
            yield f"{request.number} is {request.state}, {row.product_code} is {'' if row.open else 'not '}taken by it"
    for code, several in taken.items():
        if len(several) > 1:
            yield f"{code} stands in {several}"


@rule
def no_open_task_in_an_ended_case(records: Records) -> Iterator[str]:
    ended = {case.id for case in records.all(ProcessInstance) if case.state in {"completed", "cancelled"}}
    for task in records.all(Task):
        if task.state == "open" and task.instance_id in ended:
            yield f"task {task.id} is open in a case that has ended"
