"""Working from the inbox in a real browser: keyboard, preview, claim, draft, decision, diagram."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.identity.services import actor_named
from app.kernel.database import db, session, unit_of_work
from app.workflow.deployments.services import deploy
from app.workflow.instances.services import start_instance
from app.workflow.models import Task
from app.workflow.tasks import services
from tests.desks.drawings import CLAUSE, DEPARTMENTS, OK

PageAs = Callable[..., Any]
PAGES = ["/inbox?filter=group", "/tasks/{0}", "/cases/1", "/cases", "/processes/clause_review/versions/1"]


@pytest.fixture(scope="module", autouse=True)
def reviews(served: Flask) -> list[int]:
    """Seven cases whose departments are asked; the ids of the tasks of risk, most urgent first."""
    with served.app_context():
        with unit_of_work() as uow:
            deploy(uow, xml=CLAUSE.encode(), actor=_person("shen.dan"), now=datetime.now(UTC))
        found = [_case(number) for number in range(7)]
        db.session.remove()
    return found


def _person(username: str) -> Any:
    return actor_named(session(), username)


def _case(number: int) -> int:
    who = {"actor": _person("lin.yue"), "now": datetime.now(UTC)}
    card = {"title": {"en": f"Change {number}", "zh": f"变更 {number}"}, "products": [f"TD-{number}"]}
    with unit_of_work() as uow:
        step = start_instance(uow, key="clause_review", variables={"departments": DEPARTMENTS}, card=card, **who)
        first = step.opened[0].id
    with unit_of_work() as uow:
        step = services.complete_task(uow, task_id=first, version=1, data=OK, **who)
        return next(t.id for t in step.opened if t.department == "risk")


def task(served: Flask, task_id: int) -> Task:
    with served.app_context():
        found = session().get_one(Task, task_id)
        db.session.remove()
        return found


def test_the_list_is_walked_by_keyboard_and_the_preview_follows(page_as: PageAs, reviews: list[int]) -> None:
    page = page_as("chen.rui")
    page.goto("/inbox?filter=group")
    page.wait_for_selector("#preview h2")
    assert page.inner_text(".task-row.chosen .task-title") == "Change 0"
    page.keyboard.press("j")
    page.wait_for_selector("#preview .preview-title:text('Change 1')")
    page.keyboard.press("k")
    page.wait_for_selector("#preview .preview-title:text('Change 0')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tasks/{reviews[0]}")


def test_c_claims_and_the_list_is_fresh_at_once(page_as: PageAs, served: Flask, reviews: list[int]) -> None:
    page = page_as("chen.rui")
    page.goto("/inbox?filter=group")
    page.wait_for_selector("#preview h2")
    page.keyboard.press("c")
    page.wait_for_selector(f"[data-task='{reviews[0]}'] .task-hand:has-text('Yours')")
    assert task(served, reviews[0]).assignee == "chen.rui"
    assert page.inner_text(".task-row.chosen .task-title") == "Change 0"


def test_several_are_claimed_together(page_as: PageAs, served: Flask, reviews: list[int]) -> None:
    page = page_as("chen.rui")
    page.goto("/inbox?filter=group")
    for wanted in reviews[1:3]:
        page.check(f"input[name=task][value='{wanted}']")
    page.click(".bulk button")
    page.wait_for_selector(".note-good")
    assert {task(served, t).assignee for t in reviews[1:3]} == {"chen.rui"}


def test_what_is_typed_is_kept_while_typing(page_as: PageAs, served: Flask, reviews: list[int]) -> None:
    mine = reviews[5]
    with served.app_context(), unit_of_work() as uow:
        services.claim(uow, task_id=mine, actor=_person("chen.rui"), now=datetime.now(UTC))
    page = page_as("chen.rui")
    page.goto(f"/tasks/{mine}")
    page.fill("#decision-form [name=comment]", "Half a thought")
    page.wait_for_selector(".draft-note:has-text('Saved')")
    page.goto("/inbox")
    page.goto(f"/tasks/{mine}")
    assert page.input_value("#decision-form [name=comment]") == "Half a thought"


def test_the_page_shows_where_the_case_stands(page_as: PageAs, reviews: list[int]) -> None:
    page = page_as("chen.rui", "zh")
    page.goto(f"/tasks/{reviews[3]}")
    page.locator(".below > summary").first.click()
    page.wait_for_selector(".djs-element.is-active[data-element-id=review]")
    assert page.inner_text(".diagram-badge") == "当前位置"
    assert "会签条款" in page.text_content(".diagram svg")
    before = page.get_attribute(".viewport", "transform")
    page.focus("[data-canvas]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.viewport').getAttribute('transform') !== before", arg=before
    )


def test_a_decision_is_taken_and_the_next_task_is_one_press_away(
    page_as: PageAs, served: Flask, reviews: list[int]
) -> None:
    page = page_as("chen.rui")
    page.goto(f"/tasks/{reviews[4]}")
    page.click("#decision-form button[type=submit]")
    page.wait_for_selector(".field-error")
    page.check("#decision-form [name=decision][value=approve]")
    page.fill("#decision-form [name=comment]", "No objection.")
    page.click("#decision-form button[type=submit]")
    page.wait_for_selector(".task-decision .note-good")
    assert task(served, reviews[4]).state == "completed"
    page.click("text=Next task")
    page.wait_for_url("**/inbox")


def test_whoever_comes_second_is_told_and_keeps_the_text(page_as: PageAs, reviews: list[int]) -> None:
    slow, quick = page_as("chen.rui"), page_as("xu.feng")
    for page in (slow, quick):
        page.goto(f"/tasks/{reviews[6]}")
        page.check("#decision-form [name=decision][value=approve]")
    slow.fill("#decision-form [name=comment]", "My own words")
    quick.click("#decision-form button[type=submit]")
    quick.wait_for_selector(".task-decision .note-good")
    slow.click("#decision-form button[type=submit]")
    assert "Xu Feng has already completed this task." in slow.inner_text("#refusal")
    assert slow.input_value("[name=comment]") == "My own words"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path", ["/inbox?filter=group", "/tasks/{0}", "/cases/1", "/cases", "/processes/clause_review/versions/1"]
)
def test_a_phone_never_scrolls_sideways(page_as: PageAs, reviews: list[int], language: str, path: str) -> None:
    page = page_as("chen.rui", language, width=390, height=844)
    page.goto(path.format(reviews[3]))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_finding_is_shown_on_its_element(page_as: PageAs) -> None:
    drawing = CLAUSE.replace('tollgate:candidateGroups="executive"', "")
    page = page_as("shen.dan")
    page.goto("/processes/check")
    page.set_input_files("#file", {"name": "a.bpmn", "mimeType": "text/xml", "buffer": drawing.encode()})
    page.click(".check-form button")
    page.wait_for_selector(".djs-element[data-element-id=decide]")
    page.click(".findings [data-element=decide]")
    page.wait_for_selector(".djs-element.is-selected[data-element-id=decide]")
