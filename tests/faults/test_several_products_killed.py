"""A request of several products killed with SIGKILL all along the steps that move versions: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.identity.demo import PEOPLE
from app.identity.permissions import allowed
from app.kernel import clock
from app.kernel.database import end_read, is_sqlite, session
from app.modules.catalogue.models import ProductVersion
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.states import ENDED
from app.workflow.forms import form_named
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import facts_of, known_of
from tests.faults.test_main_job_killed import all_holds, killed_everywhere
from tests.plays.answers import Consent, filled_in
from tests.processes.bank import TIME_DEPOSIT, dearer, person
from tests.processes.conftest import bank, play
from tests.processes.play import DRIVER, Play

__all__ = ["bank", "play"]
Elsewhere = Callable[..., dict[str, Any]]
MANY = 4


def proposal(codes: list[str]) -> tuple[Any, ...]:
    changes = {"rates": dearer(TIME_DEPOSIT, "1.50")["rates"]}
    versions = [{"product": code, "changes": changes} for code in codes]
    return "lin.yue", "POST", "/api/v1/change-requests", {"driver": DRIVER, "versions": versions}


def next_step(play: Play, request_id: int) -> tuple[Any, ...] | None:
    """The completion of the oldest open task by somebody who may; nothing once the request has ended."""
    end_read()
    request = session().get_one(ChangeRequest, request_id)
    if request.state in ENDED:
        return None
    instance = session().get_one(ProcessInstance, request.instance_id)
    opened = select(Task).where(Task.instance_id == instance.id, Task.state == "open").order_by(Task.id).limit(1)
    task = session().scalars(opened).one()
    may = (
        p.username for p in PEOPLE if allowed(person(session(), p.username), "task.complete", facts_of(instance, task))
    )
    who, version, task_id, form, known = next(may), task.version, task.id, task.form, dict(instance.variables)
    known |= known_of(session(), task, instance, clock.now()).facts
    end_read()
    answers = filled_in(form_named(form), known, Consent(), lambda: play.attach(task_id, who))
    return who, "POST", f"/api/v1/tasks/{task_id}/complete", {"version": version, "data": answers}


def states() -> list[str]:
    """Of all proposed versions."""
    end_read()
    found = session().scalars(select(ProductVersion.state).where(ProductVersion.number == 2)).all()
    end_read()
    return sorted(found)


def thinned(rehearsal: dict[str, Any]) -> dict[str, Any]:
    """Every third instant, another on each database, and the last ones: the statements of these steps are alike."""
    points = [point for point in dict.fromkeys(rehearsal["points"]) if point.endswith(":after")]
    kept = [*points[len(points) % 3 + is_sqlite() :: 3], "commit:before", "before_commit", "after_commit"]
    return {**rehearsal, "points": [point for point in rehearsal["points"] if point in kept]}


@pytest.mark.slow
def test_a_request_of_several_products_takes_each_step_whole_or_not_at_all(
    bank: Flask, play: Play, elsewhere: Elsewhere
) -> None:
    """A twin takes each step first: which instants it passes, and whether it moves the versions."""
    play.now = clock.now()
    mine, twin = ([f"{name}-{number}" for number in range(MANY)] for name in ("MINE", "TWIN"))
    play.sell(dict.fromkeys([*mine, *twin], TIME_DEPOSIT))
    rehearsal = elsewhere(*proposal(twin), here=True)
    killed_everywhere(elsewhere, lambda: proposal(mine), thinned(rehearsal))
    ids = sorted(session().scalars(select(ChangeRequest.id)))
    weighty = 0
    while (rehearsed := next_step(play, ids[0])) is not None:
        before = states()
        rehearsal = elsewhere(*rehearsed, here=True)
        step = next_step(play, ids[1])
        assert step is not None
        if states() == before:  # it did nothing to the versions
            assert elsewhere(*step)["status"] == 200
            continue
        weighty += 1
        killed_everywhere(elsewhere, lambda step=step: step, thinned(rehearsal))
    assert weighty >= 3
    end_read()
    live = select(ProductVersion.product_code).where(ProductVersion.state == "live", ProductVersion.number == 2)
    assert sorted(session().scalars(live)) == sorted([*mine, *twin])
    all_holds()
