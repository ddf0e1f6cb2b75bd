"""What departments asked for: before a launch it holds it, afterwards it is owed until another person confirms."""

from __future__ import annotations

from collections.abc import Iterator

from app.modules.changes.models import Condition, PostLaunchReview
from tests.plays.rules.records import Records, rule


@rule
def whoever_owes_a_condition_does_not_close_it(records: Records) -> Iterator[str]:
    """Rules 5 and 8: closed by the department that set it, neither by the initiator nor by whoever fulfilled it."""
    for condition in records.all(Condition):
        where = f"condition {condition.id} of {condition.department}"
        if condition.state != "closed":
            if condition.closed_by is not None:
                yield f"{where} is {condition.state}, closed by {condition.closed_by}"
            continue
        who = records.bank.actors.get(condition.closed_by or "")
        if who is None or who.department != condition.department:
            yield f"{where} was closed by {condition.closed_by}, who is not of that department"
        if condition.closed_by in {condition.fulfilled_by, records.request[condition.change_request_id].initiator}:
            yield f"{where} was closed by {condition.closed_by}, who owed it"


@rule
def open_conditions_hold_the_launch(records: Records) -> Iterator[str]:
    """Rule 8: nothing is scheduled while one before launch is open; one after it has an owner, a day and a case."""
    for condition in records.all(Condition):
        request = records.request[condition.change_request_id]
        if condition.state != "open" or request.state not in {"scheduled", "live"}:
            continue
        if condition.kind == "before_launch":
            yield f"{request.number} is {request.state}, condition {condition.id} is open"
        elif request.state == "live" and None in (condition.instance_id, condition.owner_department, condition.due_at):
            yield f"{request.number} is live, and nobody keeps track of condition {condition.id}"


@rule
def whoever_reviewed_a_launch_does_not_take_note(records: Records) -> Iterator[str]:
    for review in records.all(PostLaunchReview):
        if review.noted_by is not None and review.noted_by == review.reviewed_by:
            yield f"the post-launch review {review.id} was given and noted by {review.noted_by}"
