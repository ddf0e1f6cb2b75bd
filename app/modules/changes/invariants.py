"""What must always hold between requests, their cases and the catalogue.

Run by ``flask doctor`` and by the tests after every kill, beside the workflow's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.kernel.outbox import OutboxMessage
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.rules.content import content_hash
from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    Condition,
    DepartmentReview,
    ExecutiveDecision,
    FilePart,
    PostLaunchReview,
    ProposedVersion,
)
from app.modules.changes.rules.file import part_hash
from app.modules.changes.rules.states import ENDED, OPEN
from app.workflow.models import Attachment, ProcessInstance, Task

ONCE_APPROVED = frozenset({"approved", "piloting", "live", "superseded", "pilot_failed"})
CASE_STATES = {
    **dict.fromkeys(OPEN, frozenset({"active", "suspended", "failed"})),
    **dict.fromkeys(ENDED, frozenset({"completed", "cancelled"})),
}


def violations(session: Session) -> Iterator[str]:
    """One sentence for each thing that does not hold."""
    yield from _versions(session)
    for request in session.scalars(select(ChangeRequest).order_by(ChangeRequest.id)):
        yield from _case(session, request)
        yield from _launched(session, request)
        yield from _opinions(session, request)
        yield from _file(session, request)
    yield from _afterwards(session)


def _afterwards(session: Session) -> Iterator[str]:
    """A condition or a review that is open has a case that goes on; one that is done has none."""
    kept = select(Condition.id, Condition.state, ProcessInstance.state).join(
        ProcessInstance, ProcessInstance.id == Condition.instance_id
    )
    for number, state, case in session.execute(kept):
        if (state == "open") == (case == "completed"):
            yield f"condition {number} is {state}, its case {case}"
    looked = select(PostLaunchReview.change_request_id, PostLaunchReview.state, ProcessInstance.state).join(
        ProcessInstance, ProcessInstance.id == PostLaunchReview.instance_id
    )
    for number, state, case in session.execute(looked):
        if (state == "noted") != (case == "completed"):
            yield f"the post-launch review of request {number} is {state}, its case {case}"


def _file(session: Session, request: ChangeRequest) -> Iterator[str]:
    """What is written in the approver's file is what its hashes say."""
    files: dict[int, str] = {}
    rows = session.scalars(select(FilePart).where(FilePart.change_request_id == request.id)).all()
    wanted = [row.attachment_id for row in rows if row.attachment_id]
    if wanted:
        found = session.execute(select(Attachment.id, Attachment.sha256).where(Attachment.id.in_(wanted)))
        files = {row.id: row.sha256 for row in found}
    hashes = {row.part: part_hash(row.part, row.text, files.get(row.attachment_id or 0)) for row in rows}
    if hashes != request.file_hashes:
        yield f"{request.number}: the approver's file is not what its hashes say"


def _versions(session: Session) -> Iterator[str]:
    """Content is what its hash says; at most one version of a product is being sold everywhere for ever."""
    for version in session.scalars(select(ProductVersion).where(ProductVersion.state.in_(ONCE_APPROVED))):
        name = f"{version.product_code} version {version.number}"
        if content_hash(version.content) != version.content_hash:
            yield f"{name}: the content is not what was approved"
        if not version.approval:
            yield f"{name} is {version.state} without an approval"
    several = (
        select(ProductVersion.product_code)
        .where(ProductVersion.state == "live", ProductVersion.valid_to.is_(None))
        .group_by(ProductVersion.product_code)
        .having(func.count() > 1)
    )
    for code in session.scalars(several):
        yield f"{code}: several versions are live without an end"


def _case(session: Session, request: ChangeRequest) -> Iterator[str]:
    if request.instance_id is None:
        if request.state not in {"draft", "withdrawn"}:
            yield f"{request.number} is {request.state} without a case"
        return
    state = session.scalar(select(ProcessInstance.state).where(ProcessInstance.id == request.instance_id))
    if state not in CASE_STATES.get(request.state, frozenset()):
        yield f"{request.number} is {request.state}, its case {state}"


def _launched(session: Session, request: ChangeRequest) -> Iterator[str]:
    """A live request has told the outside once for each product; another one has not."""
    told = [
        message.payload["product"]
        for message in session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "product.published"))
        if message.payload.get("approval") == request.number
    ]
    products = session.scalars(
        select(ProposedVersion.product_code).where(ProposedVersion.change_request_id == request.id)
    )
    expected = sorted(products) if request.state == "live" else []
    if sorted(told) != expected:
        yield f"{request.number} is {request.state}, but the outside was told of {sorted(told)}"


def _opinions(session: Session, request: ChangeRequest) -> Iterator[str]:
    """Each opinion, signature, vote and decision stands in its table exactly once."""
    mine = DepartmentReview.change_request_id == request.id
    signed = DepartmentReview.signed_by.is_not(None)
    votes = select(CommitteeVote.task_id).join(CommitteeMeeting, CommitteeMeeting.id == CommitteeVote.meeting_id)
    # A committee decides with its minutes, which are nobody's own decision.
    alone = ExecutiveDecision.meeting_id.is_(None)
    kept: dict[str, list[Select[Any]]] = {
        "review": [select(DepartmentReview.task_id).where(mine)],
        "sign": [select(DepartmentReview.sign_task_id).where(mine, signed)],
        "decide": [
            select(ExecutiveDecision.task_id).where(ExecutiveDecision.change_request_id == request.id, alone),
            votes.where(CommitteeMeeting.change_request_id == request.id),
        ],
    }
    for duty, records in kept.items():
        tasks = select(Task.id, Task.result).where(
            Task.instance_id == request.instance_id, Task.duty == duty, Task.state == "completed"
        )
        # A head who gives an opinion back signs nothing.
        done = [id_ for id_, said in session.execute(tasks) if duty != "sign" or said["decision"] == "sign"]
        if sorted(done) != sorted(id_ for rows in records for id_ in session.scalars(rows)):
            yield f"{request.number}: the completed tasks of the duty “{duty}” and their records differ"
