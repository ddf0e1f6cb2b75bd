"""A complete new time deposit is entered from the bank's usual terms, checked and submitted, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

WORDS = {
    "en": {"complete": "Everything that a submission needs is there.", "refused": "it must be at least 50 CNY"},
    "zh": {"complete": "提交所需内容已齐全。", "refused": "不得低于50 CNY"},
}


def go_on(page: Any, step: str) -> None:
    page.click(".step-actions .btn-primary")
    page.wait_for_url(f"**/{step}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_new_time_deposit_is_entered_checked_and_submitted(page_as: Callable[..., Any], language: str) -> None:
    page, code = page_as("lin.yue", language), f"TD-{language.upper()}"
    page.goto("/products/new")
    page.click("a[href='/products/new/time_deposit']")
    page.fill("[name=code]", code)
    page.fill("[name='content/basics/name/en']", "Spring time deposit")
    page.fill("[name='content/basics/name/zh']", "新春定期存款")
    go_on(page, f"{code}/draft/basics")
    go_on(page, "terms")
    page.fill("[name='content/terms/minimum/amount']", "10")
    page.locator("[name='content/terms/currency']").focus()
    page.wait_for_selector(".pair.wrong .field-error:visible")
    assert WORDS[language]["refused"] in page.inner_text(".pair.wrong .field-error")
    page.fill("[name='content/terms/minimum/amount']", "1000")
    go_on(page, "rates")
    assert page.locator(".grid-row").count() == 6
    page.fill("[name='content/rates/tiers/2/rate/value']", "1.15")
    page.click("button[value='step:check']:visible >> nth=-1")
    page.wait_for_url("**/draft/check")
    assert WORDS[language]["complete"] in page.inner_text(".outlook")
    assert "1.15" in page.inner_text("main")
    page.click(".page-head .btn-primary")
    page.wait_for_url("**/edit/driver")
    propose(page)
    page.goto(f"/products/{code}")
    assert page.locator(".page-head h1, h1").first.inner_text().strip() in {"Spring time deposit", "新春定期存款"}


def propose(page: Any) -> None:
    """What a request needs besides the product itself."""
    page.check("[name='driver/kind'][value=internal]")
    page.select_option("[name='driver/department']", "personal_banking")
    page.fill("[name='driver/reason']", "Savers ask for it.")
    go_on(page, "plan")
    page.fill("[name=function_plan]", "A time deposit for the spring season.")
    go_on(page, "versions")
    go_on(page, "launch")
    go_on(page, "file")
    go_on(page, "check")
    page.click("button[value=submit]")
    page.wait_for_url("**/requests/*")
    assert page.locator(".page-head .chip").first.get_attribute("data-state") == "submitted"
