"""The product committee 产品委员会: called, voting, its result by rule, its minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.people import people_in
from app.identity.permissions import may_decide
from app.kernel.calendar import add_business_days
from app.kernel.errors import Conflict, invalid
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest, CommitteeMeeting, CommitteeVote, ExecutiveDecision
from app.modules.changes.services import deciding
from app.modules.changes.services.records import shown_hash
from app.modules.changes.services.reviewing import require_consolidated
from app.workflow.decisions.queries import last_asked
from app.workflow.decisions.services import decide
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.attachments import require_attached

QUORUM, RESULT_RULE = "committee_quorum", "committee_result"
NO_QUORUM = "no_quorum"
MEMBERS = "committee"
VOTE_DAYS = 5


def members_of(session: Session, request: ChangeRequest, instance: ProcessInstance) -> tuple[list[Actor], list[Actor]]:
    """Members who may vote, and those who are excused 回避: they proposed or reviewed the change (rule 5)."""
    able: list[Actor] = []
    excused: list[Actor] = []
    for member in people_in(session, [MEMBERS]):
        able_to = may_decide(member.username, request.initiator, instance.hands)
        (able if able_to else excused).append(member)
    return able, excused


def record_meeting(
    uow: Session, request: ChangeRequest, *, task: Task, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> CommitteeMeeting:
    """Call the members. 422 where those called are fewer than the quorum, which counts the whole committee."""
    require_consolidated(uow, request)
    instance = uow.get_one(ProcessInstance, task.instance_id)
    able, excused = members_of(uow, request, instance)
    names = [member.username for member in able]
    called = [name for name in names if name in answers["members"]] if answers.get("members") else names
    quorum = _quorum(uow, request, task, len(able) + len(excused), now)
    if len(called) < quorum:
        message = N_("%(called)s members are called and %(excused)s are excused; the quorum is %(quorum)s.")
        raise invalid(
            "/data/members", message, code="no_quorum", called=len(called), excused=len(excused), quorum=quorum
        )
    meeting = CommitteeMeeting(
        change_request_id=request.id,
        round=request.round,
        members=called,
        excused=[member.username for member in excused],
        quorum=quorum,
        voting_until=add_business_days(now, answers.get("vote_days") or VOTE_DAYS),
        convened_by=actor.username,
        convened_at=now,
        content_hash=shown_hash(uow, request),
    )
    uow.add(meeting)
    uow.flush()
    return meeting


def _quorum(uow: Session, request: ChangeRequest, task: Task, members: int, now: datetime) -> int:
    """Votes that must be cast, by the bank's table: the most any of the families asks for."""
    place: dict[str, Any] = {"now": now, "instance_id": request.instance_id, "element_id": task.element_id}
    asked = [{"materiality": request.materiality, "family": family} for family in request.families]
    percent = max(int(decide(uow, key=QUORUM, inputs=inputs, **place)) for inputs in asked)
    return max(1, ceil(members * percent / 100))


def meeting_of(session: Session, request: ChangeRequest) -> CommitteeMeeting:
    """The latest meeting on the request."""
    rows = select(CommitteeMeeting).where(CommitteeMeeting.change_request_id == request.id)
    found = session.scalar(rows.order_by(CommitteeMeeting.id.desc()).limit(1))
    if found is None:
        raise Conflict(N_("The committee has not been convened."), code="not_convened")
    return found


def record_vote(
    uow: Session, request: ChangeRequest, *, task: Task, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> CommitteeVote:
    """Keep one member's vote, bound to the content shown. 409 once the time to vote is over."""
    meeting = meeting_of(uow, request)
    if meeting.content_hash != shown_hash(uow, request):
        raise Conflict(N_("The content changed after it was shown for approval."), code="approval_void")
    if now >= meeting.voting_until:
        # The case goes on by itself; a vote that comes before the tick must not count either.
        raise Conflict(N_("The voting has ended."), code="voting_ended")
    vote = CommitteeVote(
        meeting_id=meeting.id,
        member=actor.username,
        vote=answers["vote"],
        reason=answers.get("reason"),
        content_hash=meeting.content_hash,
        task_id=task.id,
        at=now,
    )
    uow.add(vote)
    uow.flush()
    return vote


def votes_of(session: Session, meeting_id: int) -> list[CommitteeVote]:
    """Each member's last word: an operator may have put the case back to the voting, where all vote again."""
    rows = select(CommitteeVote).where(CommitteeVote.meeting_id == meeting_id)
    return list({vote.member: vote for vote in session.scalars(rows.order_by(CommitteeVote.id))}.values())


def result_inputs(session: Session, request: ChangeRequest) -> dict[str, int]:
    """What the result is found by."""
    meeting = meeting_of(session, request)
    votes = Counter(vote.vote for vote in votes_of(session, meeting.id))
    return {
        "quorum": meeting.quorum,
        "votes_cast": votes.total(),
        "approvals": votes["approve"],
        "rejections": votes["reject"],
        "send_backs": votes["send_back"],
    }


def _counted(session: Session, request: ChangeRequest, meeting: CommitteeMeeting) -> str:
    """The result of this very meeting; 409 if the votes were not counted as they are, or without a quorum."""
    found = last_asked(session, request.instance_id, RESULT_RULE)
    if not found or found[-1].at < meeting.convened_at or found[-1].inputs != result_inputs(session, request):
        raise Conflict(N_("The votes have not been counted as they are now."), code="not_counted")
    result: str = found[-1].output
    if result == NO_QUORUM:
        raise Conflict(N_("The committee had no quorum; it is convened again."), code="no_quorum")
    return result


def record_minutes(
    uow: Session,
    request: ChangeRequest,
    *,
    task: Task,
    answers: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> ExecutiveDecision:
    """With the minutes 会议纪要 the committee's decision is taken: what the rule made of the votes as they stand."""
    require_attached(uow, request.instance_id, answers["evidence"])
    meeting = meeting_of(uow, request)
    result = _counted(uow, request, meeting)
    meeting.result, meeting.minutes, meeting.minutes_by = result, answers["minutes"], actor.username
    return deciding.record(
        uow,
        request,
        task=task,
        decision=result,
        reason=answers["minutes"],
        actor=actor,
        now=now,
        level="committee",
        meeting_id=meeting.id,
    )
