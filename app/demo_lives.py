"""Lives in the demo bank: a deposit that is being planned, a loan and a wealth product that are in operation.

Made through the services, each step by the person whose job it is, as in ``demo_requests``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.identity.demo import demo_actor
from app.kernel import outbox
from app.kernel.clock import accounting_date
from app.kernel.database import unit_of_work
from app.modules.catalogue.schemas.templates import begun
from app.modules.catalogue.services import create_product
from app.modules.catalogue.types import product_type
from app.modules.lifecycle import services as lifecycle
from app.modules.lifecycle.models import ProductLife
from app.modules.research.demo import load_demo_research
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import complete_task

PLANNED = "CN-YOUTH"
STEPS: Mapping[str, Mapping[str, Any]] = {
    "research_market": {
        "needs": "问卷与访谈显示：年轻客户希望小额起存、可随时查看进度，六成接受一年期以内的锁定。",
        "expectations": "预期年化不低于同期挂牌利率，不接受本金损失。",
        "competitors": "两家股份制银行已有百元以内起存的目标储蓄，年利率1.20%至1.25%。",
        "trends": "挂牌利率下行，手机端开户占比升至八成。",
    },
    "set_objectives": {
        "strategy": "以手机银行为主渠道，面向22至35岁上班族，50元起存，按目标分笔存入。",
        "target_groups": ["young"],
        "objectives": "余额 50000000 2027-12-31\n客户数 20000 2027-12-31",
    },
}
"""What the product manager says, step by step; then the plan waits for the head."""
SOLD: Mapping[str, tuple[str, Mapping[str, Any], Sequence[tuple[str, str, str]]]] = {
    "CN-AUTO": (
        "zhao.heng",
        {
            "strategy": "与主流品牌经销商合作，面向有稳定收入的年轻上班族，以审批快取胜，不以低价取胜。",
            "target_groups": ["young", "mass"],
            "objectives": "余额增长率 8 2027-12-31\n违约率 1.5 2027-12-31\n每万笔年投诉 6 2027-12-31",
        },
        [("default_rate", "1.32", "信贷系统月报"), ("complaints", "4.8", "客户服务中心月报")],
    ),
    "CN-BOND-R2": (
        "guo.min",
        {
            "strategy": "为风险偏好较低的富裕客户提供高于定期存款的收益，控制回撤。",
            "target_groups": ["affluent"],
            "objectives": "年化收益率 2.6 2027-12-31\n客户数 5000 2027-12-31",
        },
        [("annual_return", "2.41", "估值核算月报")],
    ),
}
"""Products in operation: who follows them, strategy and objectives, and what was read at the end of the last month."""


def seed_lives(now: datetime) -> None:
    """The lives, where there is none yet."""
    with unit_of_work() as uow:
        if uow.scalar(select(ProductLife.id).limit(1)) is not None:
            return
        manager = demo_actor(uow, "lin.yue")
        found = product_type("time_deposit")
        content = begun(found, found.templates[0], {"basics": {"name": {"en": "Youth savings", "zh": "青年目标储蓄"}}})
        create_product(uow, code=PLANNED, content=content, actor=manager, now=now)
        lifecycle.begin(uow, product_code=PLANNED, actor=manager, now=now)
    outbox.deliver_due(now)
    with unit_of_work() as uow:
        actor, later = demo_actor(uow, "lin.yue"), now + timedelta(milliseconds=50)
        load_demo_research(uow, PLANNED, actor=actor, now=later)
    for code in SOLD:
        _operate(code, now)
    for place, (element, data) in enumerate(STEPS.items(), start=1):
        _complete(element, data, now + place * timedelta(milliseconds=100))


def _operate(code: str, now: datetime) -> None:
    who, aims, readings = SOLD[code]
    last_month = accounting_date(now).replace(day=1) - timedelta(days=1)
    with unit_of_work() as uow:
        actor = demo_actor(uow, who)
        lifecycle.begin(uow, product_code=code, actor=actor, now=now)
        lifecycle.set_objectives(uow, product_code=code, given=aims, actor=actor, now=now)
        for measure, value, source in readings:
            given = {"measure": measure, "day": last_month, "value": value, "source": source}
            lifecycle.enter(uow, product_code=code, given=given, actor=actor, now=now)


def _complete(element: str, data: Mapping[str, Any], now: datetime) -> None:
    with unit_of_work() as uow:
        waiting = (
            select(Task)
            .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
            .where(ProcessInstance.business_key == PLANNED, Task.element_id == element, Task.state == "open")
        )
        task = uow.scalars(waiting).one()
        actor = demo_actor(uow, "lin.yue")
        complete_task(uow, task_id=task.id, version=task.version, data=dict(data), actor=actor, now=now)
