"""While one types, a form shows what applies and hides the rest, as the server will read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, render_template_string

from app.workflow.forms import form_named

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "static" / "forms.js"
PAGE = '{% from "workflow/form.html" import fields %}<form>{{ fields(components) }}</form>'


def shown(page: Any, name: str) -> bool:
    return bool(page.locator(f"[name={name}]").first.is_visible())


def test_a_condition_is_asked_for_when_the_verdict_brings_one(served: Flask, new_page: Callable[..., Any]) -> None:
    with served.test_request_context():
        form = form_named("department_review")
        html = render_template_string(PAGE, components=form.for_page("en", {}, {}))
    page = new_page()
    page.set_content(html)
    assert shown(page, "condition")
    page.add_script_tag(path=SCRIPT)
    assert shown(page, "condition")
    page.check("[name=verdict][value=reject]")
    assert not shown(page, "condition")
    page.check("[name=verdict][value=with_conditions]")
    assert shown(page, "condition")
    assert shown(page, "condition_kind")
    page.check("[name=verdict][value=approve]")
    assert not shown(page, "condition")


def test_the_mark_of_a_required_field_follows_the_answer(served: Flask, new_page: Callable[..., Any]) -> None:
    with served.test_request_context():
        form = form_named("executive_decision")
        html = render_template_string(PAGE, components=form.for_page("en", {}, {}))
    page = new_page()
    page.set_content(html)
    page.add_script_tag(path=SCRIPT)
    label = page.locator("label[for=field-reason]")
    page.check("[name=decision][value=approve]")
    assert "required" not in label.get_attribute("class").split()
    page.check("[name=decision][value=reject]")
    assert "required" in label.get_attribute("class").split()
