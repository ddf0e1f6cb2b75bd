"""Playing the life of a product: its own case and those of its stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.clock import accounting_date
from app.modules.exits import services as exits
from app.modules.exits.services.proposing import open_exit
from app.modules.lifecycle import services as lifecycle
from app.modules.lifecycle.rules.stages import LIFE
from app.modules.research.models import Interview
from app.modules.research.services import gather
from app.workflow.models import ProcessInstance, Task
from tests.processes.bank import person
from tests.processes.play import Play

WHO: Mapping[str, str] = {
    "research_market": "lin.yue",
    "set_objectives": "lin.yue",
    "judge_plan": "zhao.heng",
    "hand_in": "lin.yue",
    "prepare_materials": "lin.yue",
    "prepare_people": "deng.hui",
    "evaluate": "lin.yue",
    "note_evaluation": "wang.zhiyuan",
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "research_market": {
        "needs": "Forty savers asked; thirty want a safe year.",
        "expectations": "Two per cent, no risk.",
        "competitors": "Two banks pay more.",
        "trends": "Rates fall.",
    },
    "set_objectives": {
        "strategy": "For young savers, by phone.",
        "target_groups": ["young"],
        "objectives": "balance 3000 2027-12-31\n持有笔数 2 2027-12-31",
    },
    "judge_plan": {"decision": "pursue"},
    "hand_in": {"handed": "in"},
    "prepare_materials": {"strategy": "In the app.", "materials": "Poster, leaflet."},
    "prepare_people": {"channels": ["mobile"], "training": "All branches on Monday."},
    "evaluate": {"conclusion": "go_on", "summary": "Better than planned."},
    "note_evaluation": {"note": "noted"},
}
INTERVIEW = {"role": "A saver", "notes": "Asked at the counter.", "findings": "A safe year."}


class Living(Play):
    """A product and whatever goes on in its life."""

    product = ""

    def follow(self, product: str, who: str = "lin.yue") -> Living:
        self.product = product
        self.step(lambda uow: lifecycle.begin(uow, product_code=product, actor=person(uow, who), now=self.now).id)
        return self.hear()

    def hear(self) -> Living:
        """Messages from case to case are delivered."""
        for _ in range(3):
            self.wait(seconds=5)
        return self

    def then(self, element: str, *, who: str | None = None, **answers: Any) -> Living:
        """Complete the open task of a stage, after somebody was asked where it needs that."""
        if element == "research_market":
            self.interview(who or WHO[element])
        return self.finish(element, who=who, **answers)

    def finish(self, element: str, *, who: str | None = None, **answers: Any) -> Living:
        """Complete the open task of a stage, and let it be heard of."""
        task = self.in_stage(element)
        data = {**ANSWERS[element], **answers}
        self.complete(task, data, who or WHO[element])
        return self.hear()

    def interview(self, who: str) -> Living:
        """Somebody of the customers is asked: what research rests on."""
        given = {"day": accounting_date(self.now), **INTERVIEW}
        self.step(
            lambda uow: (
                gather(uow, Interview, product_code=self.product, given=given, actor=person(uow, who), now=self.now).id
            )
        )
        return self

    def planned(self) -> Living:
        return self.then("research_market").then("set_objectives").then("judge_plan")

    def prepared_market(self) -> Living:
        return self.then("prepare_materials").then("prepare_people")

    def evaluated(self, **conclusion: Any) -> Living:
        self.wait(days=366)
        return self.hear().then("evaluate", **conclusion).then("note_evaluation")

    def leave(self, who: str) -> Living:
        """Somebody proposes the exit without waiting for an evaluation."""
        self.step(
            lambda uow: (
                exits.propose(
                    uow, product_code=self.product, reason="Few buy it.", actor=person(uow, who), now=self.now
                ).id
            )
        )
        return self.hear()

    def exit_withdrawn(self, who: str) -> Living:
        """The exit that is under way is taken back."""
        number = self._read(lambda s: exits_open(s, self.product))
        self.step(
            lambda uow: exits.withdraw(uow, number=number, reason="It stays.", actor=person(uow, who), now=self.now).id
        )
        return self.hear()

    def cases(self) -> Sequence[ProcessInstance]:
        """The life and its stages, oldest first."""
        rows = select(ProcessInstance).where(ProcessInstance.business_key == self.product)
        return self._read(lambda s: list(s.scalars(rows.order_by(ProcessInstance.id))))

    def life(self) -> ProcessInstance:
        return next(case for case in self.cases() if case.process_key == LIFE)

    def stages(self) -> list[str]:
        """The stages that it went through, in order; those under way with a ``*``."""
        return [c.process_key + ("" if c.ended_at else "*") for c in self.cases() if c.process_key != LIFE]

    def in_stage(self, element: str) -> Task:
        ids = [case.id for case in self.cases()]
        rows = select(Task).where(Task.instance_id.in_(ids), Task.state == "open").order_by(Task.id)
        open_ones = self._read(lambda s: list(s.scalars(rows)))
        found = [task for task in open_ones if task.element_id == element]
        assert found, f"{element} is not open; open are {sorted(t.element_id for t in open_ones)}"
        return found[0]


def exits_open(session: Session, product: str) -> str:
    found = open_exit(session, product)
    assert found is not None
    return str(found.number)
