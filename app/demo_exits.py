"""One exit in the demo bank: planned and reviewed, it waits for an executive's decision.

Made through the services, each step by the person whose job it is, as in ``demo_requests``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.identity.demo import demo_actor
from app.kernel.database import unit_of_work
from app.modules.exits import services as exits
from app.modules.exits.models import Exit
from app.workflow.models import Task
from app.workflow.tasks.attachments import attach
from app.workflow.tasks.services import complete_task

STEP = timedelta(milliseconds=100)
PRODUCT, REPLACEMENT = "CN-CD", "CN-TD"
FIGURES = {"margin": "-0.12", "complaints": "2", "note": "利润率为扣除内部资金转移价格后的口径。"}
JUDGED = {"judgement": "pursue", "reason": "付息率偏高，规模小，客户可由定期存款承接。"}
PLAN = exits.Planned(
    way="replacement",
    target=REPLACEMENT,
    exception_owner="zhao.heng",
    answer_days=60,
    notice_text="您持有的大额存单产品将停止发售。到期前利率不变；如同意，可转为整存整取定期存款。",
)
OPINIONS: Mapping[str, tuple[str, str]] = {
    "compliance": ("zhou.ting", "ma.chao"),
    "consumer_protection": ("yu.qing", "dong.li"),
    "operations": ("deng.hui", "peng.tao"),
    "alm": ("zheng.hao", "xie.na"),
    "legal": ("han.bing", "feng.lei"),
}
"""Department → who gives the opinion, and who signs."""


def seed_exits(now: datetime) -> None:
    """The exit, where there is none yet."""
    with unit_of_work() as uow:
        if uow.scalar(select(Exit.id).limit(1)) is not None:
            return
        reason = "规模持续下降，付息成本高于同期定期存款。"
        found = exits.propose(uow, product_code=PRODUCT, reason=reason, actor=demo_actor(uow, "lin.yue"), now=now)
        case, number = found.instance_id or 0, found.number
    _do(case, "give_figures", "lin.yue", FIGURES, now + STEP, evidence="退出评估数据.txt")
    _do(case, "judge_evaluation", "zhao.heng", JUDGED, now + 2 * STEP)
    with unit_of_work() as uow:
        exits.write_plan(uow, number=number, planned=PLAN, actor=demo_actor(uow, "lin.yue"), now=now + 3 * STEP)
    _do(case, "plan_exit", "lin.yue", {"decision": "submit"}, now + 4 * STEP)
    for place, (department, (officer, head)) in enumerate(OPINIONS.items(), start=3):
        said = {"verdict": "approve", "opinion": "方案已保留客户原有利率，同意。"}
        _do(case, "give_opinion", officer, said, now + 2 * place * STEP, department=department)
        _do(case, "sign_off", head, {"decision": "sign"}, now + (2 * place + 1) * STEP, department=department)


def _do(
    case: int,
    element: str,
    who: str,
    data: Mapping[str, Any],
    at: datetime,
    *,
    department: str | None = None,
    evidence: str | None = None,
) -> None:
    with unit_of_work() as uow:
        waiting = select(Task).where(Task.instance_id == case, Task.element_id == element, Task.state == "open")
        mine = waiting.where(Task.department == department) if department else waiting
        task, actor = uow.scalars(mine).one(), demo_actor(uow, who)
        if evidence is not None:
            content = "近十二个月利润率与投诉统计".encode()
            row = attach(uow, task_id=task.id, filename=evidence, content=content, actor=actor, now=at)
            data = {**data, "evidence": [row.id]}
        complete_task(uow, task_id=task.id, version=task.version, data=dict(data), actor=actor, now=at)
