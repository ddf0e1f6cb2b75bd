"""Playing a case of the main process on real rows, through the services.

Each step is a unit of work of its own on a fresh session, with nothing kept in
memory from the step before: what the next step finds is what was stored. Time
is passed in and moved, never slept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.database import db, end_read, session, unit_of_work
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.queries import may_sell
from app.modules.catalogue.rules.sale import SaleAnswer
from app.modules.changes import services as changes
from app.modules.changes.models import ChangeRequest, DepartmentReview
from app.modules.changes.rules.file import WRITTEN
from app.modules.changes.services import authorities
from app.modules.changes.services.records import proposed
from app.worker import run_due
from app.workflow.decisions import queries as decision_queries
from app.workflow.deployments import library
from app.workflow.engine import library as engine_library
from app.workflow.instances.services import move
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks import attachments, services
from tests.processes.bank import create, person, put_on_sale

BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday morning in Shanghai, ten o'clock."""
INITIATOR = "lin.yue"
OFFICERS = {
    "risk": "chen.rui",
    "compliance": "zhou.ting",
    "aml": "hu.jing",
    "finance": "liang.yu",
    "alm": "zheng.hao",
    "legal": "han.bing",
    "consumer_protection": "yu.qing",
    "technology": "cheng.gang",
    "operations": "deng.hui",
}
HEADS = {
    "risk": "xu.feng",
    "compliance": "ma.chao",
    "aml": "gao.yuan",
    "finance": "song.jie",
    "alm": "xie.na",
    "legal": "feng.lei",
    "consumer_protection": "dong.li",
    "technology": "cao.xin",
    "operations": "peng.tao",
}
WHO = {
    "assess_need": "zhao.heng",
    "design_change": INITIATOR,
    "test_change": "cheng.gang",
    "executive_decision": "wang.zhiyuan",
    "delegated_decision": "luo.bin",
    "convene_committee": "bai.ning",
    "write_minutes": "bai.ning",
    "board_decision": "shao.hua",
    "plan_pilot": INITIATOR,
    "observe_pilot": "zhao.heng",
    "review_pilot": "zhao.heng",
    "plan_rollout": "zhao.heng",
    "initiate_product": "zhao.heng",
    "name_partner": INITIATOR,
    "examine_partner": "zhao.heng",
    "confirm_admission": "zhou.ting",
    "give_admission_opinion": "zhou.ting",
    "decide_admission": "wang.zhiyuan",
    "design_product": INITIATOR,
    "assess_risk": "chen.rui",
    "work_out_cost": "liang.yu",
    "develop": "cheng.gang",
    "test_product": "cheng.gang",
}
"""Who does what, where the department does not say it."""


def written(*parts: str) -> dict[str, str]:
    """Texts of the approver's file; what its class does not demand is not asked, and dropped."""
    return {f"file_{part}": f"Written: {part} 已填写。" for part in parts}


DESIGNED = {"decision": "resubmit", **written(*WRITTEN)}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "assess_need": {"decision": "proceed", "reason": "Competitors pay more."},
    "design_change": DESIGNED,
    "test_change": {"stability": "pass", "security": "pass", "summary": "All green."},
    "give_opinion": {"verdict": "approve", "opinion": "Agreed."},
    "sign_off": {"decision": "sign"},
    "executive_decision": {"decision": "approve"},
    "delegated_decision": {"decision": "approve"},
    "convene_committee": {},
    "cast_vote": {"vote": "approve"},
    "write_minutes": {"minutes": "The committee discussed the change."},
    "board_decision": {"decision": "approve", "resolution": "B-2026-7"},
    "enter_receipt": {"answer": "received", "number": "R-2026-1", "received_on": "2026-11-23"},
    "plan_pilot": {"units": "SH", "length_days": 30, "min_sales": 10, "max_complaints": 2, "max_incidents": 0},
    "observe_pilot": {"reason": "The numbers are clear."},
    "review_pilot": {"sales": 120, "complaints": 0, "incidents": 0, "summary": "Sold well."},
    "close_conditions": {"grounds": "Done, see the minutes."},
    "initiate_product": {"decision": "proceed", "reason": "Young savers ask for it.", "budget": "800000"},
    "name_partner": {
        "partner": "new",
        "key": "PACIFIC-LIFE",
        "name_zh": "太平洋人寿",
        "kind": "insurer",
        "licence_number": "L-1",
    },
    "examine_partner": dict.fromkeys(("licence", "capital", "complaints", "systems", "agreement"), "in_order"),
    "confirm_admission": {"stands": "stands", "remark": "Nothing happened since."},
    "give_admission_opinion": {"verdict": "support", "opinion": "Its licence covers the product."},
    "decide_admission": {"decision": "admit", "months": 12},
    "design_product": DESIGNED,
    "assess_risk": {"risks": ["liquidity"], "residual_risk": "low", **written("risk_rating", "risk_assessment")},
    "work_out_cost": {"margin": "pays", **written("costing", "accounting_tax")},
    "develop": {"outcome": "built", "release": "Core 8.2"},
    "test_product": {"stability": "pass", "security": "pass", "summary": "All green."},
    "plan_rollout": {
        "strategy": "All branches on one day.",
        "notice_channels": ["app"],
        "notice_text": "A better rate.",
        "notice_days": 30,
    },
}
"""What is answered unless the path says otherwise."""
EVIDENCE = frozenset(
    {
        "test_change",
        "test_product",
        "examine_partner",
        "review_pilot",
        "write_minutes",
        "board_decision",
        "enter_receipt",
    }
)
BY_DEPARTMENT = frozenset({"give_opinion", "close_conditions", "enter_receipt"})
"""What an officer of the task's department does."""
MONTH = timedelta(days=30)
DRIVER = {"kind": "external", "source": "market", "reason": "Rates on the market have moved."}


def forget_everything() -> None:
    """As in a process that has just begun: no session, no definition, no table in memory."""
    db.session.remove()
    library._bundles.clear()
    library._drawings.clear()
    engine_library._parsed.clear()
    decision_queries._tables.clear()
    decision_queries._parsed.cache_clear()


T = TypeVar("T")


class Play:
    """One change request and its case, from proposal on."""

    def __init__(self, now: datetime = BEGIN):
        self.now = now
        self.request_id = 0
        forget_everything()

    # Steps

    def step(self, act: Callable[[Session], T]) -> T:
        """One unit of work on what is stored: of the case nothing has stayed in memory."""
        db.session.remove()
        with unit_of_work() as uow:
            return act(uow)

    def sell(self, contents: Mapping[str, Mapping[str, Any]], owner: str = "zhao.heng") -> Play:
        """Put products on sale, a month ago."""
        for code, content in contents.items():
            self.step(lambda uow, c=code, d=content: put_on_sale(uow, c, d, person(uow, owner), self.now - MONTH))
        return self

    def draft(self, wanted: Mapping[str, Mapping[str, Any]], initiator: str = INITIATOR, **details: Any) -> Play:
        """A draft of a change request over these products."""
        versions = [changes.Wanted(product=code, content=content) for code, content in wanted.items()]
        self.request_id = self.step(
            lambda uow: (
                changes.create_draft(
                    uow,
                    wanted=versions,
                    details={"driver": DRIVER, **details},
                    actor=person(uow, initiator),
                    now=self.now,
                ).id
            )
        )
        return self

    def submit(self, initiator: str = INITIATOR) -> Play:
        self.step(
            lambda uow: changes.submit(uow, request_id=self.request_id, actor=person(uow, initiator), now=self.now)
        )
        return self

    def edit(self, wanted: Mapping[str, Mapping[str, Any]], who: str = INITIATOR, **details: Any) -> Play:
        versions = [changes.Wanted(product=code, content=content) for code, content in wanted.items()]
        self.step(
            lambda uow: changes.save_step(
                uow,
                request_id=self.request_id,
                details=details,
                wanted=versions,
                actor=person(uow, who),
                now=self.now,
            )
        )
        return self

    def withdraw(self, who: str = INITIATOR) -> Play:
        self.step(
            lambda uow: changes.withdraw(
                uow, request_id=self.request_id, reason="Not now.", actor=person(uow, who), now=self.now
            )
        )
        return self

    def grant(self, **terms: Any) -> Play:
        """A vice president hands authority over minor changes to the head of the card centre."""
        today = self.now.date()
        given = {"holder": "card_centre:head", "document": "A-1", "valid_from": today, "valid_to": today + MONTH}
        self.step(
            lambda uow: authorities.grant(
                uow, terms={**given, **terms}, actor=person(uow, "wang.zhiyuan"), now=self.now
            )
        )
        return self

    def stop_pilot_planned(self) -> Play:
        """Plan the pilot that the rule asks for, and have risk stop it."""
        return self.do("plan_pilot").stop_pilot()

    def stop_pilot(self, who: str = "xu.feng") -> Play:
        self.step(
            lambda uow: changes.stop_pilot(
                uow, request_id=self.request_id, reason="Losses.", actor=person(uow, who), now=self.now
            )
        )
        return self

    def do(
        self,
        element: str,
        department: str | None = None,
        *,
        who: str | None = None,
        assignee: str | None = None,
        **answers: Any,
    ) -> Play:
        """Complete the open task of an element as the person whose job it is."""
        task = self.task(element, department, assignee)
        who = who or self.whose(element, task)
        data = {**ANSWERS[element], **answers}
        if element in EVIDENCE and "evidence" not in data:
            data["evidence"] = [self.attach(task.id, who)]
        self.complete(task, data, who)
        return self

    def complete(self, task: Task, data: Mapping[str, Any], who: str) -> None:
        given = {"task_id": task.id, "version": task.version, "data": data, "now": self.now}
        self.step(lambda uow: services.complete_task(uow, actor=person(uow, who), **given))

    def whose(self, element: str, task: Task) -> str:
        """The person whose job a task is."""
        if element in BY_DEPARTMENT:
            return OFFICERS[str(task.department)]
        if element == "sign_off":
            return HEADS[str(task.department)]
        return str(task.assignee) if element == "cast_vote" else WHO[element]

    def attach(self, task_id: int, who: str) -> int:
        return self.step(
            lambda uow: (
                attachments.attach(
                    uow,
                    task_id=task_id,
                    filename="report.txt",
                    content=b"measured",
                    actor=person(uow, who),
                    now=self.now,
                ).id
            )
        )

    def wait(self, **time: int) -> int:
        """Let time pass and run what falls due; how many cases moved."""
        self.now += timedelta(**time)
        db.session.remove()
        return run_due(self.now)

    # Several steps that belong together

    def prepare(self) -> Play:
        return self.do("assess_need").do("design_change").do("test_change")

    def create(self, contents: Mapping[str, Mapping[str, Any]], initiator: str = INITIATOR) -> Play:
        """Concepts of new products, each with its first draft."""
        for code, content in contents.items():
            self.step(lambda uow, c=code, d=content: create(uow, c, d, person(uow, initiator), self.now))
        return self

    def assess(self) -> Play:
        """A new product is designed, its risks are assessed and its cost is worked out."""
        return self.do("design_product").do("assess_risk").do("work_out_cost")

    def redo(self) -> Play:
        """After a send back: design and test again."""
        return self.do("design_change").do("test_change")

    def review(self, **verdicts: Mapping[str, Any]) -> Play:
        """Every department that is asked answers; ``verdicts`` by department where it is not a plain approval."""
        for department in self.asked():
            self.speak(department, **verdicts.get(department, {}))
        return self

    def speak(self, department: str, **answers: Any) -> Play:
        """A department's officer gives the opinion, and its head signs."""
        return self.do("give_opinion", department, **answers).do("sign_off", department)

    def vote(self, **votes: Mapping[str, Any]) -> Play:
        """The committee is convened and every member called votes; ``votes`` by username."""
        self.do("convene_committee")
        for member in [str(t.assignee) for t in self.open_tasks() if t.element_id == "cast_vote"]:
            self.do("cast_vote", assignee=member, **votes.get(member, {}))
        return self

    # Looking

    def _read(self, act: Callable[[Session], T]) -> T:
        db.session.remove()
        found = act(session())
        session().expunge_all()
        end_read()
        return found

    def request(self) -> ChangeRequest:
        return self._read(lambda s: s.get_one(ChangeRequest, self.request_id))

    def reviews(self) -> Sequence[DepartmentReview]:
        """The opinions given, oldest first."""
        rows = select(DepartmentReview).where(DepartmentReview.change_request_id == self.request_id)
        return self._read(lambda s: list(s.scalars(rows.order_by(DepartmentReview.id))))

    def versions(self) -> Sequence[ProductVersion]:
        """The proposed versions."""
        return self._read(lambda s: [version for _, version in proposed(s, self.request_id)])

    def instance(self) -> ProcessInstance:
        case = self.request().instance_id
        return self._read(lambda s: s.get_one(ProcessInstance, case))

    def open_tasks(self) -> Sequence[Task]:
        case = self.request().instance_id
        open_ones = select(Task).where(Task.instance_id == case, Task.state == "open").order_by(Task.id)
        return self._read(lambda s: list(s.scalars(open_ones)))

    def task(self, element: str, department: str | None = None, assignee: str | None = None) -> Task:
        named = [t for t in self.open_tasks() if t.element_id == element and department in (None, t.department)]
        found = [t for t in named if assignee in (None, t.assignee)]
        assert found, f"{element} {department or ''} is not open; open are {self.standing()}"
        return found[0]

    def standing(self) -> list[str]:
        return sorted(t.element_id for t in self.open_tasks())

    def asked(self) -> list[str]:
        """Departments whose review is open."""
        return sorted(str(t.department) for t in self.open_tasks() if t.element_id == "give_opinion")

    def sale(self, product: str, **asked: Any) -> SaleAnswer:
        at = asked.pop("at", self.now)
        return self._read(lambda s: may_sell(s, product=product, at=at, **asked))

    def answers_at(self, product: str, moments: Iterable[datetime]) -> list[int | None]:
        """The version on sale at each of these moments."""
        return [self.sale(product, at=moment).version for moment in moments]


def put(play: Play, element: str) -> None:
    """An operator puts the case on another step."""
    case = play.instance().id
    play.step(
        lambda uow: move(
            uow, instance_id=case, element_id=element, reason="x", actor=person(uow, "lu.ming"), now=play.now
        )
    )
