"""Playing what a launch leaves to do: a condition that is owed, or the post-launch review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.modules.changes.models import Condition, PostLaunchReview
from app.workflow.models import ProcessInstance, Task
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.play import Play

OWED = {
    "verdict": "with_conditions",
    "opinion": "Agreed, if the rate is watched.",
    "condition": "Report the deposits lost.",
    "condition_kind": "after_launch",
    "condition_due_days": 30,
}
WHO: Mapping[str, str] = {
    "fulfil_condition": "zhao.heng",
    "confirm_condition": "zheng.hao",
    "review_after_launch": "zhao.heng",
    "take_note": "xu.feng",
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "fulfil_condition": {"report": "Twelve deposits left in the first month."},
    "confirm_condition": {"decision": "confirm", "reason": "The report is complete."},
    "review_after_launch": {
        "objective": "partly",
        "sales": 120,
        "complaints": 2,
        "incidents": 0,
        "deviations": "Fewer deposits than expected.",
        "conclusion": "improve",
        "reason": "The rate is too low for long terms.",
    },
    "take_note": {"decision": "noted", "remark": "Agreed."},
}


class After(Play):
    """The case that follows a launch, in the place of the change request's own."""

    about: str = "review"

    def launch(self, code: str, **verdicts: Mapping[str, Any]) -> After:
        """A minor repricing goes live; asset and liability owes nothing unless ``verdicts`` say so."""
        self.sell({code: TIME_DEPOSIT}).draft({code: dearer(TIME_DEPOSIT, "1.35")}).submit()
        self.prepare().review(**verdicts)
        delegated = "delegated_decision" in self.standing()
        Play.do(self, "delegated_decision" if delegated else "executive_decision")
        Play.do(self, "plan_rollout")
        self.wait(days=31)
        assert self.request().state == "live"
        return self

    def prepare(self) -> After:
        for element in ("assess_need", "design_change", "test_change"):
            Play.do(self, element)
        return self

    def speak(self, department: str, **answers: Any) -> After:
        Play.do(self, "give_opinion", department, **answers)
        Play.do(self, "sign_off", department)
        return self

    @property
    def live(self) -> bool:
        return self.request_id != 0 and self.request().state == "live"

    def condition(self) -> Condition:
        owed = select(Condition).where(Condition.change_request_id == self.request_id)
        return self._read(lambda s: s.scalars(owed).one())

    def review_row(self) -> PostLaunchReview:
        mine = select(PostLaunchReview).where(PostLaunchReview.change_request_id == self.request_id)
        return self._read(lambda s: s.scalars(mine).one())

    def instance(self) -> ProcessInstance:
        if not self.live:
            return super().instance()
        case = (self.review_row() if self.about == "review" else self.condition()).instance_id
        return self._read(lambda s: s.get_one(ProcessInstance, case))

    def open_tasks(self) -> Any:
        if not self.live:
            return super().open_tasks()
        case = self.instance().id
        wanted = select(Task).where(Task.instance_id == case, Task.state == "open").order_by(Task.id)
        return self._read(lambda s: list(s.scalars(wanted)))

    def then(self, element: str, *, who: str | None = None, **answers: Any) -> After:
        """Complete the open task of an element of the case that follows."""
        task = self.task(element)
        data = {**ANSWERS[element], **answers}
        self.complete(task, data, who or WHO[element])
        return self


class Owed(After):
    """The same, looking at the condition."""

    about = "condition"
