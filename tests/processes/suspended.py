"""Playing a case of emergency suspension."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.modules.suspensions import services as suspensions
from app.modules.suspensions.models import Suspension
from tests.processes.bank import person
from tests.processes.play import Play

REMEDY = {"remedy": "The interest was computed on the wrong day; the program is mended."}
WHO: Mapping[str, str] = {
    "ratify_suspension": "wang.zhiyuan",
    "ratify_in_committee": "jiang.wen",
    "remedy_cause": "lin.yue",
    "propose_way_out": "zhao.heng",
    "confirm_resumption": "xu.feng",
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "ratify_suspension": {"decision": "ratify", "reason": "Rightly so."},
    "ratify_in_committee": {"decision": "ratify", "reason": "Rightly so."},
    "remedy_cause": REMEDY,
    "propose_way_out": {"proposal": "resume", "reason": "The cause is gone."},
    "confirm_resumption": {"decision": "confirm", "reason": "Tested by ourselves."},
}


class Halt(Play):
    """A suspension in the place of the change request."""

    def suspend(self, product: str, *scopes: Mapping[str, Any], who: str = "chen.rui") -> Halt:
        order = {"product_code": product, "scopes": scopes, "reason": "Wrong interest."}
        self.request_id = self.step(
            lambda uow: suspensions.suspend(uow, actor=person(uow, who), now=self.now, **order).id
        )
        return self

    def report_quota(self, product: str, limit: str, used: str, who: str = "lu.ming") -> int:
        """The number of the suspension it led to; 0 for none."""

        def report(uow: Session) -> int:
            figures = {"limit": Decimal(limit), "used": Decimal(used), "currency": "CNY", "source": "core banking"}
            found = suspensions.quota_used(uow, product_code=product, actor=person(uow, who), now=self.now, **figures)
            return found.id if found else 0

        self.request_id = self.step(report)
        return self.request_id

    def request(self) -> Suspension:  # type: ignore[override]
        return self._read(lambda s: s.get_one(Suspension, self.request_id))

    def do(self, element: str, department: str | None = None, *, who: str | None = None, **answers: Any) -> Halt:
        task = self.task(element, department)
        data = {**ANSWERS[element], **answers}
        self.complete(task, data, who or WHO[element])
        return self
