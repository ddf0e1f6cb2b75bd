"""The bell, the page of notices, and reminding those with whom a task lies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kernel import clock
from app.kernel.database import end_read, session
from app.worker import run_due
from app.workflow.models import Task
from app.workflow.notices.models import Notice
from tests.desks.conftest import Desk
from tests.modules.changes.conftest import Ask, ask
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.conftest import bank, play
from tests.processes.play import Play

__all__ = ["ask", "bank", "play"]


@pytest.fixture
def task(ask: Ask) -> int:
    """The first step of a request that Lin Yue has made, in the bank that ``ask`` fills."""
    play = Play(clock.now())
    end_read()
    play.sell({"P1": TIME_DEPOSIT}).draft({"P1": dearer(TIME_DEPOSIT, "1.35")}).submit()
    return play.open_tasks()[0].id


def notice_of(username: str) -> int:
    found = session().scalars(select(Notice.id).where(Notice.recipient == username)).one()
    end_read()
    return found


def test_the_reminded_see_it_beside_the_bell_and_go_to_the_task(task: int, desk: Callable[..., Desk]) -> None:
    mine, theirs = desk("lin.yue"), desk("zhao.heng")
    assert "/remind" in mine.main(f"/tasks/{task}")
    assert mine.post(f"/tasks/{task}/remind").status_code in {302, 303}
    assert mine.post(f"/tasks/{task}/remind").status_code == 409
    assert "/remind" not in theirs.main(f"/tasks/{task}")
    assert ">1<" in theirs.get("/notices/count").text
    assert "asks you to deal with" in theirs.main("/notices")
    assert "请您办理" in desk("zhao.heng", "zh").main("/notices")
    number = notice_of("zhao.heng")
    assert mine.post(f"/notices/{number}/read").status_code == 404
    answer = theirs.post(f"/notices/{number}/read", {"go": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/tasks/{task}")
    assert "badge-count" not in theirs.get("/notices/count").text
    assert "asks you to deal with" not in theirs.main("/notices")
    assert "asks you to deal with" in theirs.main("/notices?state=all")


def test_programs_read_their_notices_and_mark_them_read(task: int, ask: Ask) -> None:
    due = session().get_one(Task, task).due_at
    end_read()
    assert due is not None
    run_due(due + timedelta(seconds=1))
    items = ask("zhao.heng", "GET", "/notices?unread=true").json["items"]
    assert [(item["what"], item["path"]) for item in items] == [("task.reminded", f"/tasks/{task}")]
    read = ask("zhao.heng", "POST", f"/notices/{items[0]['id']}/read")
    assert read.status_code == 200, read.json
    assert read.json["read"] is not None
    assert ask("zhao.heng", "GET", "/notices?unread=true").json["items"] == []
    assert ask("lin.yue", "POST", f"/notices/{items[0]['id']}/read").status_code == 404


def test_programs_remind_once_a_day(task: int, ask: Ask) -> None:
    assert "remind" in ask("lin.yue", "GET", f"/tasks/{task}").json["allowed_actions"]
    assert ask("zhao.heng", "POST", f"/tasks/{task}/remind").status_code == 403
    assert ask("lin.yue", "POST", f"/tasks/{task}/remind").status_code == 200
    again = ask("lin.yue", "POST", f"/tasks/{task}/remind")
    assert (again.status_code, again.json["code"]) == (409, "already_asked")
