"""Every open task is reminded and escalated as the bank's table says, each person once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.identity.permissions import allowed
from app.kernel import audit
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.worker import run_due
from app.workflow.decisions.models import DecisionRecord
from app.workflow.invariants import violations
from app.workflow.notices.models import Notice, TaskChase
from app.workflow.notices.services import mark_read
from app.workflow.tasks import chasing
from app.workflow.tasks.chasing import due_tasks, run_reminders
from app.workflow.tasks.services import facts_of
from tests.modules.catalogue.test_at_once import at_once
from tests.processes.bank import TIME_DEPOSIT, dearer, person
from tests.processes.conftest import bank
from tests.processes.play import Play

__all__ = ["bank"]


@pytest.fixture
def proposed(bank: Flask) -> Play:
    """A request whose need is to be assessed by the head of personal banking."""
    play = Play()
    play.sell({"P1": TIME_DEPOSIT})
    return play.draft({"P1": dearer(TIME_DEPOSIT, "1.35")}).submit()


def told(what: str) -> list[str]:
    found = sorted(session().scalars(select(Notice.recipient).where(Notice.what == what)))
    end_read()
    return found


def lines(play: Play, action: str) -> list[dict[str, object]]:
    case = f"instance:{play.instance().id}"
    rows = select(AuditEvent.payload).where(AuditEvent.stream == case, AuditEvent.action == action)
    found = [payload or {} for payload in session().scalars(rows.order_by(AuditEvent.number))]
    end_read()
    return found


def at_due(play: Play, days: int = 0) -> None:
    """Let the task's due moment pass, and this many business days more."""
    task = play.open_tasks()[0]
    assert task.due_at is not None
    play.now = task.due_at + timedelta(days=days, seconds=1)
    run_due(play.now)


def test_whoever_has_a_task_is_reminded_once_when_it_falls_due(proposed: Play) -> None:
    run_due(proposed.now)
    assert told("task.reminded") == []
    at_due(proposed)
    first = told("task.reminded")
    assert "zhao.heng" in first
    assert told("task.escalated") == []
    for _ in range(3):
        run_due(proposed.now)
    assert told("task.reminded") == first
    assert [line["late"] for line in lines(proposed, "task.reminded")] == [0]


def test_late_it_goes_up_and_becomes_urgent(proposed: Play) -> None:
    at_due(proposed)
    at_due(proposed, 5)
    assert [line["candidates"] for line in lines(proposed, "task.escalated")] == [["personal_banking:head"]]
    assert proposed.open_tasks()[0].priority >= 70
    at_due(proposed, 12)
    assert lines(proposed, "task.escalated")[-1]["candidates"] == ["executive"]
    assert "wang.zhiyuan" in told("task.escalated")
    task, case = proposed.open_tasks()[0], proposed.instance()
    assert allowed(person(session(), "wang.zhiyuan"), "task.see", facts_of(case, task))
    end_read()
    said = len(lines(proposed, "task.escalated"))
    at_due(proposed, 40)
    assert len(lines(proposed, "task.escalated")) == said
    assert list(audit.verify(session())) == []
    assert list(violations(session(), proposed.now)) == []


def test_each_evaluation_of_the_table_is_kept(proposed: Play) -> None:
    at_due(proposed)
    kept = session().scalars(select(DecisionRecord).where(DecisionRecord.decision_key == "reminders")).all()
    assert [(row.element_id, row.inputs["late_days"]) for row in kept] == [("assess_need", 0)]


def test_a_task_that_was_done_is_not_chased(proposed: Play) -> None:
    proposed.do("assess_need")
    proposed.now += timedelta(days=16)
    run_due(proposed.now)
    assert {line["element"] for line in lines(proposed, "task.reminded")} == {"design_change"}


def test_what_a_drawing_chases_itself_is_told_once(proposed: Play) -> None:
    proposed.prepare()
    proposed.wait(days=4)
    proposed.wait(days=4)
    assert told("task.reminded") == []
    assert told("review.due") != []


def test_several_workers_tell_each_person_once(bank: Flask, proposed: Play) -> None:
    due = proposed.open_tasks()[0].due_at
    assert due is not None
    now = due + timedelta(seconds=1)
    at_once(bank, lambda: run_reminders(now))
    assert len(lines(proposed, "task.reminded")) == 1
    assert len(told("task.reminded")) == len(set(told("task.reminded")))


def test_a_suspended_case_is_left_alone(proposed: Play) -> None:
    with unit_of_work() as uow:
        uow.merge(proposed.instance()).state = "suspended"
    at_due(proposed)
    assert told("task.reminded") == []
    assert due_tasks(proposed.now) == []
    end_read()


def test_the_initiator_asks_once_a_day_and_nobody_else_does(proposed: Play) -> None:
    task = proposed.open_tasks()[0].id

    def ask(who: str) -> None:
        with unit_of_work() as uow:
            chasing.ask(uow, task_id=task, actor=person(uow, who), now=proposed.now)

    with pytest.raises((Forbidden, NotFound)):
        ask("zhao.heng")
    ask("lin.yue")
    assert "zhao.heng" in told("task.asked")
    with pytest.raises(Conflict):
        ask("lin.yue")
    proposed.now += timedelta(days=1)
    ask("lin.yue")
    assert len(lines(proposed, "task.asked")) == 2
    at_due(proposed)
    assert told("task.reminded") != []
    assert session().scalars(select(TaskChase.next_at)).one() is not None


def test_a_notice_is_read_by_whom_it_is_for(proposed: Play) -> None:
    at_due(proposed)
    mine = session().scalars(select(Notice.id).where(Notice.recipient == "zhao.heng")).first()
    assert mine is not None
    end_read()

    def read(who: str) -> None:
        with unit_of_work() as uow:
            mark_read(uow, notice_id=mine, actor=person(uow, who), now=proposed.now)

    with pytest.raises(NotFound):
        read("lin.yue")
    read("zhao.heng")
    assert session().get_one(Notice, mine).read_at == proposed.now
