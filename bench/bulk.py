"""A request of many products from its draft until it is live: statements and CPU per product, over HTTP in process."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app.identity.actors import Actor
from app.identity.demo import PEOPLE
from app.identity.permissions import allowed
from app.kernel import clock
from app.kernel.database import end_read, session, unit_of_work
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.rules.states import ENDED
from app.workflow.forms import form_named
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import facts_of, known_of
from bench.results import Result
from bench.world import World
from tests.plays.answers import Consent, filled_in
from tests.processes.bank import TIME_DEPOSIT, dearer, put_on_sale

FEW, MANY = 50, 500
INITIATOR, OWNER = "lin.yue", "zhao.heng"
MOST_STEPS = 200
READ = {"page": "", "file": "/file", "PDF": "/file.pdf", "bundle": "/file.zip", "sheet": "/sheet.xlsx"}


class Meter:
    """Statements and CPU seconds of each step, told by the name of the step."""

    def __init__(self, world: World):
        self.world = world
        self.steps: dict[str, tuple[int, float]] = {}

    def take(self, name: str, act: Callable[[], Any]) -> Any:
        self.world.statements = 0
        began = time.process_time()
        found = act()
        seconds = time.process_time() - began
        statements, before = self.steps.get(name, (0, 0.0))
        self.steps[name] = (statements + self.world.statements, before + seconds)
        return found

    @property
    def statements(self) -> int:
        return sum(statements for statements, _ in self.steps.values())

    @property
    def seconds(self) -> float:
        return sum(seconds for _, seconds in self.steps.values())


def measure(world: World) -> Iterator[Result]:
    world.install()
    few = _life(world, "FEW", FEW)
    many = _life(world, "MANY", MANY)
    name, (statements, seconds) = max(many.steps.items(), key=lambda step: step[1][1])
    detail = f"{many.statements} statements over {len(many.steps)} kinds of steps with {MANY} products"
    yield Result("bulk_request_sql", world.kind, round(many.statements / MANY, 2), 6, "statements", detail)
    detail = (
        f"{many.seconds:.2f} s CPU with {MANY} products; the heaviest step is {name}: {seconds:.2f} s, {statements}"
    )
    yield Result("bulk_request_ms", world.kind, round(many.seconds / MANY * 1000, 2), 25, "ms", detail)
    worst = max(many.steps, key=lambda step: _growth(few, many, step))
    detail = f"per product, {MANY} products ÷ {FEW}, of the step that grows most ({worst})"
    yield Result("bulk_request_growth", world.kind, round(_growth(few, many, worst), 2), 1.5, "ratio", detail)
    few, many = _read(world, "FEW"), _read(world, "MANY")
    told = ", ".join(f"{name} {seconds:.2f} s" for name, (_, seconds) in many.steps.items())
    detail = f"statements of what a request is read by, {MANY} products ÷ {FEW}; CPU with {MANY}: {told}"
    yield Result("bulk_reading_sql", world.kind, round(many.statements / few.statements, 2), 1.1, "ratio", detail)


def _read(world: World, prefix: str) -> Meter:
    """The pages and files by which the request over the products is judged, as somebody reads them."""
    wanted = select(ProposedVersion.change_request_id).where(ProposedVersion.product_code == f"{prefix}-0000")
    request_id = session().scalars(wanted).one()
    end_read()
    client, meter = world.browser(INITIATOR), Meter(world)
    for name, path in READ.items():
        answer = meter.take(name, partial(client.get, f"/requests/{request_id}{path}"))
        assert answer.status_code == 200, name
    return meter


def _growth(few: Meter, many: Meter, step: str) -> float:
    """CPU per product against the smaller request; both include what a step costs whatever it is about."""
    return (many.steps[step][1] / MANY) / (few.steps[step][1] / FEW)


def _life(world: World, prefix: str, count: int) -> Meter:
    """A rate cut over ``count`` deposits; everybody agrees."""
    codes = [f"{prefix}-{number:04d}" for number in range(count)]
    _sell(world.actor(OWNER), codes, clock.now() - timedelta(days=30))
    meter = Meter(world)
    for person in PEOPLE:
        world.headers(person.username)
    found = meter.take("draft", lambda: world.post(INITIATOR, "/change-requests", _proposal(codes)))
    meter.take("submit", lambda: world.post(INITIATOR, f"/change-requests/{found['id']}/submit", {}))
    for _ in range(MOST_STEPS):
        state, instance, task = _standing(found["id"])
        if state in ENDED:
            assert state == "live", state
            return meter
        if task is None:
            meter.take("wait", lambda: world.post(INITIATOR, "/demo/clock", {"advance": "P20D"}))
        else:
            _complete(world, meter, instance, task)
    raise AssertionError("the request did not become live")


def _sell(owner: Actor, codes: list[str], since: datetime) -> None:
    end_read()
    with unit_of_work() as uow:
        for code in codes:
            put_on_sale(uow, code, TIME_DEPOSIT, owner, since)


def _proposal(codes: list[str]) -> dict[str, Any]:
    changes = {"rates": dearer(TIME_DEPOSIT, "1.50")["rates"]}
    return {
        "draft": True,
        "driver": {"kind": "external", "source": "market", "reason": "Rates on the market have fallen."},
        "function_plan": "A cut over all deposits.",
        "versions": [{"product": code, "changes": changes} for code in codes],
    }


def _standing(request_id: int) -> tuple[str, ProcessInstance, Task | None]:
    end_read()
    request = session().get_one(ChangeRequest, request_id)
    instance = session().get_one(ProcessInstance, request.instance_id)
    task = session().scalar(
        select(Task).where(Task.instance_id == instance.id, Task.state == "open").order_by(Task.id).limit(1)
    )
    session().expunge_all()
    end_read()
    return request.state, instance, task


def _complete(world: World, meter: Meter, instance: ProcessInstance, task: Task) -> None:
    who = next(p.username for p in PEOPLE if _may(world.actor(p.username), instance, task))
    known = {**instance.variables, **known_of(session(), task, instance, clock.now()).facts}
    end_read()
    answers = filled_in(form_named(task.form), known, Consent(), lambda: _attached(world, who, task.id))
    body = {"version": task.version, "data": answers}
    meter.take(task.element_id, lambda: world.post(who, f"/tasks/{task.id}/complete", body))


def _may(actor: Actor, instance: ProcessInstance, task: Task) -> bool:
    return allowed(actor, "task.complete", facts_of(instance, task))


def _attached(world: World, who: str, task_id: int) -> int:
    file = {"file": (io.BytesIO(b"measured"), "report.txt")}
    answer = world.client.post(f"/api/v1/tasks/{task_id}/attachments", data=file, headers=world.headers(who))
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])
