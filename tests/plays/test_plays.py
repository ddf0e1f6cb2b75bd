"""Random people play the whole bank against its rules; ``make plays`` plays longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app.kernel.audit import AuditEvent, Entry, record
from app.kernel.database import session, table_of, unit_of_work
from app.modules.catalogue.models import Availability, ProductStatus, ProductVersion
from app.modules.changes.models import (
    CommitteeMeeting,
    CommitteeVote,
    Condition,
    DepartmentReview,
    ExecutiveDecision,
    ProposedVersion,
)
from app.workflow.models import Task
from app.workflow.tasks.services import complete_task
from tests.databases import TestDatabase
from tests.plays.bank import BEGIN
from tests.plays.player import LENGTH, Broken, shrunk
from tests.plays.rules import broken_at_the_end
from tests.plays.rules.links import take_new_links
from tests.plays.scenes import under_way
from tests.plays.stage import Stage
from tests.plays.work import open_tasks
from tests.processes.bank import LOAN, dearer
from tests.processes.play import Play

PLAYS = 6
"""About as many as fit into 20 seconds on a quiet machine."""


@pytest.fixture
def stage(app: Flask, database: TestDatabase) -> Stage:
    return Stage(database)


@pytest.mark.slow
def test_random_people_break_no_rule(stage: Stage) -> None:
    for seed in range(PLAYS):
        found = stage.play(seed)
        assert found is None, f"\n{found}"
    assert stage.tally["work"] > PLAYS * LENGTH / 10


def test_a_play_is_the_same_whenever_it_is_played(stage: Stage) -> None:
    tallies = []
    for _ in range(2):
        stage.tally.clear()
        assert stage.play(3, range(25)) is None
        tallies.append(dict(stage.tally))
    assert tallies[0] == tallies[1]


def test_what_is_found_is_made_as_short_as_it_can_be() -> None:
    def again(moves: Any) -> Broken | None:
        return Broken(1, tuple(moves), ("both",)) if {3, 17} <= set(moves) else None

    found = again(range(40))
    assert found is not None
    assert shrunk(found, again).moves == (3, 17)
    assert "MOVES=3,17" in str(shrunk(found, again))


# That the checks would see what they are there for: each alters one thing behind the services.

Alter = Callable[[], Any]
LOANS = ProductVersion.product_code == "LOAN"
PILOTED = Availability.pilot.is_(True)
AHEAD = Availability.unit.is_not(None) & Availability.version_id.in_(
    select(ProductVersion.id).where(ProductVersion.product_code == "LIM", ProductVersion.number == 2)
)
FIRST = CommitteeVote.id.in_(select(func.min(CommitteeVote.id)))
OF_BOND = DepartmentReview.change_request_id.in_(
    select(ProposedVersion.change_request_id).where(ProposedVersion.product_code == "BOND")
)
BY_RISK = DepartmentReview.department == "risk"


def _changed_content() -> Any:
    versions = table_of(ProductVersion)
    return update(versions).where(versions.c.product_code == "LOAN").values(content=dearer(LOAN, "9.99"))


ALTERED: dict[str, Alter] = {
    "an approved version": _changed_content,
    "an approval": lambda: update(ExecutiveDecision).values(decision="reject"),
    "what was approved": lambda: update(ExecutiveDecision).values(content_hash="0" * 64),
    "a veto": lambda: update(DepartmentReview).values(verdict="reject", department="compliance"),
    "four eyes": lambda: update(Task).where(Task.duty == "decide").values(closed_by="lin.yue"),
    "two departments": lambda: update(Task).where(Task.duty == "review").values(closed_by="chen.rui"),
    "a pilot's scope": lambda: update(Availability).where(PILOTED).values(unit="BJ"),
    "a pilot's end": lambda: update(Availability).where(PILOTED).values(valid_to=Availability.recorded_to),
    "who approved": lambda: update(ProductVersion).where(LOANS).values(approval="nobody"),
    "what is taken": lambda: update(ProposedVersion).values(open=False),
    "what is on sale": lambda: delete(Availability).where(~PILOTED, Availability.product_code == "LOAN"),
    "a status": lambda: update(ProductStatus).where(ProductStatus.product_code == "LOAN").values(status="suspended"),
    "the chain": lambda: update(AuditEvent).values(actor="nobody"),
}


@pytest.fixture
def piloted(stage: Stage) -> Stage:
    """A loan of the bank in its pilot, everything decided."""
    stage.fresh("plays, piloted", lambda: _pilot(stage))
    return stage


def _pilot(stage: Stage) -> None:
    plan = {"scopes": [{"units": ["SH"]}], "length_days": 30}
    plan |= {"criteria": {"min_sales": 2, "max_complaints": 2, "max_incidents": 0}}
    case = Play(stage.bank.now)
    case.draft({"LOAN": dearer(LOAN, "4.35")}, pilot_wish=True, pilot_plan=plan).submit()
    while case.request().state in {"submitted", "in_review", "approved"}:
        stage.agree(1)
    assert case.request().state == "piloting"


LATE: dict[str, Alter] = {
    "a wave before its day": lambda: update(Availability).where(AHEAD).values(valid_from=BEGIN),
    "a wave's scope": lambda: update(Availability).where(AHEAD, Availability.unit == "SH").values(unit="BJ"),
    "a vote by no member": lambda: update(CommitteeVote).where(FIRST).values(member="lin.yue"),
    "a vote of somebody else": lambda: update(CommitteeVote).where(FIRST).values(task_id=CommitteeVote.task_id + 1),
    "a vote after its time": lambda: update(CommitteeMeeting).values(voting_until=BEGIN),
    "a member who reviewed": lambda: update(DepartmentReview).where(OF_BOND).values(reviewer="kong.de"),
    "a quorum": lambda: update(CommitteeMeeting).values(quorum=9),
    "a follow-up closed by its owner": lambda: update(Condition).values(fulfilled_by=Condition.closed_by),
    "a follow-up closed by others": lambda: update(Condition).values(closed_by="zhao.heng", fulfilled_by=None),
    "a follow-up that nobody closed": lambda: update(Condition).values(state="open"),
    "a condition that held the launch": lambda: update(Condition).values(state="open", kind="before_launch"),
    "an old veto": lambda: update(DepartmentReview).where(OF_BOND, BY_RISK).values(verdict="reject", department="aml"),
}
"""The same of what comes late in a case."""


@pytest.fixture
def far(stage: Stage) -> Stage:
    """A condition was met after a launch, a rollout goes in waves, a committee has decided."""
    stage.fresh("plays, far", lambda: _far(stage))
    return stage


def _far(stage: Stage) -> None:
    found = under_way(stage.bank.now)
    found.before_the_committee.vote().do("write_minutes")
    day = found.decided.now.date() + timedelta(days=40)
    waves = f"{day} SH\n{day + timedelta(days=7)} BJ"
    found.decided.do("plan_rollout", pace="waves", waves=waves, effective_on=(day + timedelta(days=14)).isoformat())
    assert found.decided.request().state == "scheduled"
    for who, answers in (
        ("zhao.heng", {"report": "Two left."}),
        ("zheng.hao", {"decision": "confirm", "reason": "So."}),
    ):
        task, _ = open_tasks({"fulfil_condition", "confirm_condition"})[0]
        with unit_of_work() as uow:
            told = {"task_id": task.id, "version": task.version, "data": answers, "now": found.decided.now}
            complete_task(uow, actor=stage.bank.actors[who], **told)


def all_sentences(stage: Stage) -> list[str]:
    found = list(broken_at_the_end(session(), stage.bank, Random(1)))
    session().rollback()
    return found


@pytest.mark.parametrize("what", ALTERED)
def test_the_checks_see_what_is_altered_behind_the_services(piloted: Stage, what: str) -> None:
    seen(piloted, ALTERED[what])


@pytest.mark.parametrize("what", LATE)
def test_the_checks_see_what_is_altered_late_in_a_case(far: Stage, what: str) -> None:
    seen(far, LATE[what])


def seen(stage: Stage, alter: Alter) -> None:
    assert all_sentences(stage) == []
    with unit_of_work() as uow:
        uow.execute(alter())
    assert all_sentences(stage) != []


def test_a_new_link_that_does_not_follow_is_seen_at_once(piloted: Stage) -> None:
    """What a step adds is held against the head that was there before it."""
    assert take_new_links(session(), piloted.bank)[1] == []
    session().rollback()
    stream = "product:LOAN"
    with unit_of_work() as uow:
        record(uow, stream, [Entry("product.seen", "nobody", piloted.bank.now)])
        uow.execute(update(AuditEvent).where(AuditEvent.action == "product.seen").values(actor="somebody"))
    grown, wrong = take_new_links(session(), piloted.bank)
    assert grown == {stream}
    assert [sentence.split(":")[-1] for sentence in wrong] == [" does not follow from the link before it"]
