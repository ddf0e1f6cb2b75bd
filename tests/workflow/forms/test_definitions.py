"""The shipped forms, and what is refused of a form before anybody fills it in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import NotFound
from app.workflow.engine.errors import DrawingRefused
from app.workflow.forms import FOLDER, form_keys, form_named, form_of, load_forms
from app.workflow.forms.components import Component


def codes(*components: Any, **top: Any) -> set[str]:
    content = json.dumps({"type": "default", "id": "test", "components": list(components), **top}).encode()
    with pytest.raises(DrawingRefused) as caught:
        form_of(content)
    return {f.code for f in caught.value.findings}


def _all(components: tuple[Component, ...]) -> list[Component]:
    return [c for top in components for c in top.all()]


def test_every_shipped_form_speaks_both_languages() -> None:
    for form in load_forms(FOLDER).values():
        for component in _all(form.components):
            texts = [component.labels, *(o.labels for o in component.options)]
            texts += [component.descriptions] if component.descriptions else []
            assert all(set(t) == {"en", "zh"} for t in texts), f"{form.key}: {component.id}"


def test_the_platform_ships_the_forms_its_processes_name() -> None:
    assert form_keys() >= {
        "standard_decision", "need_assessment", "design", "technical_test", "department_review", "executive_decision",
        "pilot_plan", "pilot_review", "rollout_plan",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "html", "content": "<script>"}, "unsupported"),
        ({"type": "expression", "key": "x"}, "unsupported"),
        ({"type": "dynamiclist", "key": "x"}, "unsupported"),
        ({"type": "textfield"}, "no_key"),
        ({"type": "textfield", "key": "a.b"}, "no_key"),
        ({"type": "textfield", "key": "_x"}, "no_key"),
        ({"type": "radio", "key": "x", "values": []}, "no_values"),
        ({"type": "radio", "key": "x", "values": [{"value": "a"}, {"value": "a"}]}, "no_values"),
        ({"type": "select", "key": "x", "valuesKey": "y", "values": [{"value": "a"}]}, "unsupported"),
        ({"type": "number", "key": "x", "decimalDigits": 2}, "float"),
        ({"type": "number", "key": "x", "validate": {"min": 0.5}}, "bad_limit"),
        ({"type": "textfield", "key": "x", "validate": {"maxLength": -1}}, "bad_limit"),
        ({"type": "textfield", "key": "x", "validate": {"pattern": "(a+)+$"}}, "bad_pattern"),
        ({"type": "textfield", "key": "x", "validate": {"pattern": "("}}, "bad_pattern"),
        ({"type": "textfield", "key": "x", "conditional": {"hide": "=__import__('os')"}}, "bad_expression"),
        ({"type": "textfield", "key": "x", "conditional": {"hide": '=x = "a"'}}, "circular"),
        ({"type": "datetime", "key": "x", "subtype": "time"}, "unsupported"),
        (5, "not_a_component"),
        (None, "not_a_component"),
    ],
)
def test_what_a_form_may_not_hold_is_found_when_it_is_loaded(component: Any, code: str) -> None:
    assert codes(component) == {code}


def test_two_components_of_one_key_are_refused() -> None:
    field = {"type": "textfield", "key": "x"}
    assert codes(field, {"type": "group", "components": [field]}) == {"duplicate_key"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b'{"type": "default"}', b"\xff", b"x" * 300_000])
def test_what_is_not_a_form_is_refused_whole(content: bytes) -> None:
    with pytest.raises(DrawingRefused):
        form_of(content)


def test_buttons_are_passed_over() -> None:
    form = form_of(b'{"type": "default", "id": "f", "components": [{"type": "button", "key": "b", "label": "Send"}]}')
    assert form.inputs == ()


@pytest.mark.parametrize("key", ["nothing", "../secret", "", "a\0b", "standard_decision.form"])
def test_a_form_that_is_not_there_is_not_found(key: str) -> None:
    with pytest.raises(NotFound):
        form_named(key)


def test_a_changed_file_is_a_new_form_and_the_same_content_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "small.form"
    content = {"type": "default", "id": "small", "components": [{"type": "textfield", "key": "a"}]}
    path.write_text(json.dumps(content))
    first = form_named("small", tmp_path)
    assert form_named("small", tmp_path) is first
    content["components"][0]["key"] = "b"
    path.write_text(json.dumps(content))
    os.utime(path, (1, 1))
    second = form_named("small", tmp_path)
    assert [c.key for c in second.inputs] == ["b"]
    assert second.content_hash != first.content_hash


def test_a_file_is_named_like_its_form(tmp_path: Path) -> None:
    (tmp_path / "other.form").write_bytes((FOLDER / "design.form").read_bytes())
    with pytest.raises(DrawingRefused):
        load_forms(tmp_path)


def test_the_api_shows_one_language_and_only_what_is_shown() -> None:
    review = form_named("department_review")
    plain = review.as_components("zh", {"verdict": "approve"}, {})
    assert [c["key"] for c in plain] == ["verdict", "opinion"]
    assert plain[0]["label"] == "会签结论"
    assert plain[0]["values"][0] == {"value": "approve", "label": "同意"}
    assert plain[1]["validate"]["required"] is False
    more = review.as_components("en", {"verdict": "with_conditions"}, {})
    assert [c["key"] for c in more] == ["verdict", "opinion", "condition", "condition_kind"]
    assert "properties" not in json.dumps(more)


def test_a_program_sees_all_that_a_verdict_may_ask_for_before_it_chooses() -> None:
    components = form_named("department_review").as_components("en", {}, {})
    assert [c["key"] for c in components] == ["verdict", "opinion", "condition", "condition_kind"]
    assert [c["validate"]["required"] for c in components] == [True, True, False, False]


def test_a_least_value_may_come_from_the_case() -> None:
    plan = form_named("rollout_plan")
    told = {c["key"]: c["validate"] for c in plan.as_components("en", {}, {"notice_least": 7})}
    assert told["notice_days"]["min"] == 7
    untold = {c["key"]: c["validate"] for c in plan.as_components("en", {}, {})}
    assert untold["notice_days"]["min"] == 0


def test_an_empty_group_is_not_shown() -> None:
    inner = {"type": "textfield", "key": "x", "conditional": {"hide": "=true"}}
    content = {"type": "default", "id": "f", "components": [{"type": "group", "components": [inner]}]}
    assert form_of(json.dumps(content).encode()).shown({}, {}) == []
