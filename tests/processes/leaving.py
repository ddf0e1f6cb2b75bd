"""Playing an exit: a product with holdings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM
from app.kernel.clock import accounting_date
from app.kernel.crypto import blind, seal
from app.kernel.database import insert_rows, unit_of_work
from app.kernel.errors import Invalid
from app.kernel.outbox import OutboxMessage
from app.modules.customers.models import ACCOUNT_NUMBER, CUSTOMER_ID, Account, Customer, CustomerSegment, Holding
from app.modules.customers.services import end_holdings
from app.modules.exits import services as exits
from app.modules.exits.models import Exit, MigrationItem
from app.modules.exits.services.winding_down import retire
from app.workflow.models import ProcessInstance, Task
from tests.processes.bank import TIME_DEPOSIT, person, put_live, rate
from tests.processes.play import BEGIN, HEADS, OFFICERS, Play

BETTER: Mapping[str, Any] = {
    **deepcopy(dict(TIME_DEPOSIT)),
    "basics": {"name": {"en": "Better deposit", "zh": "增利存款"}},
    "rates": {"tiers": [{"kind": "fixed", "term": "P1Y", "rate": rate("1.75")}]},
}
"""A deposit that pays more: nobody loses by being moved there."""
WORSE: Mapping[str, Any] = {
    **deepcopy(dict(TIME_DEPOSIT)),
    "basics": {"name": {"en": "Plain deposit", "zh": "普通存款"}},
    "rates": {"tiers": [{"kind": "fixed", "term": "P1Y", "rate": rate("1.10")}]},
}
"""A deposit that pays less: whoever is moved there loses."""
BANDED: Mapping[str, Any] = {
    **deepcopy(dict(TIME_DEPOSIT)),
    "basics": {"name": {"en": "Banded deposit", "zh": "分档存款"}},
    "rates": {
        "tiers": [
            {"kind": "fixed", "term": "P1Y", "balance_to": "50000", "rate": rate("1.75")},
            {"kind": "fixed", "term": "P1Y", "balance_from": "50000", "rate": rate("1.10")},
        ]
    },
}
"""A deposit that pays small amounts more and large ones less."""
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "LEAVING": BETTER,
    "DOLLAR": {**BETTER, "terms": {"currency": "USD", "minimum": {"amount": "50", "currency": "USD"}}},
    "BEIJING": {**BETTER, "availability": {"scopes": [{"units": ["BJ"]}]}},
    "LARGE": {**BETTER, "terms": {"currency": "CNY", "minimum": {"amount": "5000", "currency": "CNY"}}},
    "EACH": {**BETTER, "limits": {"per_customer": {"amount": "1000", "currency": "CNY"}}},
    "SMALL": {**BETTER, "limits": {"quota": {"amount": "1500", "currency": "CNY"}}},
}
"""Products that cannot take the holdings of a plain deposit, each for another reason."""
RATE = "rates.tiers[kind=fixed,term=P1Y].rate"
BANDED_RATE = "rates.tiers[kind=fixed,term=P1Y,balance_from=50000].rate"
PLAN = {"exception_owner": "zhao.heng", "notice_text": "The product ends.", "answer_days": 60}
WHO: Mapping[str, str] = {
    "give_figures": "lin.yue",
    "judge_evaluation": "zhao.heng",
    "plan_exit": "lin.yue",
    "decide_exit": "wang.zhiyuan",
    "decide_exceptions": "zhao.heng",
    "clear_difference": "liang.yu",
    "reach_customers": "zhao.heng",
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "give_figures": {"margin": "-0.4", "complaints": "3"},
    "judge_evaluation": {"judgement": "pursue", "reason": "It loses money."},
    "plan_exit": {"decision": "submit"},
    "give_opinion": {"verdict": "approve", "opinion": "Agreed."},
    "sign_off": {"decision": "sign"},
    "decide_exit": {"decision": "approve"},
    "decide_exceptions": {"decision": "pay_out", "reason": "Called and paid out."},
    "settle_matter": {"note": "Done."},
    "clear_difference": {"note": "Booked again."},
    "reach_customers": {"note": "Called; they stay."},
}


class Leave(Play):
    """An exit in the place of the change request."""

    def held(self, product: str, number: int, **differs: Any) -> Leave:
        """``number`` contracts of the first version: 1,000.01, 1,000.02 … yuan, a year from a month ago."""
        self.step(lambda uow: hold(uow, product, number, accounting_date(self.now), **differs))
        return self

    def leave(self, product: str, who: str = "lin.yue") -> Leave:
        self.request_id = self.step(
            lambda uow: (
                exits.propose(uow, product_code=product, reason="Few buy it.", actor=person(uow, who), now=self.now).id
            )
        )
        return self

    def plan(self, target: str | None = None, *, who: str = "lin.yue", **differs: Any) -> Leave:
        planned = {**PLAN, "way": "replacement" if target else "run_off", "target": target, **differs}
        self.step(
            lambda uow: exits.write_plan(
                uow, number=self.number, planned=exits.Planned(**planned), actor=person(uow, who), now=self.now
            )
        )
        return self

    def answer(self, answers: Mapping[int, str], who: str = "lu.ming") -> Leave:
        said = [exits.Answer(holding, answer) for holding, answer in answers.items()]
        self.step(
            lambda uow: exits.record_answers(
                uow, number=self.number, answers=said, source="call centre", actor=person(uow, who), now=self.now
            )
        )
        return self

    def miss(self, *holdings: int, so_far: bool = False) -> Leave:
        """The sending system reports each notice: it did not reach the customers of these holdings.

        ``so_far``: of all others it does not know yet.
        """
        missed = self._read(
            lambda s: set(s.scalars(select(Customer.number).join(Holding).where(Holding.id.in_(holdings))))
        )
        for notice, numbers in self.notices():
            lost = [number for number in numbers if number in missed]
            arrived = 0 if so_far else len(numbers) - len(lost)
            said = exits.Report(len(numbers), arrived, lost, "message gateway")
            given = {"number": self.number, "notice": notice, "said": said, "now": self.now}
            self.step(lambda uow, given=given: exits.report(uow, actor=person(uow, "lu.ming"), **given).id)
        return self

    def notices(self) -> Sequence[tuple[int, Sequence[str]]]:
        """Each notice with the customers whom its message names."""
        sent = select(OutboxMessage.payload).where(OutboxMessage.topic == "customers.notified")
        told = self._read(lambda s: list(s.scalars(sent.order_by(OutboxMessage.id))))
        return [(payload["notice"], payload["customers"]) for payload in told if payload.get("exit") == self.number]

    def open_tasks(self) -> Sequence[Task]:
        """Of its case, and of the case that reaches customers who were moved untold."""
        cases = select(ProcessInstance.id).where(
            (ProcessInstance.id == self.request().instance_id)
            | ProcessInstance.business_key.startswith(f"{self.number}/")
        )
        open_ones = select(Task).where(Task.instance_id.in_(cases), Task.state == "open").order_by(Task.id)
        return self._read(lambda s: list(s.scalars(open_ones)))

    def withdraw(self, who: str = "lin.yue") -> Leave:
        self.step(
            lambda uow: (
                exits.withdraw(uow, number=self.number, reason="Not now.", actor=person(uow, who), now=self.now).id
            )
        )
        return self

    def do(self, element: str, department: str | None = None, *, who: str | None = None, **answers: Any) -> Leave:
        task = self.task(element, department)
        actor = who or _whose(element, str(task.department))
        data = {**ANSWERS[element], **answers}
        if element == "give_figures":
            data["evidence"] = [self.attach(task.id, actor)]
        self.complete(task, data, actor)
        return self

    def evaluate(self) -> Leave:
        return self.do("give_figures").do("judge_evaluation")

    def review(self, **verdicts: Mapping[str, Any]) -> Leave:
        for department in self.asked():
            self.do("give_opinion", department, **verdicts.get(department, {})).do("sign_off", department)
        return self

    def wait_only(self, **time: int) -> Leave:
        """Time passes, and nobody runs what falls due."""
        self.now += timedelta(**time)
        return self

    def settle_down(self) -> Leave:
        """Until the batches and the timers that are due have nothing more to do."""
        for _ in range(2):
            self.wait(seconds=5)
        return self

    def close_answers(self) -> Leave:
        """The time to answer passes."""
        self.wait(days=61)
        return self.settle_down()

    def wind_down(self) -> Leave:
        while [t for t in self.open_tasks() if t.element_id == "settle_matter"]:
            self.do("settle_matter")
        return self.settle_down()

    def book_late(self, product: str) -> Leave:
        """A contract that core banking delivers after all others were identified."""
        return self.held(product, 1)

    def close_late(self, product: str) -> Leave:
        late = [h.id for h in self.holdings(product) if h.status == "active"]
        self.step(lambda uow: end_holdings(uow, late, verbs=("close",)))
        return self

    def decide(self, holding: int, decision: str, who: str = "zhao.heng") -> Leave:
        said = {"holding": holding, "decision": decision, "reason": "Spoken with the customer."}
        self.step(
            lambda uow: (
                exits.decide_exception(uow, number=self.number, actor=person(uow, who), now=self.now, **said).holding_id
            )
        )
        return self

    def hold_at_once(self) -> Leave:
        self.step(lambda uow: exits.hold(uow, number=self.number, actor=person(uow, "lu.ming"), now=self.now).id)
        return self

    def go_on(self) -> Leave:
        self.step(lambda uow: exits.resume(uow, number=self.number, actor=person(uow, "lu.ming"), now=self.now).id)
        return self

    def reprice(self, product: str, content: Mapping[str, Any]) -> Leave:
        """Another version of a product goes live behind the back of the exit."""
        self.step(lambda uow: put_live(uow, product, content, self.now, self.now))
        return self

    def lose_a_cent(self, product: str) -> Leave:
        moved = self.holdings(product)[-1]
        less = update(Holding).where(Holding.id == moved.id).values(principal=moved.principal - Decimal("0.01"))
        self.step(lambda uow: uow.execute(less) and None)
        return self

    def retire(self) -> None:
        self.step(lambda uow: retire(uow, uow.get_one(Exit, self.request_id), actor=SYSTEM, now=self.now))

    def faults_of(self, target: str | None, **differs: Any) -> list[str]:
        """What a plan with this replacement is refused for, as ``pointer:code``."""
        try:
            with unit_of_work() as uow:
                planned = exits.Planned(**{**PLAN, "way": "replacement", "target": target, **differs})
                exits.write_plan(uow, number=self.number, planned=planned, actor=person(uow, "lin.yue"), now=self.now)
        except Invalid as refusal:
            return [f"{fault.pointer}:{fault.code}" for fault in refusal.faults]
        return []

    @property
    def number(self) -> str:
        return f"EX-{self.request_id:05d}"

    def request(self) -> Exit:  # type: ignore[override]
        return self._read(lambda s: s.get_one(Exit, self.request_id))

    def items(self) -> Sequence[MigrationItem]:
        mine = select(MigrationItem).where(MigrationItem.exit_id == self.request_id).order_by(MigrationItem.id)
        return self._read(lambda s: list(s.scalars(mine)))

    def states(self) -> list[str]:
        """What became of each holding."""
        return [item.outcome or item.state for item in self.items()]

    def holdings(self, product: str) -> Sequence[Holding]:
        return self._read(
            lambda s: list(s.scalars(select(Holding).where(Holding.product_code == product).order_by(Holding.id)))
        )


def _whose(element: str, department: str) -> str:
    if element in {"give_opinion", "settle_matter"}:
        return OFFICERS[department]
    return HEADS[department] if element == "sign_off" else WHO[element]


def hold(uow: Session, product: str, number: int, today: date, **differs: Any) -> None:
    """Customers with an account and a contract each; ``contact``, ``account`` and ``least`` say how they differ."""
    contact, account, least = differs.pop("contact", "sms"), differs.pop("account", "open"), differs.pop("least", 1000)
    opened, first = today - timedelta(days=31), uow.scalar(select(func.count()).select_from(Customer)) or 0
    names = [f"{product}-{place:06d}" for place in range(first, first + number)]
    insert_rows(uow, Customer, [_customer(name, contact, opened) for name in names])
    customers = dict(uow.execute(select(Customer.number, Customer.id).where(Customer.number.in_(names))).all())
    insert_rows(uow, CustomerSegment, [{"customer_id": customers[name], "key": "mass"} for name in names])
    insert_rows(uow, Account, [_account(name, customers[name], account, opened) for name in names])
    accounts = dict(uow.execute(select(Account.reference, Account.id).where(Account.reference.in_(names))).all())
    contract = {
        "product_code": product,
        "version": 1,
        "currency": "CNY",
        "term": "P1Y",
        "negotiated": None,
        "opened_on": opened,
        "matures_on": opened + timedelta(days=365),
        "last_activity_on": opened,
        "status": "active",
        **differs,
    }
    rows = [
        {
            "customer_id": customers[name],
            "account_id": accounts[name],
            "principal": Decimal(least) + Decimal(place + 1) / 100,
            **contract,
        }
        for place, name in enumerate(names)
    ]
    insert_rows(uow, Holding, rows)


def _customer(name: str, contact: str, since: date) -> dict[str, Any]:
    return {
        "number": name,
        "kind": "person",
        "name": name,
        "id_kind": "passport",
        "id_number": seal(CUSTOMER_ID, name, name),
        "id_index": blind(CUSTOMER_ID, name),
        "phone": None,
        "mail": None,
        "contact": contact,
        "unit_code": "SH01",
        "birth_year": 1980,
        "status": "active",
        "since": since,
        "created_at": BEGIN,
    }


def _account(name: str, customer: int, status: str, opened: date) -> dict[str, Any]:
    return {
        "reference": name,
        "customer_id": customer,
        "number": seal(ACCOUNT_NUMBER, name, name),
        "number_index": blind(ACCOUNT_NUMBER, name),
        "currency": "CNY",
        "unit_code": "SH01",
        "status": status,
        "opened_on": opened,
    }
