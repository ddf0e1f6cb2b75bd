"""The task page of an approver: one screen of 1440 × 900, whatever an ordinary change holds."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import demo_requests
from app.identity.demo import demo_actor
from app.kernel.database import unit_of_work
from app.workflow.models import Task
from app.workflow.tasks.services import complete_task

PLAN = {
    "scopes": [{"units": ["SH"], "channels": ["branch"], "customer_groups": []}],
    "length_days": 30,
    "criteria": {"min_sales": 100, "max_complaints": 3, "max_incidents": 0},
}
OPINIONS: dict[str, dict[str, str]] = {
    "risk": {
        "verdict": "with_conditions",
        "opinion": "额度提高需同步调整预警阈值。",
        "condition": "上线前完成预警阈值调整。",
        "condition_kind": "before_launch",
    },
    "finance": {"verdict": "approve", "opinion": "年费收入减少可由发卡量弥补。"},
}


def with_a_pilot(now: datetime) -> int:
    """A material change of a card with a pilot, reviewed by eight departments; the executive's task."""

    def changed(content: dict[str, Any]) -> None:
        content["terms"]["annual_fee"]["amount"] = "150"
        content["limits"]["credit_to"]["amount"] = "90000"

    case = demo_requests._proposed(
        now,
        "CN-CARD-STD",
        "he.jia",
        changed,
        driver={"kind": "external", "source": "competitor", "reason": "同业年费已下调。"},
        function_plan="年费调整为150元，授信上限提高到9万元。",
        expected_benefit="新增发卡3万张。",
        pilot_wish=True,
        pilot_plan=deepcopy(PLAN),
    )
    demo_requests._prepared(case, now, head="luo.bin", initiator="he.jia")
    for role, said in (("officer", OPINIONS), ("head", {})):
        for task in demo_requests._open(case):
            usual = {"verdict": "approve", "opinion": "同意。"} if role == "officer" else {"decision": "sign"}
            with unit_of_work() as uow:
                complete_task(
                    uow,
                    task_id=task.id,
                    version=task.version,
                    data=said.get(task.department or "", usual),
                    actor=demo_actor(uow, demo_requests._one(task.department, role)),
                    now=now,
                )
    return demo_requests._open(case)[0].id


def open_task(department: str) -> int:
    """The first open task of a department in the demo bank."""
    with unit_of_work() as uow:
        wanted = select(Task.id).where(Task.department == department, Task.state == "open").order_by(Task.id)
        return uow.scalars(wanted).first() or 0


@pytest.fixture(scope="module")
def tasks(served: Flask) -> dict[str, int]:
    now = datetime.now(UTC)
    with served.app_context():
        demo_requests.seed_requests(now)
        return {
            "of a rate": open_task("executive"),
            "under review": open_task("risk"),
            "with a pilot": with_a_pilot(now),
        }


def height(page: Any) -> int:
    found: int = page.evaluate("document.documentElement.scrollHeight")
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("kind", "person"), [("of a rate", "wang.zhiyuan"), ("under review", "chen.rui"), ("with a pilot", "wang.zhiyuan")]
)
def test_a_change_is_decided_without_scrolling(
    page_as: Callable[..., Any], tasks: dict[str, int], kind: str, person: str, language: str
) -> None:
    page = page_as(person, language)
    page.goto(f"/tasks/{tasks[kind]}")
    assert page.locator("#difference .change").count() >= 2
    submit = page.locator(".decision-form [type=submit]").bounding_box()
    assert submit["y"] + submit["height"] <= 900
    assert height(page) <= 900


def test_on_a_phone_the_way_to_the_answer_is_at_the_thumb(page_as: Callable[..., Any], tasks: dict[str, int]) -> None:
    page = page_as("chen.rui", width=390, height=844)
    page.goto(f"/tasks/{tasks['under review']}")
    way = page.locator(".to-decision")
    box = way.bounding_box()
    assert box["y"] + box["height"] == 844
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    way.click()
    page.wait_for_selector(".to-decision", state="hidden")


def test_the_executive_sends_back_in_one_way_only(page_as: Callable[..., Any], tasks: dict[str, int]) -> None:
    page = page_as("wang.zhiyuan")
    page.goto(f"/tasks/{tasks['of a rate']}")
    ways = page.get_by_role("button", name="Send back").count() + page.get_by_role("radio", name="Send back").count()
    assert ways == 1


def test_where_the_case_stands_is_drawn_when_it_is_unfolded(page_as: Callable[..., Any], tasks: dict[str, int]) -> None:
    page = page_as("wang.zhiyuan")
    page.goto(f"/tasks/{tasks['of a rate']}")
    page.locator(".below summary").first.click()
    page.wait_for_selector(".djs-element.is-active")
    before = page.locator(".djs-element.is-active text").first.bounding_box()["height"]
    page.click("[data-zoom=fit]")
    assert page.locator(".djs-element.is-active text").first.bounding_box()["height"] < before
