"""Two emergency suspensions in the demo bank: one lifted again, one that waits for the second person of risk.

Made through the services, each step by the person whose job it is, as in ``demo_requests``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.identity.demo import demo_actor
from app.kernel.database import unit_of_work
from app.modules.suspensions import services as suspensions
from app.modules.suspensions.models import Suspension
from app.workflow.models import Task
from app.workflow.tasks.services import complete_task

STEP = timedelta(milliseconds=100)
"""Between two steps: what is sold now is asked by the instant, so one follows the other."""
Steps = Sequence[tuple[str, str, Mapping[str, Any]]]
LIFTED: Steps = (
    ("ratify_suspension", "wang.zhiyuan", {"decision": "ratify", "reason": "报价异常属实，同意追认。"}),
    ("remedy_cause", "guo.min", {"remedy": "报价源切换至备用通道，偏差超过30个基点自动停止报价。"}),
    ("propose_way_out", "tang.wei", {"proposal": "resume", "reason": "连续两日报价偏差在限额内。"}),
    ("confirm_resumption", "xu.feng", {"decision": "confirm", "reason": "已复核报价记录，同意恢复。"}),
)
WAITING: Steps = (
    ("ratify_suspension", "li.shufen", {"decision": "ratify", "reason": "净值回撤超过预警线，同意追认。"}),
    ("remedy_cause", "guo.min", {"remedy": "已降低单一行业持仓至15%以下，并向持有人发布风险提示。"}),
    ("propose_way_out", "tang.wei", {"proposal": "resume", "reason": "持仓已回到限额内，建议恢复上海地区销售。"}),
)


def seed_suspensions(now: datetime) -> None:
    """Both suspensions, where there is none yet."""
    with unit_of_work() as uow:
        if uow.scalar(select(Suspension.id).limit(1)) is not None:
            return
    mobile = [{"channels": ["mobile"]}]
    _play(now, "CN-FX", "手机银行渠道报价异常，存在按错误价格成交的风险。", mobile, LIFTED)
    shanghai = [{"units": ["SH"]}]
    _play(now, "CN-EQUITY-R4", "底层资产净值回撤超过预警线，上海地区投诉集中。", shanghai, WAITING)


def _play(now: datetime, code: str, reason: str, scopes: Sequence[Mapping[str, Any]], steps: Steps) -> None:
    with unit_of_work() as uow:
        risk = demo_actor(uow, "chen.rui")
        found = suspensions.suspend(uow, product_code=code, reason=reason, scopes=scopes, actor=risk, now=now)
        case = found.instance_id
    for place, (element, who, data) in enumerate(steps, start=1):
        with unit_of_work() as uow:
            waiting = select(Task).where(Task.instance_id == case, Task.element_id == element, Task.state == "open")
            task = uow.scalars(waiting).one()
            actor, later = demo_actor(uow, who), now + place * STEP
            complete_task(uow, task_id=task.id, version=task.version, data=dict(data), actor=actor, now=later)
