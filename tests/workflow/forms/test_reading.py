"""What a form accepts: exactly what it asks for."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.kernel.errors import Invalid
from app.workflow.forms import FOLDER, Form, form_named, form_of, load_forms

FORMS = load_forms(FOLDER)


def a_form(*components: dict[str, Any]) -> Form:
    return form_of(json.dumps({"type": "default", "id": "test", "components": list(components)}).encode())


def faults(form: Form, data: Any, **variables: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        form.read(data, variables=variables)
    return {f.pointer: f.code for f in caught.value.faults}


def test_a_decision_is_read_as_it_was_sent() -> None:
    answers = form_named("standard_decision").read({"decision": "approve", "comment": " fine \r\n"}, variables={})
    assert answers == {"decision": "approve", "comment": "fine"}


def test_what_was_left_out_is_kept_as_nothing() -> None:
    assert form_named("standard_decision").read({"decision": "reject"}, variables={}) == {
        "decision": "reject",
        "comment": None,
    }


def test_a_value_outside_the_choice_an_unknown_member_and_a_missing_one_are_each_pointed_at() -> None:
    found = faults(form_named("department_review"), {"verdict": "maybe", "opinion": "x", "a/b": 1})
    assert found == {"/data/verdict": "not_offered", "/data/a~1b": "unknown_member"}
    assert faults(form_named("standard_decision"), {}) == {"/data/decision": "required"}


@pytest.mark.parametrize("data", [None, [], "text", 5, [{"decision": "approve"}]])
def test_only_an_object_is_data(data: Any) -> None:
    assert set(faults(form_named("standard_decision"), data)) == {"/data"}


def test_an_opinion_is_required_unless_the_department_approves() -> None:
    review = form_named("department_review")
    assert review.read({"verdict": "approve"}, variables={})["opinion"] is None
    assert faults(review, {"verdict": "reject"}) == {"/data/opinion": "required"}


def test_one_file_may_be_given_by_its_id_alone() -> None:
    tested = {"stability": "pass", "security": "pass", "summary": "fine"}
    kept = form_named("technical_test").read({**tested, "evidence": 5}, variables={})
    assert kept["evidence"] == [5]


def test_a_condition_is_asked_for_with_conditions_only_and_dropped_otherwise() -> None:
    review = form_named("department_review")
    found = faults(review, {"verdict": "with_conditions", "opinion": "only if"})
    assert set(found) == {"/data/condition", "/data/condition_kind"}
    kept = review.read({"verdict": "approve", "condition": "smuggled", "condition_kind": 7}, variables={})
    assert kept["condition"] is None
    assert kept["condition_kind"] is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * 401, "too_long"),
        ("x" * 5_000_000, "too_long"),
        ("nul\x00", "control_characters"),
        ("bell\x07", "control_characters"),
        ("half \ud800", "control_characters"),
        (["a"], "not_text"),
        ({"a": {"b": {}}}, "not_text"),
        (5, "not_text"),
        (True, "not_text"),
        (float("nan"), "not_text"),
    ],
)
def test_a_hostile_comment_is_refused(value: Any, code: str) -> None:
    found = faults(form_named("standard_decision"), {"decision": "approve", "comment": value})
    assert found == {"/data/comment": code}


RATE = {
    "type": "number",
    "key": "rate",
    "label": "Rate",
    "serializeToString": True,
    "decimalDigits": 4,
    "validate": {"min": 0, "max": "0.5"},
}


@pytest.mark.parametrize("text", ["0.0175", "0", "0.50", "0.1000"])
def test_a_rate_is_kept_with_every_digit_it_was_sent_with(text: str) -> None:
    assert a_form(RATE).read({"rate": text}, variables={}) == {"rate": text}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0.0175, "not_exact"),
        (1, "not_exact"),
        (float("inf"), "not_exact"),
        (10**400, "not_exact"),
        ("0.01755", "too_precise"),
        ("0.51", "too_large"),
        ("-0.01", "too_small"),
        ("1e-2", "not_a_number"),
        ("NaN", "not_a_number"),
        ("٠", "not_a_number"),
        (" 0.1", "not_a_number"),
        (True, "not_a_number"),
        ([], "not_a_number"),
    ],
)
def test_a_rate_that_is_not_exact_text_is_refused(value: Any, code: str) -> None:
    assert faults(a_form(RATE), {"rate": value}) == {"/data/rate": code}


DAYS = {"type": "number", "key": "days", "decimalDigits": 0, "validate": {"required": True, "min": 7, "max": 180}}
NO_DAYS = [6, 181, 30.0, 30.5, "30.0", "x", True, None, "", [30], 10**400, float("nan"), "9" * 5000]


@pytest.mark.parametrize("value", NO_DAYS, ids=lambda v: str(v)[:20])
def test_a_length_is_a_whole_number_of_days_between_its_bounds(value: Any) -> None:
    assert set(faults(a_form(DAYS), {"days": value})) == {"/data/days"}


def test_whole_numbers_may_come_as_text() -> None:
    for thirty in ("30", 30):
        assert a_form(DAYS).read({"days": thirty}, variables={}) == {"days": 30}


CHANNELS = {
    "type": "checklist",
    "key": "channels",
    "values": [{"value": "sms", "label": "Text message"}, {"value": "app", "label": "Mobile banking"}],
    "validate": {"required": True},
}
NO_CHANNELS = [["fax"], ["sms", "sms"], "sms", [["sms"]], [{}], ["sms"] * 100_000, [None]]


@pytest.mark.parametrize("value", NO_CHANNELS, ids=lambda v: str(v)[:20])
def test_a_checklist_takes_each_offered_value_once(value: Any) -> None:
    assert set(faults(a_form(CHANNELS), {"channels": value})) == {"/data/channels"}


EVIDENCE = {"type": "filepicker", "key": "evidence", "multiple": True, "validate": {"required": True}}
NO_EVIDENCE = [[0], [-1], [True], ["1"], [1.0], [2**63], "1", {"1": 1}, list(range(1, 200)), [], None]


@pytest.mark.parametrize("value", NO_EVIDENCE, ids=lambda v: str(v)[:20])
def test_evidence_is_a_list_of_attachment_ids(value: Any) -> None:
    assert set(faults(a_form(EVIDENCE), {"evidence": value})) == {"/data/evidence"}
    assert a_form(EVIDENCE).read({"evidence": [3, 3, 1]}, variables={}) == {"evidence": [3, 1]}


def test_a_day_is_a_day_of_the_calendar() -> None:
    form = a_form({"type": "datetime", "subtype": "date", "key": "day", "dateLabel": "Day"})
    assert form.read({"day": "2028-02-29"}, variables={}) == {"day": "2028-02-29"}
    for wrong in ("2026-02-29", "29.02.2028", "20280229", 20280229, "2026-W01-1"):
        assert faults(form, {"day": wrong}) == {"/data/day": "not_a_day"}


def test_conditions_look_at_variables_and_at_components_before_them() -> None:
    text = {"type": "textfield", "key": "why", "conditional": {"hide": '=materiality = "minor"'}}
    form = a_form({**text, "validate": {"required": True}})
    assert form.read({}, variables={"materiality": "minor"}) == {"why": None}
    assert faults(form, {}, materiality="material") == {"/data/why": "required"}
    assert faults(form, {}) == {"/data/why": "required"}
    assert faults(form, {}, materiality=5) == {"/data/why": "required"}


def test_an_html_post_gives_the_same_data_as_json() -> None:
    form = a_form({"type": "textarea", "key": "strategy"}, CHANNELS, DAYS, {"type": "checkbox", "key": "told"})
    sent = [("csrf_token", "x"), ("strategy", "s"), ("channels", "sms"), ("channels", "app"), ("days", " 30 ")]
    assert form.read(form.from_html(MultiDict([*sent, ("told", "true")])), variables={}) == {
        "strategy": "s",
        "channels": ["sms", "app"],
        "days": 30,
        "told": True,
    }
    assert form.from_html(MultiDict(sent))["told"] is False
    assert a_form(EVIDENCE).from_html(MultiDict([("evidence", "4"), ("evidence", "x")])) == {"evidence": [4, "x"]}


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)
_WORDS = ["approve", "reject", "with_conditions", "send_back", "pass", "fail", "sms", "app", "before_launch", "30", "x"]


@st.composite
def _attempts(draw: st.DrawFn) -> tuple[Form, dict[str, Any]]:
    """A shipped form and data for it, some of it likely, some of it not."""
    form = FORMS[draw(st.sampled_from(sorted(FORMS)))]
    likely = (
        st.sampled_from(_WORDS)
        | st.integers(0, 200)
        | st.lists(st.sampled_from(["sms", "app"]) | st.integers(1, 9), max_size=3)
    )
    keys = st.sampled_from([c.key for c in form.inputs])
    return form, draw(st.dictionaries(keys, likely | _JSON, max_size=8))


@given(st.sampled_from(sorted(FORMS)), _JSON, st.dictionaries(st.text(max_size=9), _JSON, max_size=3))
def test_no_data_brings_anything_but_a_named_refusal(key: str, data: Any, variables: dict[str, Any]) -> None:
    with suppress(Invalid):
        FORMS[key].read(data, variables=variables)


@given(st.sampled_from(sorted(FORMS)), st.dictionaries(st.text(), _JSON, min_size=1))
def test_each_refusal_names_members_and_can_be_read(key: str, data: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        FORMS[key].read(data, variables={})
    assert caught.value.faults
    for fault in caught.value.faults:
        assert fault.pointer.startswith("/data")
        assert fault.message % dict(fault.values)


@given(_attempts())
def test_accepted_data_lies_within_the_form_and_reads_again_as_itself(attempt: tuple[Form, dict[str, Any]]) -> None:
    form, data = attempt
    try:
        answers = form.read(data, variables={})
    except Invalid:
        return
    assert set(answers) == {c.key for c in form.inputs}
    json.dumps(answers, allow_nan=False).encode()
    for component in form.inputs:
        offered = {o.value for o in component.options}
        value = answers[component.key]
        if offered and value is not None:
            assert set(value if isinstance(value, list) else [value]) <= offered
        if isinstance(value, str):
            assert len(value) <= component.limits.max_length
    assert form.read(answers, variables={}) == answers


@given(_attempts())
def test_a_page_and_the_api_show_whatever_was_typed_before(attempt: tuple[Form, dict[str, Any]]) -> None:
    form, draft = attempt
    for language in ("en", "zh"):
        shown = form.as_components(language, draft, {})
        assert len(shown) <= len(form.for_page(language, draft, {}))
