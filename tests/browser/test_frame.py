"""What a person sees first: signing in, switching the language, on a screen and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(("language", "greeting"), [("en", "Good day, Lin Yue"), ("zh", "您好，林悦")])
def test_one_click_on_a_demo_person_and_one_on_sign_in(
    new_page: Callable[..., Any], language: str, greeting: str
) -> None:
    page = new_page(language)
    page.goto("/")
    page.click("[data-fill-username='lin.yue']")
    page.click(".sign-in-form [type=submit]")
    assert page.inner_text("h1") == greeting


def test_a_wrong_password_is_told_beside_the_form(new_page: Callable[..., Any]) -> None:
    page = new_page("zh")
    page.goto("/sign-in")
    page.fill("[name=username]", "lin.yue")
    page.fill("[name=password]", "wrong")
    page.click(".sign-in-form [type=submit]")
    assert "用户名或密码不正确" in page.inner_text("#sign-in-error")
    assert page.input_value("[name=username]") == "lin.yue"


def test_the_language_is_switched_from_any_page(page_as: Callable[..., Any]) -> None:
    page = page_as("han.bing")
    page.goto("/help/inbox")
    page.click(".menu summary")
    page.click("button[name=language][value=zh]")
    assert page.url.endswith("/help/inbox")
    assert page.get_attribute("html", "lang") == "zh-CN"


def test_the_person_menu_closes_by_escape_and_signs_out(page_as: Callable[..., Any]) -> None:
    page = page_as("feng.lei")
    page.click(".menu summary")
    page.keyboard.press("Escape")
    assert not page.is_visible(".menu-body")
    page.click(".menu summary")
    page.click("form[action='/sign-out'] button")
    page.goto("/")
    assert "/sign-in" in page.url


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/", "/help", "/nowhere", "/sign-in"])
def test_a_phone_never_scrolls_sideways(page_as: Callable[..., Any], language: str, path: str) -> None:
    page = page_as("lin.yue", language, width=390, height=844)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_list_that_is_too_wide_for_a_phone_is_told_row_by_row(page_as: Callable[..., Any]) -> None:
    page = page_as("lin.yue", width=390, height=844)
    page.goto("/products")
    first = page.locator("table.stacked tbody tr").first
    first.wait_for()
    assert page.evaluate("Math.max(...[...document.querySelectorAll('.table-scroll')].map(t => t.scrollWidth))") <= 390
    assert first.locator("td").nth(1).get_attribute("data-label") == "Type"
    assert page.get_by_role("row").count() == page.locator("tr").count(), "it remains a table to a screen reader"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("table.stacked").wait_for(state="detached")


def test_the_skip_link_comes_first_and_works(page_as: Callable[..., Any]) -> None:
    page = page_as("lin.yue")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
