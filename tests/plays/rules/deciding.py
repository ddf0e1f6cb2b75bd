"""Rule 7: whoever decides may; authority in force, a committee of members with quorum and majority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    DelegatedAuthority,
    DepartmentReview,
    ExecutiveDecision,
)
from app.modules.changes.rules.routing import highest
from app.workflow.models import Task
from tests.plays.rules.records import AFTER_DECISION, Records, rule


@rule
def whoever_decides_may(records: Records) -> Iterator[str]:
    """The level is the one that the table named."""
    for decision in records.all(ExecutiveDecision):
        request = records.request[decision.change_request_id]
        where = f"{request.number}, decision {decision.id}"
        named = records.last(request, "decider", by=decision.at)
        if decision.decision == "approve" and (not named or highest(named) != decision.level):
            yield f"{where}: decided by {decision.level}, named were {sorted(named)}"
        if decision.level == "delegated":
            yield from (f"{where}: {fault}" for fault in _authority_faults(records, request, decision))
        if decision.level == "committee":
            yield from (f"{where}: {fault}" for fault in _majority_faults(records, decision))


def _authority_faults(records: Records, request: ChangeRequest, decision: ExecutiveDecision) -> Iterator[str]:
    authority = next((a for a in records.all(DelegatedAuthority) if a.id == decision.authority_id), None)
    if authority is None or not authority.valid_from <= decision.at < authority.valid_to:
        yield "no authority in force"
    elif authority.revoked_at is not None and authority.revoked_at < decision.at:
        yield "its authority was revoked before"
    if request.state in AFTER_DECISION and request.materiality != "minor":
        yield f"authority over a change that is {request.materiality}"


def _majority_faults(records: Records, decision: ExecutiveDecision) -> Iterator[str]:
    meeting = next(m for m in records.all(CommitteeMeeting) if m.id == decision.meeting_id)
    votes = _votes(records, meeting)
    cast = Counter(vote.vote for vote in votes)
    if len(votes) < meeting.quorum:
        yield f"{len(votes)} votes, the quorum is {meeting.quorum}"
    if decision.decision == "approve" and cast["approve"] * 2 <= len(votes):
        yield f"approved with {dict(cast)}"
    if {vote.content_hash for vote in votes} | {decision.content_hash} != {meeting.content_hash}:
        yield "votes on different contents"


@rule
def members_vote_once_each(records: Records) -> Iterator[str]:
    """Of every meeting, decided or not: members of the committee who were called, by their own hand and in time."""
    closed_by = {task.id: task.closed_by for task in records.all(Task)}
    for meeting in records.all(CommitteeMeeting):
        called, members = set(meeting.members), [vote.member for vote in _votes(records, meeting)]
        if not set(members) <= called:
            yield f"meeting {meeting.id}: {sorted(members)} voted, called were {sorted(called)}"
        yield from (f"meeting {meeting.id}: {who} {why}" for who, why in _not_able(records, meeting))
        for vote in _votes(records, meeting):
            if closed_by[vote.task_id] != vote.member:
                yield f"meeting {meeting.id}: {closed_by[vote.task_id]} voted for {vote.member}"
            if vote.at >= meeting.voting_until:
                yield f"meeting {meeting.id}: {vote.member} voted after the voting had ended"


def _not_able(records: Records, meeting: CommitteeMeeting) -> Iterator[tuple[str, str]]:
    """Who was called and is no member, or had a hand in the change before."""
    request = records.request[meeting.change_request_id]
    earlier = [r for r in records.of(DepartmentReview, request) if r.at <= meeting.convened_at]
    busy = {request.initiator, *(r.reviewer for r in earlier), *(r.signed_by for r in earlier)}
    for who in meeting.members:
        if "committee" not in records.bank.actors[who].roles:
            yield who, "is no member of the committee"
        if who in busy:
            yield who, "proposed or reviewed, and was called to vote"


def _votes(records: Records, meeting: CommitteeMeeting) -> list[CommitteeVote]:
    """The last word of each."""
    cast = sorted((vote for vote in records.all(CommitteeVote) if vote.meeting_id == meeting.id), key=lambda v: v.id)
    return list({vote.member: vote for vote in cast}.values())
