"""Random people play the whole bank against its rules; ``make plays`` plays longer."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.kernel.audit import AuditEvent
from app.kernel.database import session, table_of, unit_of_work
from app.modules.catalogue.models import Availability, ProductStatus, ProductVersion
from app.modules.changes.models import DepartmentReview, ExecutiveDecision, ProposedVersion
from app.workflow.models import Task
from tests.databases import TestDatabase
from tests.plays.player import LENGTH, Broken, shrunk
from tests.plays.rules import broken_at_the_end
from tests.plays.stage import Stage
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


def all_sentences(stage: Stage) -> list[str]:
    found = list(broken_at_the_end(session(), stage.bank, Random(1)))
    session().rollback()
    return found


@pytest.mark.parametrize("what", ALTERED)
def test_the_checks_see_what_is_altered_behind_the_services(piloted: Stage, what: str) -> None:
    assert all_sentences(piloted) == []
    with unit_of_work() as uow:
        uow.execute(ALTERED[what]())
    assert all_sentences(piloted) != []
