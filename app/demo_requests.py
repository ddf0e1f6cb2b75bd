"""Two change requests under way in the demo bank, so that its inboxes hold something to try.

Made through the services, each step by the person whose job it is: nothing here
can do what a person could not.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.identity.demo import PEOPLE, demo_actor
from app.kernel.database import unit_of_work
from app.modules.catalogue.models import ProductVersion
from app.modules.changes import services as changes
from app.modules.changes.models import ChangeRequest
from app.workflow.models import Task
from app.workflow.tasks.attachments import attach
from app.workflow.tasks.services import complete_task

REPORT = "Load test: 2,000 orders a minute, no error. Security scan: no finding. 压力测试与安全扫描均通过。"
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "assess_need": {"decision": "proceed", "reason": "同业已下调，需求成立。"},
    "design_change": {
        "decision": "resubmit",
        "file_risk_assessment": "预计不良率上升0.05个百分点；单户上限10万元，组合限额不变，剩余风险中低。",
        "file_costing": "返现年成本约420万元；年费调整覆盖35%，其余由回佣收入覆盖，综合收益率1.1%。",
        "file_terms": "更新领用合约附件与收费公示；年费调整前45日公告，持卡人可免费销卡。",
        "file_readiness": "核心与营销系统已完成改造，客服话术与培训材料就绪，手机银行与网点同步上线。",
        "file_aml": "返现有月度上限，套现监测规则新增两条；评级为低风险。",
        "file_monitoring": "月返现成本：关注40万元、预警50万元；投诉：关注每月20件、预警35件。",
        "file_first_review": "上线满6个月的首个工作日，由信用卡中心牵头后评价。",
    },
    "test_change": {"stability": "pass", "security": "pass", "summary": "稳定性与安全性测试通过。"},
    "give_opinion": {"verdict": "approve", "opinion": "同意，要点均已核对。"},
    "sign_off": {"decision": "sign"},
}


def seed_requests(now: datetime) -> None:
    """Both requests, where there is none yet."""
    with unit_of_work() as uow:
        if uow.scalar(select(ChangeRequest.id).limit(1)) is not None:
            return
    _auto_loan(now)
    _metro_card(now)


def _auto_loan(now: datetime) -> None:
    """A cheaper car loan: reviewed, waiting for the executive."""

    def cheaper(content: dict[str, Any]) -> None:
        for tier in content["rates"]["tiers"]:
            tier["spread_bp"] = str(int(tier["spread_bp"]) - 10)
            tier["rate"]["value"] = str(Decimal(tier["rate"]["value"]) - Decimal("0.001"))

    case = _proposed(
        now,
        "CN-AUTO",
        "zhao.heng",
        cheaper,
        driver={"kind": "external", "source": "competitor", "reason": "同业车贷利率已低10个基点。"},
        function_plan="各期限加点下调10个基点。",
        expected_benefit="四季度新增车贷1.2亿元。",
    )
    _prepared(case, now, head="lin.yue", initiator="zhao.heng")
    for role in ("officer", "head"):
        for task in _open(case):
            _do(now, task, _one(task.department, role))


def _metro_card(now: datetime) -> None:
    """More cashback on a themed card for a higher fee: under review by its departments."""

    def richer(content: dict[str, Any]) -> None:
        content["terms"]["annual_fee"]["amount"] = "260"
        content["terms"]["cashback"] = {
            "en": "8 % on travel, 80 yuan a month at most.",
            "zh": "出行返现 8%，每月最高 80 元。",
        }
        content["features"]["features"][0]["value"] = "8%"
        content["limits"]["credit_to"]["amount"] = "100000"

    case = _proposed(
        now,
        "CN-CARD-METRO",
        "he.jia",
        richer,
        driver={"kind": "internal", "department": "card_centre", "reason": "活跃度下降，需增加用卡理由。"},
        function_plan="出行返现提高到8%，授信上限提高到10万元，年费调整为260元。",
        expected_benefit="月活跃卡量提升8%。",
    )
    _prepared(case, now, head="luo.bin", initiator="he.jia")


def _proposed(now: datetime, code: str, who: str, change: Any, **details: Any) -> int:
    with unit_of_work() as uow:
        actor = demo_actor(uow, who)
        live = select(ProductVersion).where(ProductVersion.product_code == code, ProductVersion.state == "live")
        content = deepcopy(uow.scalars(live.order_by(ProductVersion.number.desc()).limit(1)).one().content)
        change(content)
        wanted = [changes.Wanted(product=code, content=content)]
        request = changes.create_draft(uow, wanted=wanted, details=details, actor=actor, now=now)
        changes.submit(uow, request_id=request.id, actor=actor, now=now)
        assert request.instance_id is not None
        return request.instance_id


def _prepared(case: int, now: datetime, *, head: str, initiator: str) -> None:
    for who in (head, initiator, "cheng.gang"):
        _do(now, _open(case)[0], who)


def _do(now: datetime, task: Task, who: str) -> None:
    with unit_of_work() as uow:
        actor = demo_actor(uow, who)
        data = dict(ANSWERS[task.element_id])
        if task.element_id == "test_change":
            report = attach(
                uow, task_id=task.id, filename="test-report.txt", content=REPORT.encode(), actor=actor, now=now
            )
            data["evidence"] = [report.id]
        complete_task(uow, task_id=task.id, version=task.version, data=data, actor=actor, now=now)


def _open(case: int) -> list[Task]:
    with unit_of_work() as uow:
        found = list(uow.scalars(select(Task).where(Task.instance_id == case, Task.state == "open").order_by(Task.id)))
        uow.expunge_all()
    return found


def _one(department: str | None, role: str) -> str:
    return next(p.username for p in PEOPLE if p.department == department and role in p.roles)
