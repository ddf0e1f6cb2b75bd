"""The case page: where is it, why, since when, and what can I do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.kernel.database import end_read, session
from app.workflow.models import ProcessInstance
from tests.desks.conftest import Bank, Desk

DeskOf = Callable[..., Desk]


def state(case: int) -> str:
    end_read()
    return session().get_one(ProcessInstance, case, populate_existing=True).state


def test_the_page_says_with_whom_a_case_lies_and_which_timer_waits(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    cases.claim(opened["risk"], "chen.rui")
    page = desk("lin.yue").main(f"/cases/{opened['case']}")
    for text in ("Chen Rui", "Finance", "Three days over", "diagram.bpmn?lang=en", 'data-active="review late"'):
        assert text in page, text


def test_a_case_one_takes_no_part_in_is_not_there(desk: DeskOf, cases: Bank) -> None:
    case = cases.start()["case"]
    assert desk("he.jia").get(f"/cases/{case}").status_code == 404
    assert f"/cases/{case}" not in desk("he.jia").main("/cases")
    assert f"/cases/{case}" in desk("jin.cheng").main("/cases")


def test_whoever_started_a_case_withdraws_it_with_a_reason(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    initiator = desk("lin.yue")
    assert initiator.post(f"/cases/{opened['case']}/withdraw", {"reason": " "}).status_code == 422
    assert state(opened["case"]) == "active"
    done = initiator.post(f"/cases/{opened['case']}/withdraw", {"reason": "Overtaken."}, follow_redirects=True)
    assert "Overtaken." in done.text
    assert state(opened["case"]) == "cancelled"
    assert cases.task(opened["risk"]).state == "cancelled"


@pytest.mark.parametrize("username", ["chen.rui", "jin.cheng"])
def test_others_are_not_offered_to_withdraw_and_may_not(desk: DeskOf, cases: Bank, username: str) -> None:
    case = cases.start()["case"]
    other = desk(username)
    assert "/withdraw" not in other.main(f"/cases/{case}")
    assert other.post(f"/cases/{case}/withdraw", {"reason": "No"}).status_code == 403
    assert state(case) == "active"


def test_a_case_on_hold_keeps_its_tasks_from_being_answered(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    operator = desk("lu.ming")
    assert operator.post(f"/cases/{opened['case']}/suspend").status_code == 303
    assert 'id="decision-form"' not in desk("chen.rui").main(f"/tasks/{opened['risk']}")
    assert operator.post(f"/cases/{opened['case']}/suspend").status_code == 409
    assert operator.post(f"/cases/{opened['case']}/resume").status_code == 303
    assert 'id="decision-form"' in desk("chen.rui").main(f"/tasks/{opened['risk']}")


def test_variables_are_for_those_who_read_all(desk: DeskOf, cases: Bank) -> None:
    case = cases.start()["case"]
    assert 'class="variables"' in desk("lu.ming").main(f"/cases/{case}")
    assert 'class="variables"' not in desk("lin.yue").main(f"/cases/{case}")
