"""Two lives in the demo bank: a deposit that is being planned, and a product on sale that is in operation.

Made through the services, each step by the person whose job it is, as in ``demo_requests``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.identity.demo import demo_actor
from app.kernel import outbox
from app.kernel.database import unit_of_work
from app.modules.catalogue.schemas.templates import begun
from app.modules.catalogue.services import create_product
from app.modules.catalogue.types import product_type
from app.modules.lifecycle import services as lifecycle
from app.modules.lifecycle.models import ProductLife
from app.modules.research.demo import load_demo_research
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import complete_task

PLANNED, SOLD = "CN-YOUTH", "CN-AUTO"
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


def seed_lives(now: datetime) -> None:
    """Both lives, where there is none yet."""
    with unit_of_work() as uow:
        if uow.scalar(select(ProductLife.id).limit(1)) is not None:
            return
        manager = demo_actor(uow, "lin.yue")
        found = product_type("time_deposit")
        content = begun(found, found.templates[0], {"basics": {"name": {"en": "Youth savings", "zh": "青年目标储蓄"}}})
        create_product(uow, code=PLANNED, content=content, actor=manager, now=now)
        lifecycle.begin(uow, product_code=PLANNED, actor=manager, now=now)
        lifecycle.begin(uow, product_code=SOLD, actor=demo_actor(uow, "zhao.heng"), now=now)
    outbox.deliver_due(now)
    with unit_of_work() as uow:
        actor, later = demo_actor(uow, "lin.yue"), now + timedelta(milliseconds=50)
        load_demo_research(uow, PLANNED, actor=actor, now=later)
    for place, (element, data) in enumerate(STEPS.items(), start=1):
        _complete(element, data, now + place * timedelta(milliseconds=100))


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
