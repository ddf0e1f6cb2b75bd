"""What a launch leaves to do: conditions that are kept track of until they are met, and the post-launch review."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel import audit
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Conflict, Forbidden
from app.kernel.outbox import OutboxMessage
from app.modules.changes import services as changes
from app.workflow.instances.services import cancel, move, start_instance
from app.workflow.invariants import violations
from tests.processes.afterwards import OWED, After, Owed
from tests.processes.bank import person
from tests.processes.conftest import bank

__all__ = ["bank"]


def met(play: After) -> None:
    play.launch("A1", alm=OWED).then("fulfil_condition")
    play.then("confirm_condition", decision="return", reason="Name the amounts.")
    play.then("fulfil_condition").then("confirm_condition")


def late(play: After) -> None:
    play.launch("A2", alm=OWED)
    play.wait(days=31)
    play.wait(days=10)
    close(play)


def closed_before_the_answer(play: After) -> None:
    play.launch("A3", alm=OWED).then("fulfil_condition")
    close(play)


def looked_back(play: After) -> None:
    play.launch("A4")
    play.wait(days=181)
    play.then("review_after_launch").then("take_note", decision="return", remark="Say by how much.")
    play.then("review_after_launch").then("take_note")


def looked_back_late(play: After) -> None:
    play.launch("A5")
    play.wait(days=181)
    play.wait(days=40)
    play.then("review_after_launch", conclusion="keep").then("take_note")


PATHS: Mapping[Callable[[After], None], tuple[type[After], str, str]] = {
    met: (Owed, "closed", "condition_closed"),
    late: (Owed, "closed", "closed_by_its_department"),
    closed_before_the_answer: (Owed, "closed", "closed_by_its_department"),
    looked_back: (After, "noted", "review_noted"),
    looked_back_late: (After, "noted", "review_noted"),
}
"""Path → what is played, the state of its record in the end, the end event reached."""


def close(play: After, who: str = "zheng.hao") -> None:
    wanted = {"request_id": play.request_id, "condition_id": play.condition().id, "grounds": "Seen at the branch."}
    play.step(lambda uow: changes.close_condition(uow, actor=person(uow, who), now=play.now, **wanted).id)


def told(what: str) -> list[str]:
    rows = session().scalars(select(OutboxMessage).where(OutboxMessage.topic == "people.told"))
    found = sorted(row.payload["to_group"] for row in rows if row.payload["what"] == what)
    end_read()
    return found


def test_a_condition_after_launch_is_a_task_with_an_owner_and_a_due_day(bank: Flask) -> None:
    play = Owed().launch("X1", alm=OWED)
    condition, task = play.condition(), play.task("fulfil_condition")
    assert (condition.owner_department, task.candidates) == ("personal_banking", ["personal_banking"])
    assert condition.due_at == task.due_at
    assert timedelta(days=30) <= condition.due_at - play.now <= timedelta(days=31)
    play.then("fulfil_condition").then("confirm_condition")
    condition = play.condition()
    assert (condition.state, condition.fulfilled_by, condition.closed_by) == ("closed", "zhao.heng", "zheng.hao")
    assert play.instance().state == "completed"
    assert list(violations(session(), play.now)) == []
    assert list(audit.verify(session())) == []


def test_whoever_proposed_or_fulfilled_does_not_confirm(bank: Flask) -> None:
    play = Owed().launch("X2", alm=OWED).then("fulfil_condition")
    with pytest.raises(Forbidden):
        play.then("confirm_condition", who="zhao.heng")
    assert play.condition().state == "open"


def test_closing_by_hand_needs_another_person_than_whoever_fulfilled_it(bank: Flask) -> None:
    own = {**OWED, "condition": "Look again."}
    play = Owed().launch("X3", alm=own)
    with unit_of_work() as uow:
        play_row = uow.merge(play.condition())
        play_row.fulfilled_by = "zheng.hao"
    with unit_of_work() as uow, pytest.raises(Forbidden):
        changes.close_condition(
            uow,
            request_id=play.request_id,
            condition_id=play.condition().id,
            grounds="Myself.",
            actor=person(uow, "zheng.hao"),
            now=play.now,
        )


def test_an_overdue_condition_is_reminded_once_then_escalated_once(bank: Flask) -> None:
    play = Owed().launch("X4", alm=OWED)
    play.wait(days=31)
    assert told("condition.due") == ["personal_banking"]
    assert told("condition.overdue") == []
    play.wait(days=10)
    play.wait(days=10)
    assert told("condition.due") == ["personal_banking"]
    assert told("condition.overdue") == ["alm:head", "executive", "personal_banking:head"]
    assert play.task("fulfil_condition").priority == 90


def test_the_cases_after_a_launch_begin_and_end_by_themselves_alone(bank: Flask) -> None:
    play = Owed().launch("X5", alm=OWED)
    number, case = play.request().number, play.instance().id
    keys = {
        "condition_follow_up": f"{number}/condition-{play.condition().id}",
        "post_launch_review": f"{number}/review",
    }
    for key, business_key in keys.items():
        with unit_of_work() as uow, pytest.raises(Conflict):
            start_instance(uow, key=key, actor=person(uow, "zhao.heng"), now=play.now, business_key=business_key)
    with unit_of_work() as uow, pytest.raises(Conflict):
        cancel(uow, instance_id=case, actor=person(uow, "lu.ming"), now=play.now, reason="Enough.")
    play.wait(days=31)
    beside = {"instance_id": case, "element_id": "remind_owner", "reason": "?", "now": play.now}
    with unit_of_work() as uow, pytest.raises(Conflict):
        move(uow, actor=person(uow, "lu.ming"), **beside)
    assert play.condition().state == "open"


def test_the_review_is_planned_at_the_launch_by_the_table(bank: Flask) -> None:
    play = After().launch("X6")
    review = play.review_row()
    assert (review.state, review.noter, review.review_days) == ("planned", "risk:head", 10)
    assert timedelta(days=179) < review.begins_at - play.now <= timedelta(days=180)
    assert play.standing() == []
    play.wait(days=181)
    assert play.standing() == ["review_after_launch"]


def test_the_result_stands_on_the_request_and_on_the_products_time_line(bank: Flask) -> None:
    play = After()
    looked_back(play)
    review = play.review_row()
    assert (review.state, review.conclusion, review.sales) == ("noted", "improve", 120)
    assert (review.reviewed_by, review.noted_by) == ("zhao.heng", "xu.feng")
    events = session().scalars(select(AuditEvent).where(AuditEvent.stream == "product:A4")).all()
    assert [e.payload["conclusion"] for e in events if e.action == "product.reviewed" and e.payload] == ["improve"]
    assert list(violations(session(), play.now)) == []


def test_a_late_review_is_reminded_then_escalated(bank: Flask) -> None:
    play = After().launch("X7")
    play.wait(days=181)
    play.wait(days=15)
    assert told("post_launch.due") == ["personal_banking"]
    play.wait(days=15)
    assert told("post_launch.overdue") == ["executive", "personal_banking:head", "risk:head"]
    assert play.task("review_after_launch").priority == 90
