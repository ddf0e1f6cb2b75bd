"""Emergency suspension: at once, ratified, remedied, resumed by two persons (rule 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel import audit
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from app.kernel.outbox import OutboxMessage
from app.modules.exits.models import Exit
from app.modules.exits.rules.states import id_of
from app.modules.suspensions import invariants
from app.modules.suspensions import services as suspensions
from app.modules.suspensions.models import Suspension
from app.workflow.instances.services import cancel, move, start_instance
from app.workflow.invariants import violations
from app.workflow.tasks import services as tasks
from tests.modules.catalogue.test_at_once import at_once
from tests.processes.bank import LOAN, TIME_DEPOSIT, person
from tests.processes.conftest import bank
from tests.processes.leaving import Leave
from tests.processes.play import Play, put
from tests.processes.suspended import Halt
from tests.shell.conftest import client_of

__all__ = ["bank"]
SHANGHAI = {"units": ["SH"], "channels": ["branch"]}
HERE = {"unit": "SH01", "channel": "branch", "group": "mass"}


def resumed(play: Halt) -> None:
    play.sell({"S1": TIME_DEPOSIT}).suspend("S1").do("ratify_suspension").do("remedy_cause")
    play.do("propose_way_out").do("confirm_resumption", decision="decline", reason="Show the tests.")
    play.do("remedy_cause").do("propose_way_out").do("confirm_resumption")


def refused(play: Halt) -> None:
    play.sell({"S2": TIME_DEPOSIT}).suspend("S2", SHANGHAI).do("ratify_suspension", decision="refuse", reason="Why?")


def late(play: Halt) -> None:
    play.sell({"S3": TIME_DEPOSIT}).suspend("S3")
    play.wait(days=2)
    play.wait(days=2)
    play.do("ratify_in_committee")
    play.wait(days=21)
    leave = handed_over(play)
    leave.evaluate().plan().do("plan_exit").review().do("decide_exit").settle_down().close_answers().wind_down()
    play.now = leave.now
    play.wait(minutes=1)


def stays(play: Halt) -> None:
    """The exit that was proposed comes to nothing, and sales are resumed by two persons all the same."""
    leave = handed_over(play.sell({"S5": TIME_DEPOSIT}).suspend("S5").do("ratify_suspension"))  # type: ignore[arg-type]
    leave.withdraw(who="zhao.heng")
    play.wait(minutes=1)
    assert not play.sale("S5").allowed
    play.do("remedy_cause").do("propose_way_out").do("confirm_resumption")


def handed_over(play: Halt) -> Leave:
    """The exit that takes the product over."""
    play.do("remedy_cause").do("propose_way_out", proposal="exit", reason="It cannot be mended.")
    leave = Leave(play.now)
    leave.request_id = id_of(play.request().exit_number) or 0
    return leave


def committee_refuses(play: Halt) -> None:
    play.sell({"S4": TIME_DEPOSIT}).suspend("S4")
    play.wait(days=4)
    play.do("ratify_in_committee", decision="refuse", reason="No ground.")


PATHS: Mapping[Callable[[Halt], None], tuple[str, str]] = {
    resumed: ("resumed", "sales_resumed"),
    refused: ("not_ratified", "not_ratified"),
    late: ("left", "product_gone"),
    stays: ("resumed", "sales_resumed"),
    committee_refuses: ("not_ratified", "not_ratified"),
}
"""Path → the suspension's state, and the end event reached. ``test_paths`` asks that every flow is taken."""


def all_holds(play: Halt) -> None:
    end_read()
    assert list(invariants.violations(session())) == []
    assert list(violations(session(), play.now)) == []
    assert list(audit.verify(session())) == []
    end_read()


@pytest.fixture
def halt(bank: Flask) -> Halt:
    play = Halt()
    play.sell({"TD": TIME_DEPOSIT, "LN": LOAN})
    return play


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_each_way_ends_where_it_is_drawn(bank: Flask, path: Callable[[Halt], None]) -> None:
    play = Halt()
    path(play)
    assert (play.request().state, play.instance().state) == (PATHS[path][0], "completed")
    all_holds(play)


def test_sales_stop_at_once_and_the_ratification_starts_by_itself(halt: Halt) -> None:
    before = halt.now - timedelta(seconds=1)
    halt.suspend("TD")
    assert halt.sale("TD", **HERE).reasons[0].code == "suspended"
    assert halt.sale("TD", at=before, **HERE).allowed
    assert halt.standing() == ["ratify_suspension"]
    assert halt.task("ratify_suspension").candidates == ["executive"]


def test_a_scope_is_suspended_and_the_rest_is_sold_on(halt: Halt) -> None:
    halt.suspend("TD", SHANGHAI)
    assert halt.sale("TD", **HERE).reasons[0].code == "suspended_here"
    assert halt.sale("TD", **{**HERE, "unit": "BJ01"}).allowed
    halt.do("ratify_suspension").do("remedy_cause").do("propose_way_out").do("confirm_resumption")
    assert halt.sale("TD", **HERE).allowed
    all_holds(halt)


def test_a_product_that_is_handed_over_leaves_with_the_reason_given(bank: Flask, halt: Halt) -> None:
    """A second scope that is handed over goes on with the exit that the first one began."""
    for scope in (SHANGHAI, {"units": ["BJ"]}):
        halt.suspend("TD", scope).do("ratify_suspension").do("remedy_cause")
        halt.do("propose_way_out", proposal="exit", reason="Beyond repair.")
        assert halt.request().exit_number == "EX-00001"
    with pytest.raises(Conflict, match="not left"):
        put(halt, "end_with_product")
    (found,) = session().scalars(select(Exit)).all()
    assert (found.product_code, found.reason, found.initiator) == ("TD", "Beyond repair.", "zhao.heng")
    all_holds(halt)
    client = client_of(bank, "zhao.heng")
    page = client.get("/exits/EX-00001").text
    assert 'href="/suspensions/SU-00001"' in page
    assert 'href="/suspensions/SU-00002"' in page
    assert 'href="/exits/EX-00001"' in client.get("/suspensions/SU-00002").text


def test_only_risk_suspends(halt: Halt) -> None:
    for who in ("lin.yue", "zhao.heng", "wang.zhiyuan", "zhou.ting"):
        with pytest.raises(Forbidden):
            halt.suspend("TD", who=who)
    assert halt.sale("TD", **HERE).allowed


def test_what_is_suspended_already_is_not_suspended_again(halt: Halt) -> None:
    halt.suspend("TD", SHANGHAI)
    with pytest.raises(DomainError, match="suspended there already"):
        halt.suspend("TD", SHANGHAI)
    halt.suspend("TD")
    with pytest.raises(Conflict):
        halt.suspend("TD")
    assert len(list(session().scalars(select(Suspension)))) == 2


@pytest.mark.parametrize("second", ["chen.rui", "lin.yue", "zhao.heng"])
def test_whoever_had_a_hand_in_it_does_not_confirm(halt: Halt, second: str) -> None:
    halt.suspend("TD").do("ratify_suspension").do("remedy_cause").do("propose_way_out")
    with pytest.raises((Forbidden, NotFound)):
        halt.do("confirm_resumption", who=second)
    assert halt.sale("TD", **HERE).reasons[0].code == "suspended"


def test_the_second_person_is_another_one_also_when_the_head_suspends(halt: Halt) -> None:
    halt.suspend("TD", who="xu.feng").do("ratify_suspension").do("remedy_cause").do("propose_way_out")
    with pytest.raises(DomainError, match="may not do this step"):
        halt.do("confirm_resumption", who="xu.feng")
    halt.do("confirm_resumption", who="chen.rui")
    assert halt.request().confirmed_by == "chen.rui"


def test_a_delegate_had_a_hand_in_it_too(halt: Halt) -> None:
    """Whoever only helped is no second person either."""
    halt.suspend("TD", who="chen.rui").do("ratify_suspension")
    task = halt.task("remedy_cause")
    halt.step(lambda uow: tasks.claim(uow, task_id=task.id, actor=person(uow, "lin.yue"), now=halt.now).id)
    halt.step(
        lambda uow: tasks.delegate(uow, task_id=task.id, to="zhao.heng", actor=person(uow, "lin.yue"), now=halt.now).id
    )
    halt.do("remedy_cause", who="zhao.heng").do("remedy_cause", who="lin.yue")
    assert "remedy" in halt.instance().hands["zhao.heng"]


def test_the_executive_who_is_silent_neither_ratifies_nor_resumes(halt: Halt) -> None:
    halt.suspend("TD")
    halt.wait(days=2)
    assert halt.standing() == ["ratify_suspension"]
    halt.wait(days=30)
    assert halt.standing() == ["ratify_in_committee"]
    assert halt.sale("TD", **HERE).reasons[0].code == "suspended"
    told = [m.payload["what"] for m in session().scalars(select(OutboxMessage)) if m.topic == "people.told"]
    assert {"ratification.due", "ratification.overdue"} <= set(told)


def test_nobody_lifts_it_by_withdrawing_the_case(halt: Halt) -> None:
    halt.suspend("TD")
    case = halt.instance().id
    for who in ("chen.rui", "lu.ming"):
        with pytest.raises(Conflict, match="not withdrawn"), unit_of_work() as uow:
            cancel(uow, instance_id=case, actor=person(uow, who), now=halt.now)
    all_holds(halt)


def test_an_operator_cannot_put_a_case_past_the_second_person(halt: Halt) -> None:
    halt.suspend("TD").do("ratify_suspension").do("remedy_cause")
    with pytest.raises(Conflict), unit_of_work() as uow:
        move(
            uow,
            instance_id=halt.instance().id,
            element_id="resume_sales",
            reason="Hurry.",
            actor=person(uow, "lu.ming"),
            now=halt.now,
        )
    assert halt.sale("TD", **HERE).reasons[0].code == "suspended"


def test_an_operator_cannot_end_the_case_by_way_of_a_reminder(halt: Halt) -> None:
    """The step behind a reminder ends a side path, and with nothing else running it would end the case."""
    halt.suspend("TD")
    told = {"element_id": "escalate_remedy", "reason": "Stuck."}
    with pytest.raises(Conflict, match="still open"), unit_of_work() as uow:
        move(uow, instance_id=halt.instance().id, actor=person(uow, "lu.ming"), now=halt.now, **told)
    all_holds(halt)
    assert halt.standing() == ["ratify_suspension"]


def test_no_case_begins_without_an_order(bank: Flask) -> None:
    with pytest.raises(Conflict, match="begins with a suspension"), unit_of_work() as uow:
        start_instance(
            uow, key="emergency_suspension", actor=person(uow, "chen.rui"), now=Play().now, business_key="SU-00009"
        )


def test_a_quota_that_is_used_up_suspends_by_itself(halt: Halt) -> None:
    assert halt.report_quota("LN", "1000000.00", "999999.99") == 0
    assert halt.sale("LN", **HERE).allowed
    number = halt.report_quota("LN", "1000000.00", "1000000.00")
    found = halt.request()
    assert (found.kind, found.suspended_by, found.quota["reported_by"]) == ("quota", "system", "lu.ming")
    assert halt.sale("LN", **HERE).reasons[0].code == "suspended"
    assert halt.report_quota("LN", "1000000.00", "1000001.00") == number, "suspended once"
    halt.do("ratify_suspension").do("remedy_cause").do("propose_way_out").do("confirm_resumption", who="chen.rui")
    assert halt.sale("LN", **HERE).allowed
    all_holds(halt)


def test_only_the_system_interface_reports_quotas(halt: Halt) -> None:
    figures: Any = {"limit": 1, "used": 1, "currency": "CNY", "source": "me"}
    with pytest.raises(Forbidden), unit_of_work() as uow:
        suspensions.quota_used(uow, product_code="LN", actor=person(uow, "lin.yue"), now=halt.now, **figures)


def test_the_second_person_may_send_it_back_to_an_earlier_step(halt: Halt) -> None:
    halt.suspend("TD").do("ratify_suspension").do("remedy_cause").do("propose_way_out")
    task = halt.task("confirm_resumption")
    halt.step(
        lambda uow: tasks.send_back(
            uow,
            task_id=task.id,
            element_id="remedy_cause",
            reason="Where are the tests?",
            version=task.version,
            actor=person(uow, "xu.feng"),
            now=halt.now,
        )
    )
    halt.do("remedy_cause").do("propose_way_out").do("confirm_resumption")
    assert halt.request().state == "resumed"
    all_holds(halt)


def test_two_who_suspend_at_the_same_instant_suspend_once(halt: Halt, bank: Flask) -> None:
    def order() -> str:
        try:
            with unit_of_work() as uow:
                suspensions.suspend(
                    uow, product_code="TD", reason="Losses.", actor=person(uow, "chen.rui"), now=halt.now
                )
        except Conflict as refusal:
            return refusal.code
        return "suspended"

    assert Counter(at_once(bank, order)) == {"suspended": 1, "wrong_state": 3}
    all_holds(halt)


def test_everything_stands_in_the_audit_chains(halt: Halt) -> None:
    halt.suspend("TD").do("ratify_suspension").do("remedy_cause").do("propose_way_out").do("confirm_resumption")
    lines = session().execute(
        select(audit.AuditEvent.action, audit.AuditEvent.payload)
        .where(audit.AuditEvent.stream == f"suspension:{halt.request().number}")
        .order_by(audit.AuditEvent.number)
    )
    steps = [(action.split(".")[1], payload.get("old"), payload.get("new")) for action, payload in lines]
    assert steps == [
        ("ordered", None, "unratified"),
        ("ratified", "unratified", "ratified"),
        ("remedied", "ratified", "remedied"),
        ("proposed", "remedied", "proposed"),
        ("answered", "proposed", "confirmed"),
        ("lifted", "confirmed", "resumed"),
    ]
