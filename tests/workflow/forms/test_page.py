"""Forms as HTML: labelled, told apart for those who listen, and keeping what was typed."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import lxml.html
import pytest
from flask import Flask, render_template_string

from app.kernel.errors import Invalid
from app.shell.filters import by_pointer
from app.workflow.forms import FOLDER, Form, form_named, form_of, load_forms

PAGE = '{% from "workflow/form.html" import fields %}{{ fields(components, errors, files) }}'


def page(app: Flask, form: Form, values: Any = None, error: Any = None, language: str = "en", files: Any = ()) -> Any:
    with app.test_request_context():
        html = render_template_string(
            PAGE, components=form.for_page(language, values or {}, {}), errors=by_pointer(error), files=files
        )
    return lxml.html.fromstring(html)


def test_every_input_of_a_shipped_form_has_a_label_and_nothing_is_inline(app: Flask) -> None:
    for form, language in product(load_forms(FOLDER).values(), ("en", "zh")):
        found = page(app, form, language=language)
        for field in found.xpath("//input|//textarea|//select"):
            labelled = field.xpath("ancestor::label") or found.xpath(f"//label[@for='{field.get('id')}']")
            assert labelled or field.get("aria-label"), lxml.html.tostring(field)
        assert not found.xpath("//*[@style]|//script|//style|//*[@onclick]")
        ids = found.xpath("//@id")
        assert len(ids) == len(set(ids))


def test_an_error_stands_beside_its_field_and_what_was_typed_is_kept(app: Flask) -> None:
    form = form_named("department_review")
    typed = {"verdict": "with_conditions", "opinion": "<b>only & if</b>", "condition": ""}
    with pytest.raises(Invalid) as caught:
        form.read(typed, variables={})
    found = page(app, form, typed, caught.value)
    assert found.xpath("string(//textarea[@name='opinion'])").strip() == "<b>only & if</b>"
    assert found.xpath("//input[@name='verdict'][@checked]/@value") == ["with_conditions"]
    (wrong,) = found.xpath("//textarea[@name='condition']")
    assert wrong.get("aria-invalid") == "true"
    spoken = wrong.get("aria-describedby").split()
    assert [bool(found.xpath(f"//*[@id='{name}']")) for name in spoken] == [True, True]
    assert "required" in found.xpath(f"string(//*[@id='{spoken[-1]}'])")


def test_choices_are_groups_with_a_name(app: Flask) -> None:
    found = page(app, form_named("rollout_plan"), {"notice_channels": ["app"]})
    assert found.xpath("//fieldset[.//input[@name='notice_channels']]/legend")
    assert found.xpath("//input[@name='notice_channels'][@checked]/@value") == ["app"]


def test_a_part_that_does_not_apply_is_marked_for_the_script(app: Flask) -> None:
    found = page(app, form_named("department_review"), {"verdict": "approve"})
    (part,) = found.xpath("//div[@data-hide-when][.//textarea[@name='condition']]")
    assert "data-hidden" in part.attrib
    chosen = ["call", "unequal", [["name", "verdict"], ["literal", None]]]
    other = ["call", "unequal", [["name", "verdict"], ["literal", "with_conditions"]]]
    assert json.loads(part.get("data-hide-when")) == ["and", chosen, other]


def test_files_of_the_task_can_be_picked_and_added(app: Flask) -> None:
    files = [{"id": 4, "filename": "load <1>.pdf", "size": 2048}, {"id": 5, "filename": "b.pdf", "size": 1}]
    found = page(app, form_named("technical_test"), {"evidence": [4]}, files=files)
    assert found.xpath("//input[@name='evidence'][@checked]/@value") == ["4"]
    assert found.xpath("//input[@type='file'][@multiple]/@name") == ["evidence.upload"]
    assert found.xpath("//label[contains(., 'load <1>.pdf')]")


def test_a_draft_of_any_shape_can_be_shown(app: Flask) -> None:
    kinds = ["textfield", "textarea", "number", "checkbox", "datetime", "filepicker"]
    components: list[Any] = [{"type": kind, "key": kind, "label": kind} for kind in kinds]
    choice = [{"value": "a", "label": "A"}]
    components += [{"type": kind, "key": kind, "values": choice} for kind in ("radio", "select", "checklist")]
    form = form_of(json.dumps({"type": "default", "id": "all", "components": components}).encode())
    for value in ({"a": 1}, [1, [2]], 5, True, None, "x"):
        assert page(app, form, {c["key"]: value for c in components}) is not None
