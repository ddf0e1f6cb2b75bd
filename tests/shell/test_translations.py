"""The Chinese catalogue is complete and in step with the code."""

from __future__ import annotations

import inspect
import io
import re
from pathlib import Path

import marshmallow
import pytest
from flask import Flask
from marshmallow import fields, validate

from app.kernel.i18n import force_locale, gettext
from app.kernel.validation_messages import recognise
from app.shell import catalogue, translations
from app.shell.extraction import extract


def test_every_text_of_the_code_is_translated() -> None:
    assert translations.problems() == [], "run scripts/messages.py and translate what it lists"


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ('raise Conflict("Somebody was first.", code="x")', ["Somebody was first."]),
        ('invalid("/rate", "Too high." if big else "Too low.")', ["Too high.", "Too low."]),
        ('Fault("/rate", message="Wrong.")', ["Wrong."]),
        ('raise OwnError("Not so.")', ["Not so."]),
        ('raise ValueError("for programmers")', []),
        ('Finding("error", "id", "No end.")', ["No end."]),
        ('fields.String(validate=validate.Length(min=1, error="Name it."))', ["Name it."]),
        ('fields.String(error_messages={"required": "Needed."})', ["Needed."]),
        ('log.info("for operators")', []),
    ],
)
def test_templates_of_errors_are_collected(code: str, texts: list[str]) -> None:
    found = [text for _, _, text, _ in extract(io.BytesIO(code.encode()), [], [], {})]
    assert sorted(set(found)) == sorted(texts)


def _messages_of_marshmallow() -> list[str]:
    """Every message that marshmallow itself can give, filled in with something."""
    found = set()
    for cls in (c for _, c in inspect.getmembers(fields, inspect.isclass) if hasattr(c, "default_error_messages")):
        found.update(cls.default_error_messages.values())
    found.update(marshmallow.Schema.error_messages.values())
    values = {"obj_type": "datetime", "awareness": "aware", "choices": "a, b", "input": "x"}
    return sorted(text.format(**values) for text in found if "cannot be formatted" not in text and "IP" not in text)


@pytest.mark.parametrize("text", _messages_of_marshmallow())
def test_marshmallow_speaks_chinese(app: Flask, text: str) -> None:
    template, values = recognise(text)
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert gettext(template, values) != text


@pytest.mark.parametrize(
    ("validator", "value", "chinese"),
    [
        (validate.Length(1, 3), "abcd", "长度须在 1 与 3 之间。"),
        (validate.Length(max=3), "abcd", "长度超过最大值 3。"),
        (validate.Range(0, 1, max_inclusive=False), 2, "须大于或等于 0 且小于 1。"),
        (validate.OneOf(["a", "b"]), "c", "须为下列之一：a, b。"),
        (validate.Regexp("a"), "b", "文本不符合要求的格式。"),
    ],
)
def test_its_validators_speak_chinese(app: Flask, validator: validate.Validator, value: object, chinese: str) -> None:
    with pytest.raises(marshmallow.ValidationError) as refusal:
        validator(value)
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert gettext(*recognise(str(refusal.value.messages[0]))) == chinese


def test_a_faulty_member_is_told_in_chinese_by_the_api(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/auth/token", json={}, headers={"Accept-Language": "zh-CN"})
    assert answer.json["title"] == "部分填写内容有误。"
    assert {e["detail"] for e in answer.json["errors"]} == {"此项必填。"}


def test_a_catalogue_is_compiled_again_only_when_it_changed(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_bytes(translations.CATALOGUE.read_bytes())
    catalogue.compile_catalogues(tmp_path)
    first = (folder / "messages.mo").stat().st_mtime_ns
    catalogue.compile_catalogues(tmp_path)
    assert (folder / "messages.mo").stat().st_mtime_ns == first


@pytest.mark.parametrize(("language", "text"), [("en", "The case is on sale."), ("zh_Hans_CN", "事项状态为“上线”。")])
def test_a_state_within_a_message_is_translated_too(app: Flask, language: str, text: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert gettext("The case is %(state)s.", {"state": "on_sale"}) == text


def test_a_reason_within_a_message_is_translated_too(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        told = gettext("The case cannot be sent back there: %(reason)s", {"reason": "that is no step"})
    assert told == "事项无法退回到该处：该处不是步骤"


def test_no_template_says_a_bare_per_cent_sign() -> None:
    """Jinja formats every text with its values: a bare sign would break the page for whoever sees it."""
    bare = re.compile(r"""_\((["'])(?:(?!\1).)*%(?![(%])(?:(?!\1).)*\1""")
    found = [f"{p}: {m.group()}" for p in Path("app").rglob("*.html") for m in bare.finditer(p.read_text())]
    assert found == []
